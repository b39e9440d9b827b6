"""What people and machines learn of a run."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest

from automation.errors import OrgUnavailable, RunbookError
from automation.report.console import Console
from automation.report.files import write_reports
from automation.report.json_result import as_json, json_line
from automation.report.result import RunResult, outcome_of, unsaved
from automation.secrets import Secret
from automation.secrets.credentials import Credentials
from automation.settings.app_spec import AppSpec
from automation.steps import Difference, Step, unchanged
from flows.app.state import OrgState, Proof
from tests.step_results import step_result

DIFFERENCE = Difference("IP Relaxation", "Enforce IP restrictions", "Relax IP restrictions")
STEPS = (
    step_result("1.3", "changed", 0.412, "created", title="New External Client App", section="Create"),
    step_result("3.4", "changed", 1.0, "", (DIFFERENCE,), title="Set IP Relaxation", section="Generate"),
)


@pytest.fixture
def result() -> RunResult:
    pair = Credentials(
        Secret("the-consumer-key"), Secret("the-consumer-secret"), "https://t", "https://i", "00D1", "h", "a", "2026"
    )
    state = OrgState(host="acme.my.salesforce.com", org_id="00D1", sandbox=True, app_id="0xI1", credentials=pair, app_created=True)
    state.delivered_to.append("dotenv:x.env")
    state.proof = Proof(token=True, run_as="i@acme.com", scopes=("id", "api"), read_back=True)
    spec = AppSpec("Name", "Name", "a@b.co", "https://x", "i@acme.com")
    return RunResult("created", spec, state, STEPS, 12.345, Path("runs/1"))


def failed(result: RunResult, error: RunbookError) -> RunResult:
    return replace(result, outcome="failed", error=error)


def test_the_object_has_the_published_form(result: RunResult) -> None:
    assert as_json(result) == {
        "schema": 1,
        "outcome": "created",
        "org": {"host": "acme.my.salesforce.com", "id": "00D1", "sandbox": True},
        "app": {"name": "Name", "api_name": "Name", "id": "0xI1"},
        "steps": [
            {"id": "1.3", "title": "New External Client App", "result": "changed", "seconds": 0.41, "note": "created"},
            {"id": "3.4", "title": "Set IP Relaxation", "result": "changed", "seconds": 1.0, "note": ""},
        ],
        "proof": {"token": True, "run_as": "i@acme.com", "scopes": ["api", "id"], "read_back": True},
        "credentials": {"consumer_key_sha256": "23088568b100", "delivered_to": ["dotenv:x.env"]},
        "error": None,
        "seconds": 12.35,
        "artifacts": "runs/1",
    }


def test_the_object_is_one_line_without_a_secret(result: RunResult) -> None:
    result.state.notes.append("the-consumer-secret")
    error = OrgUnavailable("no answer for the-consumer-key", evidence="runs/1/evidence")
    line = json_line(failed(result, error))
    assert "\n" not in line
    assert "the-consumer" not in line
    assert json.loads(line)["error"] == {
        "kind": "org_unavailable",
        "step": None,
        "message": "no answer for ***",
        "next": OrgUnavailable.recovery,
        "evidence": "runs/1/evidence",
    }


def test_the_report_file_also_has_differences_and_notes(result: RunResult, tmp_path: Path) -> None:
    result.state.notes.append("PKCE is locked")
    write_reports(result, tmp_path)
    reported = json.loads((tmp_path / "report.json").read_text())
    assert reported["notes"] == ["PKCE is locked"]
    assert reported["differences"] == [
        {"step": "3.4", "what": "IP Relaxation", "before": "Enforce IP restrictions", "after": "Relax IP restrictions"}
    ]


@pytest.mark.parametrize(
    ("results", "created", "error", "plan", "outcome"),
    [
        (["changed"], True, None, False, "created"),
        (["unchanged", "changed"], False, None, False, "changed"),
        (["changed", "unchanged"], False, None, False, "unchanged"),
        (["unchanged", "skipped"], False, None, False, "unchanged"),
        (["changed"], False, None, True, "planned"),
        (["changed", "failed"], True, RunbookError("x"), False, "failed"),
    ],
)
def test_one_word_for_a_run(results: list[str], created: bool, error: RunbookError | None, plan: bool, outcome: str) -> None:
    steps = [step_result(step, result, 0, "") for step, result in zip(("3.4", "3.5"), results, strict=False)]
    assert outcome_of(steps, OrgState("h", app_created=created), error, plan=plan) == outcome


@pytest.mark.parametrize(
    ("changed", "left"),
    [(["2.4", "2.5", "3.5"], None), (["1.4", "1.7", "2.4"], "2.4"), (["1.4", "1.5"], "1.5"), (["1.7", "5.3"], None), ([], None)],
)
def test_what_was_filled_in_and_never_saved_is_known(changed: list[str], left: str | None) -> None:
    """As when a run ends between filling in and saving."""
    assert unsaved([step_result(step, "changed", 0, "") for step in changed]) == left


def test_exit_codes_follow_error_and_plan(result: RunResult) -> None:
    assert result.exit_code() == 0
    assert failed(result, OrgUnavailable("x")).exit_code() == 69
    planned = replace(result, outcome="planned")
    assert planned.exit_code() == 0
    assert planned.exit_code(plan_exit_code=True) == 3
    assert replace(planned, steps=()).exit_code(plan_exit_code=True) == 0


def console(verbosity: int = 0) -> tuple[Console, io.StringIO]:
    stream = io.StringIO()
    return Console(verbosity, stream), stream


def test_elsewhere_than_on_a_terminal_each_step_is_a_plain_line(result: RunResult) -> None:
    out, stream = console()
    out.step_started(Step("1.3", "New External Client App", "Create", lambda: unchanged("")))
    for step in STEPS:
        out.step_ended(step)
    out.ended(result)
    assert stream.getvalue().splitlines() == [
        "+  1.3  New External Client App  0.4 s",
        "        created",
        "+  3.4  Set IP Relaxation  1.0 s",
        "        IP Relaxation: Enforce IP restrictions -> Relax IP restrictions",
        "The app was created; its credentials work and were delivered. (12.3 s)",
        "Delivered to dotenv:x.env",
        "Report: runs/1/report.html",
    ]


def test_a_plan_does_not_say_that_it_delivered(result: RunResult) -> None:
    out, stream = console()
    out.ended(replace(result, outcome="planned"))
    assert "Valid credentials already at dotenv:x.env" in stream.getvalue()
    assert "Delivered to" not in stream.getvalue()


def test_a_failure_names_cause_fix_and_evidence_and_only_counts_what_was_not_reached(result: RunResult) -> None:
    out, stream = console()
    error = OrgUnavailable("no answer", evidence="runs/1/evidence")
    error.step = "1.3"
    rest = step_result("1.4", "skipped", 0, "not reached", title="Fill", section="Create")
    out.step_ended(rest)
    out.ended(replace(failed(result, error), steps=(*STEPS, rest)))
    assert stream.getvalue().splitlines()[:4] == [
        "1 step was not reached.",
        "Error at step 1.3: no answer",
        f"Next: {OrgUnavailable.recovery}",
        "Evidence: runs/1/evidence",
    ]


def test_quiet_prints_the_outcome_alone(result: RunResult) -> None:
    out, stream = console(-1)
    out.step_started(Step("1.3", "New", "Create", lambda: unchanged("")))
    out.step_ended(STEPS[0])
    out.note("something")
    out.ended(result)
    assert stream.getvalue() == "The app was created; its credentials work and were delivered. (12.3 s)\n"


def test_what_is_waited_for_is_a_line_with_v(result: RunResult) -> None:
    out, stream = console(1)
    out.waiting("the org does not know the key yet")
    assert "the org does not know the key yet" in stream.getvalue()


def test_the_console_never_shows_a_secret() -> None:
    Secret("hunter2-hunter2")
    out, stream = console(2)
    out.note("hunter2-hunter2")
    out.waiting("hunter2-hunter2")
    out.error(RunbookError("hunter2-hunter2", next="hunter2-hunter2"))
    assert "hunter2" not in stream.getvalue()


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_on_a_terminal_the_running_step_turns_and_then_stands(result: RunResult) -> None:
    stream = Terminal()
    out = Console(0, stream)
    out.step_started(Step("1.3", "New External Client App", "Create", lambda: unchanged("")))
    out.waiting("the form")
    out.step_ended(STEPS[0])
    out.ended(result)
    out.close()
    shown = stream.getvalue()
    assert "New External Client App" in shown
    assert "created" in shown


@pytest.mark.parametrize("part", ["plan", "partial"])
def test_plans_and_partial_runs_do_not_claim_a_proof(part: str, result: RunResult) -> None:
    out, stream = console()
    state = OrgState("h")
    out.ended(replace(result, state=state, outcome="planned" if part == "plan" else "changed"))
    first = stream.getvalue().splitlines()[0]
    assert ("2 of 2 steps would change something" in first) if part == "plan" else ("up to the requested step" in first)


def test_a_proven_pair_that_was_not_delivered_is_not_called_delivered(result: RunResult) -> None:
    """As with ``--until 5.1``."""
    out, stream = console()
    out.ended(replace(result, state=replace(result.state, delivered_to=[], proof=Proof(token=True))))
    assert stream.getvalue().splitlines()[0].startswith("Done up to the requested step; the credentials were not delivered.")
