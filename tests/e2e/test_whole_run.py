"""From an empty org to proven and delivered credentials, and what a second run does."""

from __future__ import annotations

import json
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx
import pytest
from dotenv import dotenv_values

from automation.report.json_result import json_line
from automation.settings import load_settings
from flows.procedure import all_steps
from tests.faults.wanted import deliver, lacking, make_app

from .conftest import NewOrg, Runbook

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from automation.replica import OrgHandle, Replica
    from automation.report.result import RunResult

COMMITS = ("createApp", "savePolicies", "saveSettings")


def commits(org: OrgHandle) -> list[str]:
    """The changes that reached the org, by its own event log."""
    return [event["name"] for event in org.events() if event["name"] in COMMITS]


@dataclass(frozen=True)
class Finished:
    """An org after one whole run, as it is by default: a code at login and at the reveal, screenshots, every wait."""

    org: OrgHandle
    run: Runbook
    result: RunResult


@pytest.fixture(scope="session")
def finished(replica: Replica, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """One run for all tests that only look at what it left; of the session, as workers take a module's tests in several turns."""
    folder = tmp_path_factory.mktemp("finished")
    org, run = replica.new_org("acme--finished.sandbox"), Runbook(browser, folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(folder / "state"))
        return Finished(org, run, run(org, screenshot="on"))


def test_an_empty_org_ends_with_proven_and_delivered_credentials(finished: Finished) -> None:
    result = finished.result

    assert result.error is None, finished.run.printed.getvalue()
    assert result.outcome == "created"
    assert [step.id for step in result.steps] == [step.id for step in all_steps()]
    assert result.state.proof.token
    assert result.state.proof.read_back
    assert result.state.proof.run_as == finished.org.run_as
    assert commits(finished.org) == ["createApp", "savePolicies"]


def test_the_org_holds_what_the_document_asks_for(finished: Finished) -> None:
    org = finished.org
    (app,) = org.truth()["apps"]

    assert (app["label"], app["developerName"]) == ("ServiceMax Service Board Sync", "ServiceMax_Service_Board_Sync")
    assert app["distributionState"] == "Local"
    assert sorted(app["oauth"]["scopes"]) == ["api", "id"]
    assert app["oauth"]["flows"]["clientCredentials"]
    assert app["oauth"]["security"]["secretForWebServer"]
    assert app["oauth"]["security"]["secretForRefreshToken"]
    assert app["policies"]["clientCredentialsEnabled"]
    assert app["policies"]["runAs"] == org.run_as
    assert app["policies"]["ipRelaxation"] == "Bypass"


def test_the_delivered_pair_gets_a_token_with_a_plain_client(finished: Finished) -> None:
    org, run = finished.org, finished.run
    pair = dotenv_values(run.delivered)

    with load_settings(org.environment(), None).network.client() as plain:
        answer = plain.post(
            str(pair["SALESFORCE_TOKEN_URL"]),
            data={
                "grant_type": "client_credentials",
                "client_id": pair["SALESFORCE_CLIENT_ID"],
                "client_secret": pair["SALESFORCE_CLIENT_SECRET"],
            },
        )
    assert answer.status_code == httpx.codes.OK
    assert pair["SALESFORCE_ORG_ID"] == org.org_id
    assert stat.S_IMODE(run.delivered.stat().st_mode) == 0o600


def test_the_json_line_has_no_secret_and_the_agreed_shape(finished: Finished) -> None:
    line = json_line(finished.result)
    parsed = json.loads(line)
    pair = dotenv_values(finished.run.delivered)

    assert list(parsed) == [
        "schema", "outcome", "org", "app", "steps", "proof", "credentials", "error", "seconds", "artifacts",
    ]  # fmt: skip
    assert str(pair["SALESFORCE_CLIENT_SECRET"]) not in line
    assert str(pair["SALESFORCE_CLIENT_ID"]) not in line
    assert parsed["credentials"]["consumer_key_sha256"] == finished.result.state.credentials.fingerprint  # type: ignore[union-attr]


def test_the_session_that_the_run_made_is_ended(finished: Finished) -> None:
    """What a trace or a disk may still hold of it is worth nothing afterwards."""
    assert finished.org.events("logged out")
    assert finished.org.truth()["sessions"] == []


def test_a_second_run_finds_everything_done(quick_org: NewOrg, run: Runbook) -> None:
    org = quick_org()
    make_app(org)
    deliver(org, run.delivered)
    before = len(org.events())
    result = run(org)

    assert result.error is None, run.printed.getvalue()
    assert result.outcome == "unchanged"
    later = [event["name"] for event in org.events()[before:]]
    assert not [name for name in later if name in COMMITS], later
    assert not [name for name in later if "reveal" in name.lower() or "consumer" in name.lower()], later
    assert all(step.result in ("unchanged", "skipped") for step in result.steps), run.printed.getvalue()


@pytest.mark.usefixtures("signed_in")
def test_a_lost_delivery_is_made_again_without_changing_the_org(quick_org: NewOrg, run: Runbook) -> None:
    org = quick_org()
    make_app(org)
    result = run(org)

    assert result.error is None, run.printed.getvalue()
    assert commits(org) == []
    assert result.outcome == "unchanged"
    assert lacking(org, run.delivered) == []
    assert result.state.delivered_to == [f"dotenv:{run.delivered}"]


@pytest.mark.usefixtures("signed_in")
def test_a_locked_box_that_does_not_say_so_is_left_alone(quick_org: NewOrg, run: Runbook) -> None:
    """In view mode it looks like any other box that is not as configured; only edit mode shows it, and then nothing is saved."""
    silent = {"security.contactSupport": "Salesforce keeps this for you."}
    org = quick_org(pkce="locked", labels_override=silent)
    make_app(org)
    result = run(org, last="1.7")

    assert (result.outcome, result.error) == ("unchanged", None), run.printed.getvalue()
    assert commits(org) == []
    assert any("is locked by Salesforce" in note for note in result.state.notes)


@pytest.mark.usefixtures("signed_in")
def test_a_plan_for_an_empty_org_changes_nothing(quick_org: NewOrg, run: Runbook) -> None:
    org = quick_org()
    result = run(org, plan=True)

    assert result.outcome == "planned"
    assert result.exit_code(plan_exit_code=True) == 3
    assert org.truth()["apps"] == []
    assert not run.delivered.exists()


@pytest.mark.usefixtures("signed_in")
def test_a_plan_for_a_finished_app_has_no_changes(quick_org: NewOrg, run: Runbook) -> None:
    org = quick_org()
    make_app(org)
    deliver(org, run.delivered)
    result = run(org, plan=True)

    assert result.outcome == "planned"
    assert result.exit_code(plan_exit_code=True) == 0, run.printed.getvalue()


@pytest.mark.usefixtures("signed_in")
def test_a_part_of_the_run_stops_where_it_should(quick_org: NewOrg, run: Runbook) -> None:
    org = quick_org()
    result = run(org, last="1.7")

    assert result.error is None, run.printed.getvalue()
    assert len(org.truth()["apps"]) == 1
    assert {step.result for step in result.steps if step.id > "1.7"} == {"skipped"}
    rest = run(org, first="2.5")
    assert rest.error is None, run.printed.getvalue()
    assert rest.state.proof.token
    assert "Beginning at step 2.1" in run.printed.getvalue()
    again = run(org, first="5.2")
    assert (again.outcome, again.error, again.state.proof.token) == ("unchanged", None, True)


@pytest.mark.usefixtures("signed_in")
def test_a_run_that_ends_with_section_2_saves_it(quick_org: NewOrg, run: Runbook) -> None:
    """At 2.6, as section 3 does not follow; and a run that ends before any Save says that nothing was saved."""
    org = quick_org()
    make_app(org, policies=False)
    unsaved = run(org, first="2.1", last="2.5")
    assert (unsaved.outcome, unsaved.error) == ("unchanged", None)
    assert any("step 2.5 filled in was not saved" in note for note in unsaved.state.notes)
    assert commits(org) == []
    result = run(org, first="2.1", last="2.6")

    assert (result.outcome, result.error) == ("changed", None)
    (app,) = org.truth()["apps"]
    assert app["policies"]["runAs"] == org.run_as
    assert app["policies"]["ipRelaxation"] == "Enforce"
    assert commits(org) == ["savePolicies"]
