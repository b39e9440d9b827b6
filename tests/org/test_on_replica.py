"""The harness for real sandboxes, held to account on a replica: it passes there, and each check notices a wrong org."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from automation.errors import RunbookError
from automation.report.result import RunResult
from automation.secrets import Secret
from automation.settings import load_settings
from automation.settings.app_spec import AppSpec
from automation.settings.table import SETTINGS
from flows.app.policies import AppPolicies
from flows.app.reveal import Reveal
from flows.app.state import OrgState
from flows.pages.app_manager import AppManager
from flows.pages.create_form import CreateForm
from flows.pages.settings_tab import SettingsTab
from flows.procedure import all_steps
from tests.faults.wanted import edit
from tests.org.checks import CHECKS
from tests.org.session import OrgSession, org_session
from tests.org.test_procedure import TestSecondPass as SecondPass
from tests.step_results import step_result

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from automation.replica import OrgHandle
    from automation.report.result import Outcome
    from automation.steps import Step

ROOT = Path(__file__).resolve().parents[2]

Wrong = Callable[[OrgSession, "OrgHandle"], Callable[[], object]]
"""Puts the org wrong, and returns what puts it right again."""


def test_every_step_has_a_check() -> None:
    assert set(CHECKS) == {step.id for step in all_steps()}


def environment(org: OrgHandle, folder: Path, **more: str) -> dict[str, str]:
    """The settings of a user of this org, with short time limits."""
    limits = {"TIMEOUT_PAGE": "20", "TIMEOUT_ACTION": "8", "TIMEOUT_SAVE": "20", "TIMEOUT_CODE": "20", "TIMEOUT_PROPAGATION": "30"}
    return {**limits, "CREDENTIALS_TO": f"dotenv:{folder / 'delivered.env'}", **org.environment(), **more}


def on_replica(org: OrgHandle, folder: Path, *arguments: str) -> str:
    """What ``pytest tests/org --org`` prints, which has to pass, in an environment without anything of the developer's."""
    settings = folder / "replica.env"
    settings.write_text("".join(f"{name}='{value}'\n" for name, value in environment(org, folder).items()))
    command = [sys.executable, "-m", "pytest", "tests/org", "-q", "--org", str(settings), *arguments]
    ours = {setting.name for setting in SETTINGS}
    clean = {name: value for name, value in os.environ.items() if name not in ours and not name.startswith(("SF_", "PYTEST_"))}
    clean["XDG_STATE_HOME"] = str(folder / "state")
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env=clean)
    assert done.returncode == 0, done.stdout[-4000:]
    return done.stdout


@pytest.mark.browser
def test_the_command_does_the_first_steps_on_an_org_that_it_knows_only_by_settings(
    new_org: Callable[..., OrgHandle], tmp_path: Path
) -> None:
    """In the document's order; the other steps are those of the next but one test."""
    org = new_org(after_password=[])
    assert "3 passed" in on_replica(org, tmp_path, "-k", "TestFirstPass and (1.1 or 1.2 or 1.3)")


@pytest.mark.browser
@pytest.mark.slow  # two whole runs; each step's check is held below every time
def test_the_command_passes_on_an_org_that_it_knows_only_by_settings(new_org: Callable[..., OrgHandle], tmp_path: Path) -> None:
    """The steps, a second pass that changes nothing, the recording, and the removal of the app."""
    org = new_org(propagation_seconds=0.0, after_password=[], verification="not_asked")
    recording = tmp_path / "met.recording.zip"
    said = on_replica(org, tmp_path, "--org-cleanup", "--recording", str(recording))
    assert f"{2 * len(all_steps()) + 1} passed" in said
    assert recording.exists()
    assert [event["name"] for event in org.events() if event["name"] in ("createApp", "deleteApp")] == ["createApp", "deleteApp"]
    assert org.truth()["apps"] == []


@pytest.mark.parametrize("step", all_steps(), ids=lambda step: step.id)
@pytest.mark.parametrize("outcome", ["unchanged", "changed"])
def test_the_second_pass_notices_a_step_that_changed_something(step: Step, outcome: Outcome) -> None:
    run = RunResult(outcome, None, OrgState(host="acme.my.salesforce.com"), (step_result(step.id, outcome),), 0.0)
    second_pass = partial(SecondPass().test_a_second_run_changes_nothing, step, run)
    if outcome == "unchanged":
        second_pass()
    else:
        with pytest.raises(AssertionError):
            second_pass()


def test_a_production_org_is_refused(browser: Browser, new_org: Callable[..., OrgHandle], tmp_path: Path) -> None:
    org = new_org()
    settings = load_settings(environment(org, tmp_path, SF_LOGIN_URL="https://acme.my.salesforce.com"), None)
    with (
        pytest.raises(RunbookError, match="may be a production org"),
        org_session(browser, settings, AppSpec.from_settings(settings)),
    ):
        pass


def elsewhere(org: OrgSession, _: OrgHandle) -> Callable[[], object]:
    page, url = org.attempt.page, org.attempt.page.url
    page.goto(f"{org.state.setup_url}/lightning/setup/SetupOneHome/home")
    return lambda: page.goto(url)


def at_the_login(org: OrgSession, _: OrgHandle) -> Callable[[], object]:
    page, url = org.attempt.page, org.attempt.page.url
    page.goto("https://login.salesforce.com/")
    return lambda: page.goto(url)


def form_closed(org: OrgSession, _: OrgHandle) -> Callable[[], object]:
    org.attempt.page.goto(f"{org.state.setup_url}/lightning/setup/SetupOneHome/home")

    def back() -> None:
        manager = org.tool(AppManager)
        manager.open(org.state.setup_url)
        manager.require_new_button().click()
        org.tool(CreateForm).wait()

    return back


def another_email(org: OrgSession, _: OrgHandle) -> Callable[[], object]:
    field = org.tool(CreateForm).fields.contact_email
    field.set("somebody@else.example")
    return lambda: field.set(org.spec.contact_email)


def toggled(box: Callable[[OrgSession], Any]) -> Wrong:
    def wrong(org: OrgSession, _: OrgHandle) -> Callable[[], object]:
        was = bool(box(org).state())
        box(org).make(not was)
        return lambda: box(org).make(was)

    return wrong


def changed(path: str, value: Any) -> Wrong:
    """Somebody else changes the app in the org."""

    def wrong(_: OrgSession, handle: OrgHandle) -> Callable[[], object]:
        app = handle.app()
        place: Any = app.doc
        for name in path.split("."):
            place = place[name]
        edit(handle, app, path, value)
        return lambda: edit(handle, app, path, place)

    return wrong


def not_editing(org: OrgSession, _: OrgHandle) -> Callable[[], object]:
    tab = org.tool(AppPolicies).tab
    tab.cancel()
    return tab.edit


def another_user(org: OrgSession, handle: OrgHandle) -> Callable[[], object]:
    field = org.tool(AppPolicies).tab.run_as
    field.set(handle.user("sync.some").username)
    return lambda: field.set(org.spec.run_as)


def restricted(org: OrgSession, _: OrgHandle) -> Callable[[], object]:
    choice = org.tool(AppPolicies).tab.ip_relaxation
    choice.choose("policies.ip_enforce")
    return lambda: choice.choose("policies.ip_bypass")


def other_tab(org: OrgSession, _: OrgHandle) -> Callable[[], object]:
    org.tool(AppPolicies).tab.select()
    return org.tool(SettingsTab).select


def no_button(org: OrgSession, _: OrgHandle) -> Callable[[], object]:
    org.tool(AppPolicies).tab.select()

    def back() -> None:
        org.tool(SettingsTab).select()
        org.tool(SettingsTab).open_oauth_section()

    return back


def reveal_left(org: OrgSession, _: OrgHandle) -> Callable[[], object]:
    reveal, page = org.tool(Reveal), org.tool(Reveal)._shown
    reveal._shown = org.attempt.page
    return lambda: setattr(reveal, "_shown", page)


def no_pair(org: OrgSession, _: OrgHandle) -> Callable[[], object]:
    pair, org.state.credentials = org.state.credentials, None
    return lambda: setattr(org.state, "credentials", pair)


def wrong_secret(org: OrgSession, _: OrgHandle) -> Callable[[], object]:
    pair = org.state.credentials
    assert pair is not None
    org.state.credentials = replace(pair, client_secret=Secret("0" * 64))
    return lambda: setattr(org.state, "credentials", pair)


def emptied_target(org: OrgSession, _: OrgHandle) -> Callable[[], object]:
    path = Path(org.settings.credentials_to[0].name.partition(":")[2])
    text = path.read_text()
    path.write_text("")
    return lambda: path.write_text(text)


WRONG: dict[str, Wrong] = {
    "1.1": at_the_login,
    "1.2": elsewhere,
    "1.3": form_closed,
    "1.4": another_email,
    "1.5": toggled(lambda org: org.tool(CreateForm).fields.client_credentials),
    "1.6": toggled(lambda org: org.tool(CreateForm).fields.secret_web_server),
    "1.7": changed("oauth.callbackUrl", "https://elsewhere.example/oauth"),
    **dict.fromkeys(("2.1", "2.2", "4.1", "4.2"), elsewhere),
    "2.3": not_editing,
    "2.4": toggled(lambda org: org.tool(AppPolicies).tab.client_credentials),
    **dict.fromkeys(("2.5", "2.6", "3.1", "3.2", "3.3"), another_user),
    "3.4": restricted,
    "3.5": changed("policies.ipRelaxation", "Enforce"),
    "4.3": other_tab,
    "4.4": no_button,
    "4.5": reveal_left,
    "4.6": reveal_left,
    "4.7": no_pair,
    "5.1": wrong_secret,
    "5.2": changed("policies.ipRelaxation", "Enforce"),
    "5.3": emptied_target,
}
"""Step to a way in which the org, or what was read of it, can be wrong right after it."""


@contextmanager
def put_wrong(step: str, session: OrgSession, handle: OrgHandle) -> Iterator[None]:
    right = WRONG[step](session, handle)
    try:
        yield
    finally:
        right()


def test_each_check_passes_on_a_right_org_and_fails_on_a_wrong_one(
    browser: Browser, new_org: Callable[..., OrgHandle], tmp_path: Path
) -> None:
    """In one session: after each step the check passes; put wrong at that step, it fails; put right, it passes again."""
    org = new_org(propagation_seconds=0.0, pkce="editable", cc_confirm="none", after_password=[], verification="not_asked")
    settings = load_settings(environment(org, tmp_path, TIMEOUT_ACTION="3"), None)
    unnoticed = []
    with org_session(browser, settings, AppSpec.from_settings(settings), tmp_path / "run") as session:
        for step in all_steps():
            session.perform(step)
            CHECKS[step.id](session)
            with put_wrong(step.id, session, org):
                try:
                    CHECKS[step.id](session)
                except (AssertionError, RunbookError):
                    continue
                unnoticed.append(step.id)
    assert not unnoticed
