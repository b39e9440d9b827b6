"""Results of steps for tests, with the facts that the documented step of that number has."""

from __future__ import annotations

from dataclasses import replace

from automation.steps import Difference, Step, StepResult, unchanged
from flows.procedure import all_steps


def step_result(
    id: str,
    result: str,
    seconds: float = 0,
    note: str = "",
    differences: tuple[Difference, ...] = (),
    *,
    title: str = "t",
    section: str = "s",
) -> StepResult:
    """A result of the documented step ``id``, or of a step that is none, with a title and section of the test's choice."""
    known = next((step for step in all_steps() if step.id == id), Step(id, title, section, lambda: unchanged("")))
    return StepResult(replace(known, title=title, section=section), result, seconds, note, differences)
