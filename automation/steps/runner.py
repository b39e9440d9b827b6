"""Running steps in order: plan or apply, observed, with every failure explained."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Error as PlaywrightError

from automation.errors import Interrupted, PageTrouble, RunbookError, TryAgainLater, UnexpectedPage
from automation.steps import Difference, Finding, Observer, Step, StepResult, entry_before, skipped, sort_key
from automation.steps.covered import Covered
from automation.steps.interrupts import raise_if_noted, reacted


@dataclass(frozen=True)
class Selection:
    """Which steps a run does, from ``--from`` to ``--until``, both included; None means open."""

    first: str | None = None
    last: str | None = None

    @property
    def begin(self) -> str | None:
        """Where the run really begins: at ``first``, or at the nearest entry before it."""
        if self.first is None:
            return None
        return entry_before(self.first).id

    def includes(self, step: Step) -> bool:
        """Whether the step is done."""
        key = sort_key(step.id)
        return not self._after_last(key) and (step.always or self.begin is None or key >= sort_key(self.begin))

    def ends_before(self, id: str) -> bool:
        """Whether the run ends before this step."""
        return self._after_last(sort_key(id))

    def _after_last(self, key: tuple[int, ...]) -> bool:
        return self.last is not None and key > sort_key(self.last)


@dataclass
class Runner:
    """Runs steps in order and keeps their results, also when one fails.

    Attributes:
        given: what each step is called with.
        plan: only the reading halves are performed.
    """

    given: Any
    observers: Sequence[Observer] = ()
    plan: bool = False
    selection: Selection = field(default_factory=Selection)
    results: list[StepResult] = field(default_factory=list)
    _blocked_by: Step | None = None

    def run(self, steps: Iterable[Step]) -> list[StepResult]:
        """Run ``steps``; raises the RunbookError of the step that failed, after its result was kept."""
        remaining = list(steps)
        while remaining:
            current = remaining.pop(0)
            try:
                self._run_one(current)
            except RunbookError:
                self._not_reached(remaining)
                raise
            except KeyboardInterrupt as came:  # while an observer wrote or took a screenshot
                error = explain(came, current)
                error.step = current.id
                self._not_reached(remaining)
                raise error from None
        return self.results

    def _run_one(self, step: Step) -> None:
        for observer in self.observers:
            observer.step_started(step)
        started = time.monotonic()
        try:
            raise_if_noted()
            finding = self._perform(step)
            raise_if_noted()
        except (KeyboardInterrupt, RunbookError, PlaywrightError, AssertionError) as met:
            error = met if isinstance(met, RunbookError) else explain(met, step)
            error.step = error.step or step.id
            self._end(step, started, "failed", error.message)
            raise error from None
        self._end(step, started, finding.result, finding.note, finding.differences)

    def _perform(self, step: Step) -> Finding:
        if not self.selection.includes(step):
            return skipped("outside of --from and --until")
        if self._blocked_by is not None:
            return Finding("changed", f"would follow step {self._blocked_by.id}")
        finding = step.run(self.given)
        if finding.act is None:
            return finding
        if self.plan:
            if finding.blocks_reading:
                self._blocked_by = step
            return Finding(finding.result, f"would: {finding.note}", finding.differences)
        return Finding(finding.result, finding.act() or finding.note, finding.differences)

    def _not_reached(self, steps: Iterable[Step]) -> None:
        for step in steps:
            self._end(step, time.monotonic(), "skipped", "not reached")

    def _end(self, step: Step, started: float, result: str, note: str, differences: tuple[Difference, ...] = ()) -> None:
        seconds = round(time.monotonic() - started, 3)
        ended = StepResult(step, result, seconds, note, differences)
        self.results.append(ended)
        for observer in self.observers:
            observer.step_ended(ended)


def explain(error: KeyboardInterrupt | PlaywrightError | AssertionError, step: Step) -> RunbookError:
    """Turn what ended a step into an error for operators.

    Of a browser error's own text nothing is left but the first line: the rest may hold what was typed, or the page.
    """
    if isinstance(error, KeyboardInterrupt):
        reacted()
        return Interrupted(f"Interrupted at step {step.id}.")
    if isinstance(error, AssertionError):
        return UnexpectedPage(f"{step.title}: the page did not become what it should.")
    text = error.message.splitlines()[0] if error.message else type(error).__name__
    if "has been closed" in text:
        return TryAgainLater(f"{step.title}: the browser window was closed.")
    if "crashed" in text:
        return PageTrouble(f"{step.title}: the page crashed in the browser.")
    if "Timeout" not in text:
        return UnexpectedPage(f"{step.title}: {text}.")
    return _timed_out(error, step)


def _timed_out(error: PlaywrightError, step: Step) -> RunbookError:
    """The error for a control that was there and could not be used, by what lay over it."""
    covered = Covered(step.title, error.message)
    if "spinner" in covered.markup.lower():
        return PageTrouble(f"{step.title}: a spinner stayed over the page and never ended.")
    return covered if covered.markup else UnexpectedPage(f"{step.title}: a control did not become usable in time.")
