"""Steps 5.1 to 5.3 and the look for an earlier pair, against an org that answers as scripted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from automation.app_spec import AppSpec
from automation.credentials import Credentials
from automation.delivery import Pending, parse
from automation.errors import (
    DeliveryFailed,
    NotPermitted,
    OrgBusy,
    OrgUnavailable,
    ProofFailed,
    ReadBackDiffers,
    RunbookError,
    SettingsError,
    UsageError,
)
from automation.org_api import Reading
from automation.org_state import OrgState
from automation.run import Runner, StepResult, Toolbox
from automation.secrets import Secret
from automation.settings import Settings
from automation.steps import registered_steps
from flows import delivered_pair, prove_and_deliver
from flows.delivered_pair import check_files
from flows.prove_and_deliver import find_delivered
from tests.org_api.org_double import (
    HOST,
    KEY,
    ORG_15,
    ORG_18,
    RUN_AS,
    SECRET,
    OrgDouble,
    app_rows,
    given,
    pair,
    records,
    refused,
    rest_error,
)

SPEC = AppSpec(
    name="Service Board",
    api_name="Service_Board",
    contact_email="admin@acme.com",
    callback_url="https://acme.example/oauth",
    run_as=RUN_AS,
)


@dataclass
class Bench:
    """A run that begins at section 5."""

    org: OrgDouble
    settings: Settings
    state: OrgState

    def run(self, *, plan: bool = False) -> list[StepResult]:
        """Run the section's steps as the engine does."""
        toolbox = Toolbox()
        toolbox.provide(self.settings, SPEC, self.state)
        runner = Runner(toolbox, plan=plan)
        self.results = runner.results
        return runner.run([step for step in registered_steps() if step.run.__module__ == prove_and_deliver.__name__])

    def looks(self) -> bool:
        """Look for a pair delivered earlier."""
        return find_delivered(self.settings, SPEC, self.state)

    def fresh(self) -> OrgState:
        """Begin another run on the same machine."""
        self.state = OrgState(HOST)
        return self.state

    @property
    def revoked(self) -> int:
        """How many tokens were given back."""
        return len(self.org.sent("/services/oauth2/revoke"))

    @property
    def asked(self) -> int:
        """How many tokens were asked for."""
        return len(self.org.sent("/services/oauth2/token"))


def settings_for(*targets: str, **changes: Any) -> Settings:
    """Settings of a run."""
    values: dict[str, Any] = {
        "sf_login_url": f"https://{HOST}",
        "eca_name": SPEC.name,
        "eca_api_name": SPEC.api_name,
        "eca_contact_email": SPEC.contact_email,
        "eca_distribution_state": "Local",
        "eca_callback_url": SPEC.callback_url,
        "eca_scopes": SPEC.scopes,
        "eca_run_as": RUN_AS,
        "eca_ip_relaxation": "Bypass",
        "credentials_to": targets,
        "timeout_propagation": 0.01,
        "timeout_page": 0.01,
    }
    return Settings(**{**values, **changes})


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """An org in order, a pair just read, one dotenv file to deliver to."""
    sobjects = httpx.Response(200, json={"sobjects": []})
    org = OrgDouble(queries=app_rows(Username=RUN_AS), paths={"/services/data/v67.0/sobjects": sobjects})
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    for module in (prove_and_deliver, delivered_pair):
        monkeypatch.setattr(module, "client", lambda _: org.client())
    state = OrgState(HOST, org_id=ORG_15, app_id="0xIWs0000000001", credentials=pair())
    return Bench(org, settings_for(f"dotenv:{tmp_path}/acme.env"), state)


def target_of(bench: Bench) -> Any:
    """The first delivery target."""
    return parse(bench.settings.credentials_to[0])


def test_a_new_pair_is_proven_compared_and_delivered(bench: Bench) -> None:
    """With one token, given back at the end."""
    assert [one.result for one in bench.run()] == ["changed", "unchanged", "changed"]
    assert (bench.asked, bench.revoked) == (1, 1)
    assert bench.state.proof.token
    assert bench.state.proof.read_back
    assert bench.state.proof.run_as == RUN_AS
    assert bench.state.proof.scopes == ("id", "api")
    assert bench.state.delivered_to == bench.state.delivered_to[:1] == [target_of(bench).name]
    held = target_of(bench).read()
    assert held is not None
    assert (held.client_id, held.client_secret, held.org_id) == (Secret(KEY), Secret(SECRET), ORG_18)


def test_no_sentence_holds_a_secret(bench: Bench) -> None:
    """Neither titles nor notes nor the state's text."""
    told = f"{bench.run()} {bench.state}"
    assert KEY not in told
    assert SECRET not in told


def test_a_second_run_finds_the_pair_and_does_nothing(bench: Bench) -> None:
    """One token request tells that all is in order; nothing is delivered again."""
    bench.run()
    before = bench.asked
    bench.fresh()
    assert bench.looks()
    assert bench.state.delivered_before is not None
    assert bench.state.org_id == ORG_18
    assert [one.result for one in bench.run()] == ["unchanged", "unchanged", "unchanged"]
    assert bench.asked == before + 1
    assert bench.revoked == bench.asked


def test_a_plan_of_a_finished_app_changes_nothing(bench: Bench) -> None:
    """And says so."""
    bench.run()
    bench.fresh()
    bench.looks()
    assert [one.result for one in bench.run(plan=True)] == ["unchanged", "unchanged", "unchanged"]


def test_a_plan_without_a_pair_tells_what_would_follow(bench: Bench) -> None:
    """And asks the org for nothing."""
    bench.fresh()
    results = bench.run(plan=True)
    assert [one.result for one in results] == ["changed"] * 3
    assert all(one.note.startswith("would: ") for one in results)
    assert bench.org.requests == []


def test_without_a_pair_nothing_is_pretended(bench: Bench) -> None:
    """A run that left section 4 out says what is missing."""
    bench.fresh()
    with pytest.raises(UsageError, match="no pair"):
        bench.run()


def test_a_token_for_the_wrong_user_is_no_proof(bench: Bench) -> None:
    """And is given back; nothing is delivered."""
    bench.org.queries["FROM User "] = records({"Username": "somebody@else.com"})
    with pytest.raises(ProofFailed, match=f"for somebody@else.com, not for {RUN_AS}"):
        bench.run()
    assert bench.revoked == 1
    assert target_of(bench).read() is None
    assert not bench.state.proof.token


def test_a_token_of_another_org_is_no_proof(bench: Bench) -> None:
    """The browser was elsewhere."""
    bench.state.org_id = "00DWs000000Other"[:15]
    with pytest.raises(ProofFailed, match="the app was made in org"):
        bench.run()
    assert bench.revoked == 1


def test_a_refused_pair_is_not_delivered(bench: Bench) -> None:
    """The error names the cause; the report shows the steps that were not reached."""
    bench.org.tokens = [refused("invalid_grant", "ip restricted or invalid login hours")]
    with pytest.raises(ProofFailed, match="may not log in from this address") as caught:
        bench.run()
    assert "IP Relaxation" in caught.value.next
    assert [one.result for one in bench.results] == ["failed", "skipped", "skipped"]


def test_what_differs_fails_by_name(bench: Bench) -> None:
    """And nothing is delivered; a plan only tells it."""
    bench.org.queries = app_rows(Username=RUN_AS, IpRelaxationPolicyType="Enforce")
    with pytest.raises(ReadBackDiffers, match="IP Relaxation: Enforce -> Bypass"):
        bench.run()
    assert bench.revoked == 1
    assert target_of(bench).read() is None


def test_what_rest_hides_is_read_from_the_pages(bench: Bench) -> None:
    """The integration user often may not see External Client Apps."""
    bench.org.queries = {"FROM User ": records({"Username": RUN_AS})}
    bench.state.read_pages = lambda: Reading(
        "Service Board", "Service_Board", "admin@acme.com", "Local", ("id", "api"), None, True, RUN_AS, "Bypass"
    )
    assert bench.run()[1].result == "unchanged"
    assert bench.state.proof.read_back


def test_the_pages_can_differ_too(bench: Bench) -> None:
    """Then it is told as if REST had."""
    bench.org.queries = {"FROM User ": records({"Username": RUN_AS})}
    bench.state.read_pages = lambda: Reading("Other")
    with pytest.raises(ReadBackDiffers, match="External Client App Name: Other -> Service Board"):
        bench.run()


def test_what_nobody_can_read_is_not_claimed(bench: Bench) -> None:
    """The step is skipped with what could not be seen, and the proof says that nothing was read back."""
    bench.org.queries = {"FROM User ": records({"Username": RUN_AS})}
    result = bench.run()[1]
    assert result.result == "skipped"
    assert "IP Relaxation" in result.note
    assert not bench.state.proof.read_back


def test_a_user_without_a_name_is_compared_on_the_page(bench: Bench) -> None:
    """The org holds an id and names nobody: only the page can tell whose it is."""
    bench.org.queries = app_rows(ClientCredentialsFlowUser=given()["id"].rpartition("/")[2])
    bench.org.queries["FROM User "] = rest_error("INVALID_TYPE")
    bench.state.read_pages = lambda: Reading(run_as="x@y.z")
    with pytest.raises(ReadBackDiffers, match=r"Run As \(Username\): x@y.z"):
        bench.run()


def test_a_token_that_stays_good_is_a_remark(bench: Bench) -> None:
    """Nothing else changes."""
    bench.org.paths["/services/oauth2/revoke"] = httpx.Response(403)
    assert [one.result for one in bench.run()] == ["changed", "unchanged", "changed"]
    assert any("could not be revoked" in note for note in bench.state.notes)


def test_lacking_rights_are_a_remark(bench: Bench) -> None:
    """One line for a package that is not there; the run goes on."""
    bench.run()
    assert bench.state.rights is not None
    assert any("no object of package SVMXC" in note for note in bench.state.notes)


def test_rights_that_can_not_be_checked_are_a_remark(bench: Bench) -> None:
    """A proven pair is delivered all the same; where rights are required, not knowing is a failure."""
    bench.org.paths["/services/data/v67.0/sobjects"] = rest_error("REQUEST_LIMIT_EXCEEDED", status=403)
    assert bench.run()[1].result == "unchanged"
    assert any("could not be checked: " in note for note in bench.state.notes)
    bench.fresh().rights_required = True
    bench.looks()
    with pytest.raises(OrgBusy):
        bench.run()


def test_lacking_rights_fail_where_they_are_required(bench: Bench) -> None:
    """With the same words, before delivery."""
    bench.state.rights_required = True
    with pytest.raises(NotPermitted, match="lacks rights that the integration needs: no object of package SVMXC"):
        bench.run()
    assert bench.revoked == 1
    assert target_of(bench).read() is None


def test_a_failed_delivery_waits_and_the_next_run_completes_it(bench: Bench) -> None:
    """Without revealing anything: the kept pair is proven and delivered."""
    path = Path(bench.settings.credentials_to[0].partition(":")[2])
    path.mkdir()
    with pytest.raises(DeliveryFailed, match="The pair is kept in"):
        bench.run()
    path.rmdir()
    bench.fresh()
    assert bench.looks()
    assert [one.result for one in bench.run()] == ["unchanged", "unchanged", "changed"]
    assert target_of(bench).read() is not None
    assert not Pending(HOST, SPEC.api_name).waits()


def test_a_pair_that_waits_needlessly_is_dropped(bench: Bench) -> None:
    """A crash after the last delivery leaves it; the next run tidies up."""
    bench.run()
    Pending(HOST, SPEC.api_name).keep(pair(org_id=ORG_18))
    bench.fresh()
    bench.looks()
    bench.run()
    assert not Pending(HOST, SPEC.api_name).waits()


def delivered(bench: Bench, **changes: Any) -> Credentials:
    """Put a pair where an earlier run would have delivered it."""
    held = pair(**{"org_id": ORG_18, **changes})
    target_of(bench).write(held)
    bench.fresh()
    return held


def test_nothing_delivered_is_nothing_found(bench: Bench) -> None:
    """And no request is made."""
    bench.fresh()
    assert not bench.looks()
    assert bench.org.requests == []


@pytest.mark.parametrize(
    "refusal",
    [
        ("invalid_client_id", "client identifier invalid"),
        ("invalid_client", "invalid client credentials"),
        ("OAUTH_EC_APP_NOT_FOUND", "External client app is not installed in this org"),
    ],
)
def test_a_dead_pair_is_revealed_anew(bench: Bench, refusal: tuple[str, str]) -> None:
    """It is remarked and not used."""
    delivered(bench)
    bench.org.tokens = [refused(*refusal)]
    assert not bench.looks()
    assert bench.state.credentials is None
    assert bench.state.delivered_unproven is None
    assert "not valid any more" in bench.state.notes[0]


def test_a_pair_behind_a_broken_policy_is_kept_in_mind(bench: Bench) -> None:
    """The pair may be good: section 5 proves it once the policies are mended."""
    held = delivered(bench)
    bench.org.tokens = [refused("invalid_grant", "no client credentials user enabled")]
    assert not bench.looks()
    assert bench.state.delivered_unproven == held
    assert [one.result for one in bench.run(plan=True)] == ["changed"] * 3
    bench.org.tokens = [httpx.Response(200, json=given())]
    assert [one.result for one in bench.run()] == ["changed", "unchanged", "unchanged"]


def test_a_pair_of_the_org_before_the_refresh_is_not_even_sent(bench: Bench) -> None:
    """The browser has seen the new org's id."""
    delivered(bench, org_id="00DWs000000OldXAAA"[:15])
    bench.state.org_id = ORG_18
    assert not bench.looks()
    assert bench.org.requests == []
    assert "which a refresh has replaced" in bench.state.notes[0]


def test_an_edited_token_url_gets_no_pair(bench: Bench) -> None:
    """The host in a delivered file decides nothing by itself."""
    bench.settings = settings_for(bench.settings.credentials_to[0].replace("dotenv:", "json:"))
    delivered(bench, token_url="https://evil.example/services/oauth2/token")
    assert not bench.looks()
    assert bench.org.requests == []
    assert "was not sent" in bench.state.notes[0]


def test_an_org_that_does_not_answer_ends_the_run(bench: Bench) -> None:
    """Revealing would prove nothing either."""
    delivered(bench)
    bench.org.tokens = [httpx.ConnectError("refused")]
    with pytest.raises(OrgUnavailable):
        bench.looks()


def test_a_target_with_the_pair_of_another_app_stops_before_anything(bench: Bench) -> None:
    """Rather than after everything was done."""
    delivered(bench, app="Other_App")
    with pytest.raises(SettingsError, match="holds the pair of Other_App of"):
        bench.looks()


def test_a_file_of_another_app_is_refused_before_a_browser_starts(bench: Bench) -> None:
    """Files are looked at first; on a host of all orgs nobody knows yet whose they should be."""
    check_files(bench.settings, SPEC)
    delivered(bench, app="Other_App")
    with pytest.raises(SettingsError, match="holds the pair of Other_App of"):
        check_files(bench.settings, SPEC)
    check_files(replace(bench.settings, sf_login_url="https://test.salesforce.com"), SPEC)


def test_an_unreadable_target_is_a_remark(bench: Bench, tmp_path: Path) -> None:
    """The next one may have the pair."""
    (tmp_path / "blocked.env").mkdir()
    bench.settings = settings_for(f"dotenv:{tmp_path}/blocked.env", f"json:{tmp_path}/pair.json")
    parse(f"json:{tmp_path}/pair.json").write(pair(org_id=ORG_18))
    bench.fresh()
    assert bench.looks()
    assert any("blocked.env" in note for note in bench.state.notes)


def test_drifted_run_as_is_proven_again(bench: Bench) -> None:
    """The pair is good, its user is not the wanted one: a plan tells it, a run proves again after the repair."""
    delivered(bench)
    bench.org.queries["FROM User "] = records({"Username": "old@acme.com.dev"})
    assert bench.looks()
    with pytest.raises(RunbookError, match=r"for old@acme\.com\.dev"):
        bench.run()
    bench.org.queries["FROM User "] = records({"Username": RUN_AS})
    bench.fresh()
    assert bench.looks()
    assert bench.run()[0].result == "unchanged"


def test_progress_is_told_while_waiting(bench: Bench) -> None:
    """Whoever watches sees why nothing happens."""
    told: list[str] = []
    bench.state.tell = told.append
    bench.org.tokens = [refused("invalid_client_id", "client identifier invalid"), httpx.Response(200, json=given())]
    bench.run()
    assert "Trying again in" in told[0]
