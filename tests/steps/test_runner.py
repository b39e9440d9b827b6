"""Running steps: in order, plan or apply, every failure explained."""

from __future__ import annotations

import signal
from collections.abc import Callable
from contextlib import suppress

import pytest
from playwright.sync_api import Error as PlaywrightError

from automation.errors import Interrupted, NotPermitted, PageTrouble, RunbookError, TryAgainLater, UnexpectedPage
from automation.steps import Difference, Finding, Step, StepResult, needed, skipped, step, unchanged
from automation.steps.interrupts import signals_as_interrupt
from automation.steps.runner import Runner, Selection, explain
from flows.procedure import all_steps


class Org:
    """What the steps of these tests change."""

    def __init__(self) -> None:
        self.done: list[str] = []


def make(id: str, finding: Callable[[Org], Finding]) -> Step:
    def run(org: Org) -> Finding:
        return finding(org)

    return Step(id, f"Title {id}", "Section", run, always=id in {"1.1", "1.2"})


def acting(id: str, *, blocks: bool = False) -> Step:
    def look(org: Org) -> Finding:
        def act() -> str:
            org.done.append(id)
            return f"did {id}"

        return needed(f"do {id}", Difference("Box", "off", "on"), act=act, blocks_reading=blocks)

    return make(id, look)


def raising(id: str, error: BaseException) -> Step:
    def look(_: Org) -> Finding:
        raise error

    return make(id, look)


class Watcher:
    def __init__(self) -> None:
        self.events: list[str] = []

    def step_started(self, step: Step) -> None:
        self.events.append(f"begin {step.id}")

    def step_ended(self, result: StepResult) -> None:
        self.events.append(f"{result.result} {result.id}")


def runner(plan: bool = False, selection: Selection | None = None) -> tuple[Runner, Org, Watcher]:
    org, watcher = Org(), Watcher()
    return Runner(org, [watcher], plan, selection or Selection()), org, watcher


def test_steps_run_in_order_and_report_what_they_did() -> None:
    run, org, watcher = runner()
    results = run.run(
        [acting("1.1"), make("1.2", lambda _: unchanged("is already so")), make("1.3", lambda _: skipped("not here"))]
    )
    assert org.done == ["1.1"]
    assert [(one.id, one.result, one.note) for one in results] == [
        ("1.1", "changed", "did 1.1"),
        ("1.2", "unchanged", "is already so"),
        ("1.3", "skipped", "not here"),
    ]
    assert str(results[0].differences[0]) == "Box: off -> on"
    assert watcher.events == ["begin 1.1", "changed 1.1", "begin 1.2", "unchanged 1.2", "begin 1.3", "skipped 1.3"]


def test_a_plan_acts_nowhere() -> None:
    run, org, _ = runner(plan=True)
    results = run.run([acting("1.1"), acting("1.2", blocks=True), acting("1.3")])
    assert org.done == []
    assert [one.note for one in results] == ["would: do 1.1", "would: do 1.2", "would follow step 1.2"]
    assert {one.result for one in results} == {"changed"}


def test_only_chosen_steps_run_but_the_way_to_the_app_always_does() -> None:
    run, org, _ = runner(selection=Selection("2.1", "2.9"))
    results = run.run([acting(number) for number in ("1.1", "1.2", "1.3", "2.1", "2.10", "3.1")])
    assert org.done == ["1.1", "1.2", "2.1"]
    assert [one.id for one in results if one.result == "skipped"] == ["1.3", "2.10", "3.1"]


def test_until_the_login_stops_there() -> None:
    run, org, _ = runner(selection=Selection(None, "1.1"))
    run.run([acting("1.1"), acting("1.2")])
    assert org.done == ["1.1"]


def test_a_failure_names_its_step_and_the_rest_is_not_reached() -> None:
    run, org, watcher = runner()
    with pytest.raises(NotPermitted) as caught:
        run.run([raising("1.1", NotPermitted("no")), acting("1.2")])
    assert caught.value.step == "1.1"
    assert org.done == []
    assert [(one.id, one.result, one.note) for one in run.results] == [("1.1", "failed", "no"), ("1.2", "skipped", "not reached")]
    assert "begin 1.2" not in watcher.events


def test_ctrl_c_is_an_error_of_its_own() -> None:
    run, _, _ = runner()
    with pytest.raises(Interrupted) as caught:
        run.run([raising("1.1", KeyboardInterrupt())])
    assert (caught.value.exit_code, caught.value.step) == (130, "1.1")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Timeout 15000ms exceeded.\nCall log:\n  fill('hunter2')", "did not become usable in time"),
        ("net::ERR_FAILED\nCall log: hunter2", "net::ERR_FAILED"),
    ],
)
def test_a_browser_error_is_explained_without_its_call_log(text: str, said: str) -> None:
    run, _, _ = runner()
    with pytest.raises(UnexpectedPage) as caught:
        run.run([raising("1.1", PlaywrightError(text))])
    assert said in caught.value.message
    assert "hunter2" not in caught.value.message
    assert caught.value.__suppress_context__
    assert said in explain(PlaywrightError(text), acting("1.1")).message


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        ("Target page, context or browser has been closed", TryAgainLater, "the browser window was closed"),
        ("Target crashed", PageTrouble, "crashed"),
        (
            'Timeout 8000ms exceeded.\n - <lightning-spinner role="status">…</lightning-spinner> intercepts pointer events',
            PageTrouble,
            "a spinner stayed over the page",
        ),
        (
            'Timeout 8000ms exceeded.\n - <div class="slds-spinner_container"></div> intercepts pointer events',
            PageTrouble,
            "a spinner stayed over the page",
        ),
    ],
)
def test_what_only_time_or_another_try_fixes_is_no_unknown_page(text: str, kind: type[RunbookError], said: str) -> None:
    explained = explain(PlaywrightError(text), acting("1.1"))
    assert type(explained) is kind
    assert said in explained.message


@pytest.mark.parametrize(
    ("first", "begins"),
    [
        (None, None),
        ("1.1", "1.1"),
        ("1.3", "1.3"),
        ("1.6", "1.3"),
        ("2.1", "2.1"),
        ("2.5", "2.1"),
        ("3.4", "2.1"),
        ("4.7", "4.1"),
        ("5.3", "5.1"),
    ],
)
def test_a_part_begins_where_a_run_can_begin(first: str | None, begins: str | None) -> None:
    """A step in the middle of a form or a tab would find nothing on the screen."""
    assert Selection(first).begin == begins
    assert [step.id for step in all_steps() if Selection(first).includes(step)][-1] == "5.3"
    assert begins is None or Selection(first).includes(next(step for step in all_steps() if step.id == begins))


def test_one_number_is_one_step() -> None:
    all_steps()  # registers the documented ones
    with pytest.raises(ValueError, match=r"step 1\.1 is defined twice"):
        step("1.1", "Another login")(lambda: unchanged(""))


def test_an_error_without_a_sentence_of_its_own_has_the_fix_of_its_class() -> None:
    assert RunbookError("x").next == RunbookError.recovery
    assert RunbookError("x", next="y").next == "y"


def test_a_failed_expectation_is_explained_without_the_page() -> None:
    """Playwright's ``expect`` prints the page, so nothing of its text may pass."""
    explained = explain(AssertionError("Locator expected to be visible\nAria snapshot: textbox: secret"), acting("1.1"))

    assert "secret" not in explained.message
    assert "did not become what it should" in explained.message


def test_a_signal_that_got_lost_in_a_callback_ends_the_run_all_the_same() -> None:
    """A browser event's handler has no caller that would get the interrupt."""

    def swallows(_: Org) -> Finding:
        with suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGTERM)
        return unchanged("as if nothing had happened")

    runs, _, _ = runner()
    with signals_as_interrupt(), pytest.raises(Interrupted, match=r"step 1\.1"):
        runs.run([make("1.1", swallows), acting("1.2")])
    assert [result.result for result in runs.results] == ["failed", "skipped"]
