"""Proof, read-back and delivery against the replica org: real TLS, real proxy, real settings, no browser."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from automation.errors import NotPropagatedYet, OrgBusy, OrgUnavailable, ProofFailed, ReadBackDiffers, RunbookError
from automation.network.backoff import Patience
from automation.org_api import check_rights, load_recipe, open_proof
from automation.secrets import Secret
from automation.secrets.credentials import Credentials
from automation.settings import Settings, load_settings
from automation.settings.app_spec import AppSpec
from automation.steps import StepResult, registered_steps
from automation.steps.runner import Runner
from flows import prove_and_deliver
from flows.app.delivered_pair import find_delivered
from flows.app.state import OrgState
from tests.org_api.org_double import request_token
from tests.org_api.section_5 import AppOnPages

if TYPE_CHECKING:
    from automation.replica import OrgHandle

MakeOrg = Callable[..., "OrgHandle"]
RECIPE = load_recipe()


class Scene:
    """An org with the wanted app already made, and a run that begins at section 5."""

    def __init__(self, org: OrgHandle, folder: Path, **policies: Any) -> None:
        self.org = org
        target = f"dotenv:{folder}/pair.env"
        self.settings: Settings = load_settings({**org.environment(), "CREDENTIALS_TO": target}, dotenv=None)
        self.spec = AppSpec.from_settings(self.settings)
        self.app = self._make(policies)
        self.state = self.fresh()
        self.state.credentials = self.pair

    def _make(self, policies: dict[str, Any]) -> Any:
        spec = self.spec
        form = {
            "label": spec.name,
            "developerName": spec.api_name,
            "contactEmail": spec.contact_email,
            "oauth": {
                "enabled": True,
                "callbackUrl": spec.callback_url,
                "scopes": ["id", "api"],
                "flows": {"clientCredentials": True},
            },
        }
        wanted = {"clientCredentialsEnabled": True, "runAs": spec.run_as, "ipRelaxation": spec.ip_relaxation}
        return self.org.create_app(form, {**wanted, **policies})

    @property
    def pair(self) -> Credentials:
        """The app's pair, as step 4.7 would have read it."""
        url = self.org.login_url
        host = httpx.URL(url).host
        key, secret = Secret(self.app.key), Secret(self.app.secret)
        return Credentials(key, secret, f"{url}/services/oauth2/token", url, None, host, self.spec.api_name, "2026-11-24T10:00:00Z")

    def fresh(self) -> OrgState:
        """Another run's state."""
        self.state = OrgState(httpx.URL(self.org.login_url).host)
        return self.state

    def run(self) -> list[StepResult]:
        """Steps 5.1 to 5.3."""
        app = AppOnPages.of(self.spec, self.state)
        attempt = SimpleNamespace(settings=self.settings, spec=self.spec, state=self.state, app=app)
        return Runner(attempt).run([step for step in registered_steps() if step.run.__module__ == prove_and_deliver.__name__])

    def count(self, event: str) -> int:
        """How often the org logged an event."""
        return len(self.org.events(event))


@pytest.fixture
def scene(new_org: MakeOrg, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Scene]:
    """Makes scenes: ``scene(jwt_tokens=True)``; ``policies=`` changes the app's."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))

    def make(policies: dict[str, Any] | None = None, **variants: Any) -> Scene:
        return Scene(new_org(**{"propagation_seconds": 0.0, **variants}), tmp_path, **(policies or {}))

    return make


@pytest.mark.parametrize(
    "variants",
    [
        {},
        {"jwt_tokens": True},
        {"client_credentials_user_form": "id"},
        {"userinfo": "id"},
        {"propagation_seconds": 1.5},
    ],
    ids=["default", "JWT tokens", "Run As as id", "userinfo by id", "slow propagation"],
)
def test_a_new_pair_is_proven_compared_and_delivered(scene: Callable[..., Scene], variants: dict[str, Any]) -> None:
    """Whatever the org answers where evidence is silent; one token, given back."""
    run = scene(**variants)
    assert [one.result for one in run.run()] == ["changed", "unchanged", "changed"]
    assert run.state.proof.read_back
    assert run.state.proof.run_as == run.org.run_as
    assert run.state.org_id == run.org.org_id
    assert run.count("token given") == run.count("token revoked") == 1
    held = run.settings.credentials_to[0].read()
    assert held is not None
    assert held.client_secret.reveal() == run.app.secret


def test_a_second_run_asks_once_and_changes_nothing(scene: Callable[..., Scene]) -> None:
    """No browser is needed to know that all is in order."""
    run = scene()
    run.run()
    run.fresh()
    assert find_delivered(run.settings, run.spec, run.state)
    assert [one.result for one in run.run()] == ["unchanged"] * 3
    assert run.count("token given") == run.count("token revoked") == 2


def test_the_delivered_pair_works_for_an_independent_client(scene: Callable[..., Scene]) -> None:
    """simple-salesforce gets in with what is in the file."""
    import requests
    from dotenv import dotenv_values
    from simple_salesforce.login import SalesforceLogin

    run = scene()
    run.run()
    values = dotenv_values(run.settings.credentials_to[0].name.partition(":")[2])
    replica = run.org.replica
    with requests.Session() as session:
        session.trust_env = False  # or the variables of this machine would win
        session.verify = str(replica.ca_file)
        session.proxies = {"https": replica.proxy_url}
        token, host = SalesforceLogin(
            session=session,
            consumer_key=values["SALESFORCE_CLIENT_ID"],
            consumer_secret=values["SALESFORCE_CLIENT_SECRET"],
            domain=httpx.URL(values["SALESFORCE_TOKEN_URL"] or "").host.removesuffix(".salesforce.com"),
        )
    assert token
    assert host == httpx.URL(run.org.login_url).host


@pytest.mark.parametrize("held", ["Enforce", "Bypass_2factor", "Enforce_RelaxRefresh"])
def test_a_drifted_ip_relaxation_is_named(scene: Callable[..., Scene], held: str) -> None:
    """By the token endpoint where it shuts the user out, by the read-back where it would not."""
    run = scene({"ipRelaxation": held})
    with pytest.raises(ProofFailed, match="may not log in from this IP address"):
        run.run()
    run.org.change_user("sync", ip_ranges=[])
    run.fresh().credentials = run.pair
    with pytest.raises(ReadBackDiffers, match=f"IP Relaxation: {held} -> Bypass"):
        run.run()


def test_another_run_as_user_is_named(scene: Callable[..., Scene]) -> None:
    """By the token itself."""
    run = scene()
    other = run.org.user("sync.some").username
    run.org.do(lambda org: org.save_policies(run.app, {"runAs": other}))
    with pytest.raises(ProofFailed, match=f"for {other}, not for {run.org.run_as}"):
        run.run()


@pytest.mark.parametrize("answer", ["INVALID_TYPE", "no_rows"])
def test_hidden_objects_are_not_claimed_to_be_read(scene: Callable[..., Scene], answer: str) -> None:
    """Without pages at hand the step says what could not be seen."""
    run = scene(eca_objects=answer)
    assert run.run()[1].result == "skipped"
    assert not run.state.proof.read_back


@pytest.mark.parametrize(
    ("knob", "kind"),
    [
        ("no_user", ProofFailed),
        ("flow_off", ProofFailed),
        ("unknown_key", NotPropagatedYet),
        ("wrong_secret", ProofFailed),
        ("must_install", ProofFailed),
        ("bad_grant", ProofFailed),
        ("ip", ProofFailed),
        ("inactive_user", ProofFailed),
        ("inactive_org", OrgBusy),
        ("rate", OrgBusy),
        ("scope_sent", ProofFailed),
        ("no_scope", ProofFailed),
        ("not_approved", ProofFailed),
        ("not_installed", ProofFailed),
        ("app_disabled", ProofFailed),
    ],
)
def test_every_refusal_of_the_org_is_understood(scene: Callable[..., Scene], knob: str, kind: type[RunbookError]) -> None:
    """As the org words it, over a real connection."""
    run = scene()
    run.org.force_token_error(knob)
    connection = run.settings.network.client()
    with connection, pytest.raises(kind):
        request_token(connection, run.pair)


def test_a_refresh_makes_the_pair_useless(scene: Callable[..., Scene]) -> None:
    """Same host, new org: the delivered pair is found dead and remarked."""
    run = scene()
    run.run()
    run.org.refresh()
    run.fresh()
    assert not find_delivered(run.settings, run.spec, run.state)
    assert run.state.credentials is None
    assert "not valid any more" in run.state.notes[0]


@pytest.mark.parametrize(
    ("short", "missing"),
    [
        ("sync", []),
        ("sync.some", ["Appointment Status (SVMXC__SM_Appointment_Status__c): not visible", "Event (Event): create, edit, delete"]),
        ("sync.none", ["no object of package SVMXC is visible (not installed, no licence, or no rights)"]),
    ],
)
def test_rights_are_those_of_the_run_as_user(scene: Callable[..., Scene], short: str, missing: list[str]) -> None:
    """The replica has users with all, some and none of Appendix C."""
    run = scene()
    user = run.org.user(short).username
    run.org.do(lambda org: org.save_policies(run.app, {"runAs": user}))
    with open_proof(run.settings.network.client(), run.pair, Patience(5)) as session:
        rights = check_rights(session.rest, RECIPE, session.identity().user_id)
    assert bool(rights.missing) is bool(missing)
    assert set(missing) <= set(rights.missing)
    assert rights.unreadable == []


def test_an_untrusted_certificate_is_reported_at_once(scene: Callable[..., Scene], monkeypatch: pytest.MonkeyPatch) -> None:
    """Waiting fixes no certificate; the setting that does is named."""
    run = scene()
    without = load_settings({**run.org.environment(), "SF_CA_FILE": "", "CREDENTIALS_TO": "command:true"}, dotenv=None)
    with pytest.raises(OrgUnavailable, match="certificate is not trusted") as caught:
        open_proof(without.network.client(), run.pair, Patience(60))
    assert "set SF_CA_FILE" in caught.value.next


def test_a_ca_file_without_the_orgs_ca_is_named(scene: Callable[..., Scene], tmp_path: Path) -> None:
    """Whoever set the file is not advised to set it, but that it is the wrong one, and for which host."""
    import trustme

    run = scene()
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(other)
    wrong = load_settings({**run.org.environment(), "SF_CA_FILE": str(other), "CREDENTIALS_TO": "command:true"}, dotenv=None)
    with pytest.raises(OrgUnavailable, match="certificate is not trusted") as caught:
        open_proof(wrong.network.client(), run.pair, Patience(60))
    assert f"({other}) does not contain the CA that signed the certificate of {run.pair.host}" in caught.value.next
    assert "set SF_CA_FILE" not in caught.value.next


def test_a_proxy_that_refuses_is_reported_at_once(scene: Callable[..., Scene]) -> None:
    """With the settings that name it."""
    run = scene()
    host = "acme.my.salesforce.mil"
    stray = replace(run.pair, host=host, token_url=f"https://{host}/services/oauth2/token")
    with pytest.raises(OrgUnavailable, match="the proxy refused") as caught:
        open_proof(run.settings.network.client(), stray, Patience(1))
    assert "HTTPS_PROXY" in caught.value.next


@pytest.mark.parametrize("kind", ["token", "rest"])
@pytest.mark.parametrize(
    "fault",
    [
        {"effect": "status", "status": 503, "times": 2},
        {"effect": "status", "status": 500},
        {"effect": "reset_before"},
        {"effect": "reset_after"},
        {"effect": "delay", "seconds": 0.3},
        {"effect": "status", "status": 503, "k": 2, "retry_after": 1},
    ],
    ids=["503 twice", "500", "reset before", "reset after", "delay", "503 on the second"],
)
def test_a_bad_moment_of_the_org_fails_no_run(scene: Callable[..., Scene], kind: str, fault: dict[str, Any]) -> None:
    """Asking and reading are repeated; the end is the same, and no token that we know of stays good."""
    run = scene()
    run.org.fault(kind=kind, **fault)
    assert [one.result for one in run.run()] == ["changed", "unchanged", "changed"]
    assert run.state.proof.read_back
    known = 1 if (kind, fault["effect"]) == ("token", "reset_after") else 0  # its answer got lost: nobody can give it back
    assert len(run.org.truth()["tokens"]) <= known
