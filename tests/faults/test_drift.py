"""A person edits the finished app: the plan names exactly what differs, the run repairs it with one Save per tab."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from automation.errors import AmbiguousApp, FieldRefused
from automation.report.result import RunResult
from tests.e2e.conftest import NewOrg, Runbook
from tests.faults.wanted import CALLBACK, NAME, deliver, edit, lacking, make_app, ours

if TYPE_CHECKING:
    from automation.replica import OrgHandle

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("signed_in")]

FLOW, RUN_AS = "Enable Client Credentials Flow", "Run As (Username)"
PKCE = "Require Proof Key for Code Exchange (PKCE) extension for Supported Authorization Flows"


@dataclass(frozen=True)
class Drift:
    """One value that somebody changed, and the label that the plan names it by; ``tab`` is the call that saves it."""

    path: str
    value: Any
    label: str
    tab: str = "saveSettings"


FIELDS: dict[str, Drift] = {
    "contact email": Drift("contactEmail", "somebody@else.example", "Contact Email"),
    "callback": Drift("oauth.callbackUrl", "", "Callback URL"),
    "scopes": Drift("oauth.scopes", ["id"], "Selected OAuth Scopes"),
    "flow in Settings": Drift("oauth.flows.clientCredentials", False, FLOW),
    "secret for web server": Drift("oauth.security.secretForWebServer", False, "Require secret for Web Server Flow"),
    "secret for refresh token": Drift("oauth.security.secretForRefreshToken", False, "Require secret for Refresh Token Flow"),
    "PKCE": Drift("oauth.security.pkce", True, PKCE),
    "policies tick": Drift("policies.clientCredentialsEnabled", False, FLOW, "savePolicies"),
    "Run As": Drift("policies.runAs", "sync.some@acme.example", RUN_AS, "savePolicies"),
    "IP relaxation": Drift("policies.ipRelaxation", "Enforce", "IP Relaxation", "savePolicies"),
}
"""Every documented field that can be changed and by which the app is not found."""

SECTION_1, SECTION_3 = ("1.4", "1.5", "1.6"), ("2.4", "2.5", "3.4")


def drifted(new_org: NewOrg, *names: str) -> OrgHandle:
    """An org with the finished app, of which somebody changed these fields."""
    org = new_org(pkce="editable", propagation_seconds=0.0, after_password=[], verification="not_asked")
    app = make_app(org)
    assert [check for check in lacking_in_org(org) if check != "delivery"] == []
    for name in names:
        value = org.user("sync.some").username if name == "Run As" else FIELDS[name].value
        edit(org, app, FIELDS[name].path, value)
    return org


def lacking_in_org(org: OrgHandle) -> list[str]:
    """What differs from the configuration in the org itself."""
    return [name for name in lacking(org, Path("/nowhere")) if name != "delivery"]


def named(result: RunResult, steps: tuple[str, ...] = (*SECTION_1, *SECTION_3)) -> list[tuple[str, str]]:
    """Tab and label of each difference that the steps of fields report."""
    tabs = {"1": "saveSettings", "2": "savePolicies", "3": "savePolicies"}
    return [(tabs[step.id[0]], difference.what) for step in result.steps if step.id in steps for difference in step.differences]


def saves(org: OrgHandle) -> list[str]:
    """What was saved, by the org's event log."""
    return [event["name"] for event in org.events() if event["name"] in ("createApp", "saveSettings", "savePolicies")]


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(("PKCE", "policies tick"), id="one of each tab"),
        *(pytest.param((name,), id=name, marks=pytest.mark.slow) for name in FIELDS),
    ],
)
def test_a_plan_names_exactly_what_drifted(names: tuple[str, ...], new_org: NewOrg, run: Runbook) -> None:
    """And none of the other fields; nothing is saved. Without drift nothing is named: ``tests/e2e/test_whole_run``."""
    org = drifted(new_org, *names)
    result = run(org, plan=True)
    assert result.error is None, run.printed.getvalue()
    assert named(result) == [(FIELDS[name].tab, FIELDS[name].label) for name in names]
    assert result.exit_code(plan_exit_code=True) == 3
    assert saves(org) == []


def test_a_plan_with_a_delivered_pair_names_a_scope_that_was_taken_away(quick_org: NewOrg, run: Runbook) -> None:
    """The pair's token may then not use the REST API: that is what the plan would fix, no failure of it."""
    org = quick_org()
    app = make_app(org)
    deliver(org, run.delivered)
    edit(org, app, "oauth.scopes", ["id"])
    planned = run(org, plan=True)
    assert planned.error is None, run.printed.getvalue()
    assert named(planned) == [("saveSettings", "Selected OAuth Scopes")]
    assert run(org).outcome == "changed"


def test_all_drift_at_once_is_repaired_with_one_save_per_tab(new_org: NewOrg, run: Runbook) -> None:
    """Every field named, the org as configured, and afterwards nothing left to do."""
    org = drifted(new_org, *FIELDS)
    result = run(org)

    assert result.error is None, run.printed.getvalue()
    assert result.outcome == "changed"
    assert saves(org) == ["saveSettings", "savePolicies"]
    assert lacking(org, run.delivered) == []
    found = set(named(result))
    assert found == {(drift.tab, drift.label) for drift in FIELDS.values()}


@pytest.mark.slow
@pytest.mark.parametrize("name", FIELDS)
def test_each_field_is_repaired_alone(name: str, new_org: NewOrg, run: Runbook) -> None:
    """Only its own tab is saved, once."""
    org = drifted(new_org, name)
    result = run(org)

    assert result.error is None, run.printed.getvalue()
    assert saves(org) == [FIELDS[name].tab]
    assert lacking(org, run.delivered) == []


@pytest.mark.slow
@pytest.mark.parametrize("look", ["summer25", "winter26", "summer26", "winter27"])
@pytest.mark.parametrize("view_mode", ["disabled", "readonly_text", "output"])
def test_drift_is_seen_in_every_look_and_view_mode(look: str, view_mode: str, new_org: NewOrg, run: Runbook) -> None:
    """Read-only fields are shown in several ways; each is read right."""
    org = drifted(new_org, "contact email", "scopes", "policies tick", "IP relaxation")
    org.set(look=look, view_mode=view_mode)
    result = run(org, plan=True)

    assert result.error is None, run.printed.getvalue()
    assert set(named(result)) == {
        ("saveSettings", "Contact Email"),
        ("saveSettings", "Selected OAuth Scopes"),
        ("savePolicies", FLOW),
        ("savePolicies", "IP Relaxation"),
    }


def test_a_run_as_that_is_not_in_force_at_once_is_waited_for(new_org: NewOrg, run: Runbook) -> None:
    """For a while the org goes on giving tokens for the user from before."""
    org = drifted(new_org, "Run As")
    org.set(policy_propagation_seconds=4.0)
    result = run(org, first="2.1")

    assert result.error is None, run.printed.getvalue()
    assert result.outcome == "changed"
    assert lacking(org, run.delivered) == []


def test_more_than_wanted_is_reported_and_removed_only_when_exact(new_org: NewOrg, run: Runbook) -> None:
    """A further scope and a further flow stay without ``--exact``."""
    org = drifted(new_org)
    app = org.app()
    edit(org, app, "oauth.scopes", ["id", "api", "web"])
    edit(org, app, "oauth.flows.device", True)
    kept = run(org, last="3.5")

    assert kept.error is None, run.printed.getvalue()
    assert saves(org) == []
    notes = " ".join(step.note for step in kept.steps)
    assert "Manage user data via Web browsers (web)" in notes
    assert "Enable Device Flow" in notes

    removed = run(org, exact=True, last="3.5")
    assert removed.error is None, run.printed.getvalue()
    assert saves(org) == ["saveSettings"]
    (now,) = ours(org)
    assert sorted(now["oauth"]["scopes"]) == ["api", "id"]
    assert now["oauth"]["flows"]["device"] is False
    assert lacking_in_org(org) == []


def test_a_distribution_state_that_differs_is_edited_and_read_again(new_org: NewOrg, run: Runbook) -> None:
    """With a further callback URL of another integration, which stays, in front of ours."""
    org = drifted(new_org)
    app = org.app()
    edit(org, app, "distributionState", "Packaged")
    edit(org, app, "oauth.callbackUrl", "https://other.example/oauth")
    result = run(org, last="1.7")

    assert result.error is None, run.printed.getvalue()
    assert saves(org) == ["saveSettings"]
    assert app.doc["distributionState"] == "Local"
    assert app.doc["oauth"]["callbackUrl"].split() == ["https://other.example/oauth", CALLBACK]
    assert {label for _, label in named(result)} == {"Distribution State", "Callback URL"}
    assert "beyond the configured callback URLs: https://other.example/oauth" in " ".join(step.note for step in result.steps)


@pytest.mark.parametrize("edit_of_state", ["fixed", "refused"])
def test_an_org_that_does_not_let_the_distribution_state_be_changed_is_named(
    edit_of_state: str, new_org: NewOrg, run: Runbook
) -> None:
    """Its field can't be used, or its server refuses; nothing is saved."""
    org = drifted(new_org)
    org.set(distribution_edit=edit_of_state)
    (app,) = org._org.apps.values()
    edit(org, app, "distributionState", "Packaged")
    result = run(org, {"TIMEOUT_ACTION": "2"}, last="1.7")

    assert isinstance(result.error, FieldRefused)
    assert "Distribution State" in result.error.message
    assert saves(org) == []
    if edit_of_state == "fixed":
        assert "ECA_DISTRIBUTION_STATE" in result.error.next


def test_the_same_name_with_another_api_name_is_a_question(new_org: NewOrg, run: Runbook) -> None:
    """It may be a stranger's: nothing is touched, nothing is made."""
    org = drifted(new_org)
    app = org.app()
    edit(org, app, "developerName", "Somebody_Elses")
    result = run(org)

    assert isinstance(result.error, AmbiguousApp)
    assert "Somebody_Elses" in result.error.message
    assert result.exit_code() == 77
    assert saves(org) == []


@pytest.mark.slow
def test_the_same_api_name_under_another_name_is_a_question(new_org: NewOrg, run: Runbook) -> None:
    """Somebody renamed the app: the org refuses a second one of this API name, and the run says what to do."""
    org = drifted(new_org)
    app = org.app()
    edit(org, app, "label", "Board Sync, do not delete")
    result = run(org)

    assert result.error is not None
    assert result.exit_code() == 78, run.printed.getvalue()
    assert "set ECA_NAME to its name" in result.error.next
    assert len(org.truth()["apps"]) == 1
    assert saves(org) == []


NEAR = (
    "ServiceMax Service Board Sync 2",
    "Servicemax Service Board Sync",
    "ServiceMax Service Board",
    "ServiceMax Service Board Sync (old)",
)


@pytest.mark.slow
@pytest.mark.parametrize("paging", ["all", "infinite", "virtual", "pages", "more"])
@pytest.mark.parametrize("there", [True, False], ids=["there", "not there"])
def test_one_of_300_with_near_equal_names_is_found_or_made(paging: str, there: bool, new_org: NewOrg, run: Runbook) -> None:
    """Long lists in every kind of paging; near-equal names are other apps and stay as they are."""
    org = new_org(list_size=296, list_paging=paging, propagation_seconds=0.0, after_password=[], verification="not_asked")
    for number, label in enumerate(NEAR):
        make_app(org, label=label, developerName=f"Near_{number}")
    if there:
        make_app(org)
    before = {app["id"]: app for app in org.truth()["apps"] if app["label"] != NAME}
    result = run(org)

    assert result.error is None, run.printed.getvalue()
    assert result.outcome == ("unchanged" if there else "created")
    assert lacking(org, run.delivered) == []
    assert {app["id"]: app for app in org.truth()["apps"] if app["label"] != NAME} == before
