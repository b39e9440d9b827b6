"""Every fault alone: the run ends in the wanted state, or stops with the error that names the cause."""

from __future__ import annotations

import pytest

from automation.errors import ForeignHost
from automation.replica import OrgHandle, Replica
from automation.replica.org.rules import SCRATCH_CREATE
from automation.salesforce import hosts
from automation.settings.app_spec import AppSpec
from flows import create_external_client_app, retrieve_client_credentials
from flows.app.app_in_org import AppInOrg
from flows.pages.base import PageObject
from flows.pages.create_form import CreateForm
from flows.verification import codes as enter_code
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


LAST = {
    "createApp: reset_before": "1.7",
    "createApp: status_after 500": "1.7",
    "savePolicies: error though done": "3.5",
    "savePolicies: the spinner never ends": "3.5",
    "static files: one breaks off": "1.7",
    "the app: re-rendered under the cursor": "3.5",
    "the app: a toast covers the footer": "3.5",
    "at savePolicies": "3.5",
}
"""Where a run ends that has healed its fault: what follows is as after another fault of that section, whose run goes on."""

LATER = {"1.7": ["policies tick", "Run As", "IP relaxation", "delivery"], "3.5": ["delivery"]}
"""What is not yet done there."""


def cases(table: dict[str, object]) -> list[object]:
    """Parameters, the lasting ones marked slow."""
    return [pytest.param(name, marks=[] if name in FAST else [pytest.mark.slow]) for name in table]


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A refused code is followed by a request for another one at once, not after ten seconds."""
    monkeypatch.setattr(enter_code, "SECOND_EMAIL", 0.3)


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
    """One app, every value as configured, the pair delivered; the run says so."""
    case = HEALED[name]
    org = prepared(case, quick_org)
    run.signed_in = all(fault.get("kind") == "aura" for fault in case.faults)  # the others may be of the login
    result = run(org, case.settings, first="2.1" if case.made and run.signed_in else None, last=LAST.get(name))

    assert result.error is None, run.printed.getvalue()
    assert lacking(org, run.delivered) == LATER.get(LAST.get(name, ""), [])
    assert duplicates(org) == 0
    assert not (case.done and "Starting over" in run.printed.getvalue())


ELSEWHERE = {"a look-alike": "https://{host}.evil.example/", "another org": "https://other--org.sandbox.my.salesforce.com/"}


@pytest.mark.usefixtures("signed_in")
@pytest.mark.parametrize(
    ("step", "where"),
    [
        ("1.4", "a look-alike"),
        ("4.5", "another org"),
        pytest.param("1.4", "another org", marks=pytest.mark.slow),
        pytest.param("4.5", "a look-alike", marks=pytest.mark.slow),
    ],
)
def test_a_foreign_page_in_mid_run_ends_it_by_name(
    quick_org: NewOrg, run: Runbook, replica: Replica, monkeypatch: pytest.MonkeyPatch, step: str, where: str
) -> None:
    """Not as a lost session, not with a login by password, and with no key pressed there."""
    org, before = quick_org(), len(replica.attacker())
    if step == "4.5":
        make_app(org)
    replica.new_org("other--org.sandbox")
    url = ELSEWHERE[where].format(host=hosts.parse_url(org.login_url).host)
    module, name = {
        "1.4": (create_external_client_app, "_fill_basics"),
        "4.5": (retrieve_client_credentials, "_require_button"),
    }[step]
    usual = getattr(module, name)

    def led_away(first: PageObject | AppInOrg, *more: object) -> None:
        page = first.page if isinstance(first, AppInOrg) else first
        page.page.goto(url)
        usual(first, *more)

    monkeypatch.setattr(module, name, led_away)
    result = run(org, {"TIMEOUT_ACTION": "2"}, first="4.1" if step == "4.5" else None)

    assert isinstance(result.error, ForeignHost), result.error
    assert result.error.step == step
    assert hosts.parse_url(url).host in result.error.message
    assert not org.events("password accepted")
    assert not [event for event in replica.attacker()[before:] if event["what"] == "typed"]


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
    result = run(org, {"TIMEOUT_ACTION": "2"}, last="1.7")

    assert result.error is None, run.printed.getvalue()
    assert "asked to log in again" in run.printed.getvalue()
    assert lacking(org, run.delivered) == LATER["1.7"]


@pytest.mark.usefixtures("signed_in")
def test_an_app_that_another_machine_made_meanwhile_is_no_matter_of_settings(
    new_org: NewOrg, run: Runbook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The org refuses the API name; the list is read again and has the app: try again, and the same command does the rest."""
    org, filled = new_org(after_password=[], cc_confirm="none", propagation_seconds=0.0), create_external_client_app._expect_filled

    def and_another_run(form: CreateForm, spec: AppSpec) -> None:
        filled(form, spec)
        make_app(org)

    monkeypatch.setattr(create_external_client_app, "_expect_filled", and_another_run)
    result = run(org, last="1.7", restarts=0)

    assert result.error is not None, run.printed.getvalue()
    assert (result.error.kind, result.exit_code()) == ("another_run", 75)
    assert "Use a different" not in result.error.message + result.error.next
    assert run(org, last="1.7").outcome == "unchanged"


@pytest.mark.usefixtures("signed_in")
def test_create_in_a_scratch_org_is_named_with_the_words_of_the_org(new_org: NewOrg, run: Runbook) -> None:
    org = new_org("acme-dream.scratch", after_password=[], cc_confirm="none")
    result = run(org)

    assert result.error is not None, run.printed.getvalue()
    assert (result.error.kind, result.exit_code()) == ("not_permitted", 77)
    assert "Failed to create an External Client App" in result.error.message
    assert f"[{SCRATCH_CREATE}]" in result.error.message
    assert "scratch org" in result.error.message


@pytest.mark.parametrize("name", cases({**EXPIRIES}))
def test_a_session_that_ends_is_opened_again(name: str, quick_org: NewOrg, run: Runbook) -> None:
    """Wherever it ends: the run logs in once more and goes on to its end."""
    org = prepared(EXPIRIES[name], quick_org)
    result = run(org, first="2.1" if name in LAST else None, last=LAST.get(name))

    assert result.error is None, run.printed.getvalue()
    assert lacking(org, run.delivered) == LATER.get(LAST.get(name, ""), [])
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
    assert (case.fix or case.ends.recovery) in result.error.next
    assert not run.delivered.exists()

    org.clear_faults()
    org.set(new_button=True, eca_enabled=True, popup_blocked=False)
    again = run(org)
    assert again.error is None, run.printed.getvalue()
    assert lacking(org, run.delivered) == []
    assert duplicates(org) == 0
