"""Is there work? Every answer of an org leads to the right word, with few requests and never with a browser."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from automation.delivery import Pending
from automation.delivery.dotenv_file import DotenvFile
from automation.fleet.check import REPAIR, CheckResult, Known, check_org
from automation.fleet.copies import asked
from automation.fleet.orgs_file import OrgsFile
from automation.fleet.repair import deliver_pending
from tests.fleet.fleet_double import APP, FleetOnReplica

if TYPE_CHECKING:
    from automation.replica import OrgHandle

Check = Callable[..., CheckResult]


@pytest.fixture
def check(fleet: FleetOnReplica, monkeypatch: pytest.MonkeyPatch) -> Check:
    """``check()`` checks the fleet's one org ``dev`` as the command would."""
    monkeypatch.chdir(fleet.folder)

    def one(known: Known | None = None, *, production: bool = False) -> CheckResult:
        for name, value in fleet.secrets.items():
            monkeypatch.setenv(name, value)
        read = OrgsFile.read(fleet.file)
        with asked(read, pytest.fail) if production else nullcontext() as opened:
            return check_org(read.org("dev"), known, opened)

    return one


def requests(org: OrgHandle) -> list[str]:
    return [event["name"] for event in org.events()]


def test_a_good_pair_means_that_all_is_well(fleet: FleetOnReplica, check: Check) -> None:
    """One token proves app, flow, Run As and org id; what was set reads back; the token is given back."""
    org = fleet.set_up("dev")
    seen = check()
    assert (seen.found, seen.error) == ("up_to_date", None)
    assert seen.state.credentials is not None
    assert (seen.state.org_id, seen.state.proof.run_as, seen.state.proof.read_back) == (org.org_id, org.run_as, True)
    assert org.truth()["tokens"] == []
    assert "login" not in " ".join(requests(org))


def test_no_pair_means_not_set_up(fleet: FleetOnReplica, check: Check) -> None:
    """The org is not even asked."""
    org = fleet.add("dev")
    assert check().found == "not_set_up"
    assert requests(org) == []
    assert check(Known(fingerprint="f00")).why == "the delivered pair is no longer at its target"


def test_a_refresh_is_noticed(fleet: FleetOnReplica, check: Check) -> None:
    """The key is gone with the app."""
    fleet.set_up("dev").refresh()
    assert check().found == "app_missing"


def test_a_deleted_app_is_noticed(fleet: FleetOnReplica, check: Check) -> None:
    """As after a refresh."""
    fleet.set_up("dev")
    fleet.delete_app("dev")
    assert check().found == "app_missing"


def test_another_org_id_behind_the_same_host_means_refreshed(fleet: FleetOnReplica, check: Check) -> None:
    """Even where the pair still works, as that of a packaged app may."""
    fleet.set_up("dev")
    file = DotenvFile(str(fleet.folder / "credentials" / "dev.env"))
    pair = file.read()
    assert pair is not None
    file.write(replace(pair, org_id="00D000000000001AAA"))
    assert check().found == "refreshed"


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"secret": "rotated"}, "secret_rejected"),
        ({"policies": {"clientCredentialsEnabled": False}}, "policy_rejected"),
        ({"policies": {"ipRelaxation": "Enforce"}}, "policy_rejected"),
        ({"doc": {"contactEmail": "somebody@else.example"}}, "drifted"),
        ({"doc": {"label": "Renamed"}}, "drifted"),
        ({"scopes": ["id"]}, "drifted"),
    ],
)
def test_what_somebody_changed_is_found(fleet: FleetOnReplica, check: Check, change: dict[str, object], found: str) -> None:
    """By the refusal where the org refuses, else by reading back."""
    fleet.set_up("dev")
    fleet.change_app("dev", **change)
    seen = check()
    assert seen.found == found
    assert seen.found in REPAIR


def test_another_run_as_user_is_drift(fleet: FleetOnReplica, check: Check) -> None:
    """The token says for whom it speaks, also to a user who may read nothing."""
    fleet.set_up("dev", runAs=f"sync.none@{fleet.company}.example.dev", ipRelaxation="Bypass")
    seen = check()
    assert seen.found == "drifted"
    assert "sync.none@" in seen.why


@pytest.mark.parametrize("error", ["inactive_org", "rate"])
def test_a_busy_org_is_left_alone(fleet: FleetOnReplica, check: Check, error: str) -> None:
    """It is tried later."""
    org = fleet.set_up("dev")
    org.force_token_error(error)
    seen = check()
    assert seen.found in ("refreshing", "busy")
    assert seen.error is not None
    assert seen.error.exit_code == 75


def test_an_org_that_can_not_be_reached_is_a_failure(fleet: FleetOnReplica, check: Check) -> None:
    """Nothing is known then, so nothing is done."""
    fleet.set_up("dev")
    fleet.replica.world.orgs.pop(f"{fleet.company}--dev.sandbox")
    seen = check()
    assert seen.found == "failed"
    assert seen.error is not None
    assert seen.error.exit_code == 69


def test_a_place_that_holds_another_orgs_pair_is_not_overwritten(fleet: FleetOnReplica, check: Check) -> None:
    """Nor is a browser started for it."""
    fleet.set_up("dev")
    file = DotenvFile(str(fleet.folder / "credentials" / "dev.env"))
    pair = file.read()
    assert pair is not None
    other = "other.my.salesforce.com"
    file.path.unlink()
    file.write(replace(pair, host=other, token_url=f"https://{other}/services/oauth2/token"))
    seen = check()
    assert (seen.found, seen.error and seen.error.exit_code) == ("failed", 78)


def test_a_vault_that_is_down_makes_no_second_pair(fleet: FleetOnReplica, check: Check) -> None:
    """The right pair may lie in it."""
    fleet.add("dev")
    (fleet.folder / "credentials" / "dev.env").mkdir(parents=True)
    seen = check()
    assert (seen.found, seen.error and seen.error.kind) == ("failed", "delivery_failed")


def test_a_pair_that_waits_is_delivered_without_a_browser(fleet: FleetOnReplica, check: Check) -> None:
    """It is proven first, then goes to every target that lacks it."""
    org = fleet.set_up("dev")
    path = fleet.folder / "credentials" / "dev.env"
    pair = DotenvFile(str(path)).read()
    assert pair is not None
    Pending(pair.host, APP).keep(pair)
    path.unlink()
    seen = check()
    assert seen.found == "undelivered"
    outcome = deliver_pending(seen)
    assert (outcome.word, outcome.exit_code, outcome.browser) == ("delivered", 0, False)
    assert DotenvFile(str(path)).read() == replace(pair, org_id=org.org_id)
    assert not Pending(pair.host, APP).waits()
    assert check().found == "up_to_date"


def test_a_target_that_was_added_gets_the_pair(fleet: FleetOnReplica, check: Check) -> None:
    """Without a browser as well."""
    fleet.set_up("dev")
    fleet.deliver = '["dotenv:credentials/{name}.env", "json:credentials/{name}.json"]'
    seen = check()
    assert seen.found == "undelivered"
    assert deliver_pending(seen).line["credentials"]["delivered_to"] == [
        "dotenv:credentials/dev.env", "json:credentials/dev.json",
    ]  # fmt: skip


class TestWithProductionAccess:
    """Production says which sandbox is being copied; readiness is that signing in is possible."""

    @pytest.fixture(autouse=True)
    def _production(self, fleet: FleetOnReplica, tmp_path: Path) -> None:
        """A production org whose own app's pair is at hand."""
        production = fleet.replica.new_org(fleet.company, 1)
        fleet.secrets["PRODUCTION_TOKEN"] = production.cli_token(scope="full")
        fleet.extra = (
            f'\n[production]\nlogin_url = "https://{fleet.company}.my.salesforce.com"\naccess_token = "env:PRODUCTION_TOKEN"\n'
        )

    def test_a_sandbox_in_mid_refresh_is_left_alone(self, fleet: FleetOnReplica, check: Check) -> None:
        """Not even a token is asked for."""
        org = fleet.set_up("dev")
        org.refresh(copying=600.0)
        before = len(org.events())
        seen = check(production=True)
        assert (seen.found, seen.error and seen.error.exit_code) == ("refreshing", 75)
        assert len(org.events()) == before

    def test_completed_is_not_yet_ready(self, fleet: FleetOnReplica, check: Check) -> None:
        """The copy has ended, but the sandbox answers INVALID_STATUS for a while."""
        org = fleet.set_up("dev")
        org.refresh(copying=0.0, not_ready=600.0)
        assert check(production=True).found in ("refreshing", "busy")

    def test_a_ready_copy_without_a_pair_waits_for_sign_in(self, fleet: FleetOnReplica, check: Check) -> None:
        """Also where no pair was ever delivered: a login would fail."""
        fleet.add("dev").refresh(not_ready=600.0)
        assert check(production=True).found == "refreshing"

    def test_a_refresh_is_distinguished_from_a_deleted_app(self, fleet: FleetOnReplica, check: Check) -> None:
        """By the org id that production knows."""
        org = fleet.set_up("dev")
        before = org.org_id
        org.refresh()
        seen = check(Known(org_id=before), production=True)
        assert seen.found == "refreshed"
        assert org.org_id in seen.why

    def test_all_is_well_as_without(self, fleet: FleetOnReplica, check: Check) -> None:
        """Production's word is needed for nothing else."""
        fleet.set_up("dev")
        assert check(production=True).found == "up_to_date"
