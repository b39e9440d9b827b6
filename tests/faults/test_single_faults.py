"""Every fault alone: the run ends in the wanted state, or stops with the error that names the cause."""

from __future__ import annotations

import pytest

from automation.app_spec import AppSpec
from automation.replica import OrgHandle
from flows import create_external_client_app, enter_code
from flows.pages.create_form import CreateForm
from tests.e2e.conftest import NewOrg, Runbook
from tests.faults.cases import EXPIRIES, HEALED, STOPS, Case
from tests.faults.wanted import duplicates, lacking, make_app

pytestmark = pytest.mark.browser

FAST = frozenset(
    {
        "createApp: reset_before", "createApp: reset_after", "savePolicies: reset_after", "createApp: status_after 500",
        "savePolicies: error though done", "savePolicies: the spinner never ends", "static files: one breaks off",
        "the app: re-rendered under the cursor", "the app: a toast covers the footer", "the code: refused once, then right",
        "at savePolicies", "at the verify page",
    }
)  # fmt: skip
"""Those that run every time; all others are for the night."""


def cases(table: dict[str, object]) -> list[object]:
    """Parameters, the lasting ones marked slow."""
    return [pytest.param(name, marks=[] if name in FAST else [pytest.mark.slow]) for name in table]


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A refused code is followed by a request for another one at once, not after ten seconds."""
    monkeypatch.setattr(enter_code, "SECOND_MAIL", 0.3)


def prepared(case: Case, quick_org: NewOrg) -> OrgHandle:
    """An org with the case's variants and faults."""
    org = quick_org(**case.variants)
    if case.made:
        make_app(org, policies=False)
    for fault in case.faults:
        org.fault(**fault)
    return org


@pytest.mark.parametrize("name", cases({**HEALED}))
def test_a_passing_fault_is_healed(name: str, quick_org: NewOrg, run: Runbook) -> None:
    """One app, every value as wanted, the pair delivered; the run says so."""
    org = prepared(HEALED[name], quick_org)
    result = run(org, HEALED[name].settings)

    assert result.error is None, run.printed.getvalue()
    assert lacking(org, run.delivered) == []
    assert duplicates(org) == 0
    assert not (HEALED[name].done and "Starting over" in run.printed.getvalue())


def test_a_login_page_that_comes_between_two_looks_is_a_lost_session(
    quick_org: NewOrg, run: Runbook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All that a step notices then is a control that is missing; the run logs in once more and starts over."""
    org, fill = quick_org(), create_external_client_app._fill_basics
    met: list[bool] = []

    def interrupted(form: CreateForm, spec: AppSpec) -> None:
        if not met:
            met.append(True)
            org.expire_sessions()
            form.page.goto(org.login_url)
        fill(form, spec)

    monkeypatch.setattr(create_external_client_app, "_fill_basics", interrupted)
    result = run(org, {"TIMEOUT_ACTION": "2"})

    assert result.error is None, run.printed.getvalue()
    assert "asked to log in again" in run.printed.getvalue()
    assert lacking(org, run.delivered) == []


@pytest.mark.parametrize("name", cases({**EXPIRIES}))
def test_a_session_that_ends_is_opened_again(name: str, quick_org: NewOrg, run: Runbook) -> None:
    """Wherever it ends: the run logs in once more and finishes."""
    org = prepared(EXPIRIES[name], quick_org)
    result = run(org)

    assert result.error is None, run.printed.getvalue()
    assert lacking(org, run.delivered) == []
    assert duplicates(org) == 0


@pytest.mark.parametrize("name", [pytest.param(name, marks=pytest.mark.slow) for name in STOPS])
def test_a_lasting_fault_is_named(name: str, quick_org: NewOrg, run: Runbook) -> None:
    """Kind, exit code, message and recovery sentence; once the fault is gone, the same command finishes the work."""
    case = STOPS[name]
    org = prepared(case, quick_org)
    result = run(org, case.settings)

    assert result.error is not None, run.printed.getvalue()
    assert case.ends is not None
    assert (result.error.kind, result.exit_code()) == (case.ends.kind, case.ends.exit_code), run.printed.getvalue()
    assert case.says in result.error.message
    assert (case.cure or case.ends.recovery) in result.error.next
    assert not run.delivered.exists()

    org.clear_faults()
    org.set(new_button=True, eca_enabled=True, popup_blocked=False)
    again = run(org)
    assert again.error is None, run.printed.getvalue()
    assert lacking(org, run.delivered) == []
    assert duplicates(org) == 0
