"""A whole run with steps of the test's own: attempts, evidence, report, locks."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from automation.errors import NotPermitted, RunbookError, SessionLost
from automation.report.console import Console
from automation.report.result import RunResult
from automation.run import one_run
from automation.run.guards import org_lock
from automation.run.one_run import OneRun
from automation.settings import load_settings
from automation.settings.app_spec import AppSpec
from automation.settings.options import Options
from automation.steps import Finding, Step, StepResult, needed, unchanged
from flows.attempt import Attempt
from tests.journals import read_journal
from tests.step_results import step_result

pytestmark = pytest.mark.browser

Run = Callable[..., RunResult]


@pytest.fixture
def run(environment: dict[str, str], browser: Browser, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the given step functions as steps 1.1, 1.2, ..."""

    def perform(*functions: Callable[..., Finding], options: Options | None = None) -> RunResult:
        steps = [
            Step(f"1.{number}", f"Title {number}", "Section", one, login=number == 1, always=number <= 2, fills=number > 2)
            for number, one in enumerate(functions, 1)
        ]
        monkeypatch.setattr(one_run, "all_steps", lambda: steps)
        settings = load_settings(environment, None)
        spec = AppSpec.from_settings(settings)
        return OneRun(settings, spec, options or Options(tracing="off"), Console(-1, io.StringIO()), browser=browser).perform()

    return perform


def fine(_: Attempt) -> Finding:
    return unchanged("fine")


def test_a_run_leaves_report_and_journal(run: Run) -> None:
    result = run(fine, fine)
    assert (result.outcome, result.exit_code()) == ("unchanged", 0)
    assert result.artifacts is not None
    assert json.loads((result.artifacts / "report.json").read_text())["outcome"] == "unchanged"
    events = [event["event"] for event in read_journal(result.artifacts / "journal.jsonl")]
    assert events == ["run_begun", "step_begun", "step_ended", "step_begun", "step_ended", "run_ended"]


def test_a_failure_is_in_the_result_with_evidence(run: Run) -> None:
    def fail(attempt: Attempt) -> Finding:
        attempt.page.set_content("<h1>Insufficient Privileges</h1>")
        raise NotPermitted("no right")

    result = run(fine, fail, fine)
    assert (result.outcome, result.exit_code()) == ("failed", 77)
    assert result.error is not None
    assert result.error.step == "1.2"
    assert result.error.evidence is not None
    assert "Insufficient Privileges" in (Path(result.error.evidence) / "page-1.txt").read_text()
    assert [step.result for step in result.steps] == ["unchanged", "failed", "skipped"]


def test_a_lost_session_starts_over_once_in_a_fresh_context(run: Run) -> None:
    pages: list[Page] = []

    def flaky(attempt: Attempt) -> Finding:
        pages.append(attempt.page)
        if len(pages) == 1:
            raise SessionLost("the org asked to log in again")
        return unchanged("fine")

    result = run(fine, flaky)
    assert result.error is None
    assert pages[0].is_closed()
    assert pages[0] is not pages[1]
    assert [step.result for step in result.steps] == ["unchanged", "unchanged"]


def test_what_the_first_attempt_changed_is_reported_as_changed(run: Run) -> None:
    tries: list[int] = []

    def create(attempt: Attempt) -> Finding:
        if attempt.state.app_created:
            return unchanged("is already there")

        def act() -> str:
            attempt.state.app_created = True
            return "created"

        return needed("create", act=act)

    def flaky(_: Attempt) -> Finding:
        tries.append(1)
        if len(tries) == 1:
            raise SessionLost("lost")
        return unchanged("fine")

    result = run(fine, create, flaky)
    assert result.outcome == "created"
    assert (result.steps[1].result, result.steps[1].note) == ("changed", "created")


def test_starting_over_has_an_end(run: Run) -> None:
    def lost(_: Attempt) -> Finding:
        raise SessionLost("lost")

    assert run(fine, lost).exit_code() == 75


def test_other_errors_do_not_start_over(run: Run) -> None:
    tries: list[int] = []

    def fail(_: Attempt) -> Finding:
        tries.append(1)
        raise NotPermitted("no")

    run(fail)
    assert tries == [1]


def test_a_second_run_on_the_org_leaves_with_75_and_no_folder(run: Run) -> None:
    with org_lock("acme--dev.sandbox.my.salesforce.com"):
        result = run(fine)
    assert result.exit_code() == 75
    assert result.artifacts is None
    assert result.steps == ()


def test_the_org_that_the_login_led_to_is_guarded_and_locked(run: Run) -> None:
    def log_in(attempt: Attempt) -> Finding:
        attempt.state.host = "acme.my.salesforce.com"
        return unchanged("logged in")

    result = run(log_in, fine)
    assert result.exit_code() == 77
    assert result.error is not None
    assert "may be a production org" in result.error.message
    assert [step.result for step in result.steps] == ["unchanged", "skipped"]


def test_a_plan_changes_nothing_and_says_so(run: Run) -> None:
    def never() -> str:
        raise AssertionError

    result = run(fine, lambda _: needed("create", act=never), options=Options(plan=True, tracing="off"))
    assert (result.outcome, result.changes) == ("planned", 1)


def test_ctrl_c_ends_with_130_and_a_report(run: Run) -> None:
    def stop(_: Attempt) -> Finding:
        raise KeyboardInterrupt

    result = run(fine, stop)
    assert result.exit_code() == 130
    assert result.artifacts is not None
    assert json.loads((result.artifacts / "report.json").read_text())["error"]["kind"] == "interrupted"


def test_merging_keeps_changes_and_takes_the_last_word_otherwise() -> None:
    def result(id: str, word: str, note: str) -> StepResult:
        return step_result(id, word, 1.0, note)

    before = [result("1", "changed", "created"), result("2", "changed", "set"), result("3", "failed", "lost")]
    after = [result("1", "unchanged", "there"), result("2", "failed", "no"), result("3", "unchanged", "fine")]
    assert [(one.id, one.result, one.note) for one in one_run.merged(before, after)] == [
        ("1", "changed", "created"),
        ("2", "failed", "no"),
        ("3", "unchanged", "fine"),
    ]


def test_an_unforeseen_error_is_not_swallowed(run: Run) -> None:
    def fault(_: Attempt) -> Finding:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run(fault)
    with org_lock("acme--dev.sandbox.my.salesforce.com"):
        pass
    assert not isinstance(ZeroDivisionError(), RunbookError)
