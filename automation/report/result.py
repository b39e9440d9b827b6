"""What a run came to: the one value from which console, JSON, report file and exit code are made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from automation.errors import RunbookError
from automation.settings.app_spec import AppSpec
from automation.steps import StepResult
from flows.app.state import OrgState

if TYPE_CHECKING:  # nothing of a browser is loaded where no browser is needed
    from automation.report.screenshots import Details

Outcome = Literal["created", "changed", "unchanged", "planned", "failed"]

PLAN_HAS_CHANGES = 3


@dataclass(frozen=True)
class RunResult:
    """The end of a run on one org.

    Attributes:
        spec: the configured app; None when the run failed before it was known.
        seconds: wall time of the whole run.
        artifacts: the run folder.
    """

    outcome: Outcome
    spec: AppSpec | None
    state: OrgState
    steps: tuple[StepResult, ...]
    seconds: float
    artifacts: Path | None = None
    error: RunbookError | None = None
    traces: tuple[Path, ...] = field(default=())
    details: Details | None = None

    @property
    def changes(self) -> int:
        """How many steps changed something, or in a plan would."""
        return sum(step.result == "changed" for step in self.steps)

    def exit_code(self, *, plan_exit_code: bool = False) -> int:
        """The process's exit code. ``plan_exit_code``: as ``--exit-code`` asks, 3 when a plan has changes."""
        if self.error is not None:
            return self.error.exit_code
        return PLAN_HAS_CHANGES if plan_exit_code and self.outcome == "planned" and self.changes else 0


def outcome_of(steps: Sequence[StepResult], state: OrgState, error: RunbookError | None, *, plan: bool) -> Outcome:
    """The one word for a run: a failure counts most, then that it was a plan, then what was done."""
    if error is not None:
        return "failed"
    if plan:
        return "planned"
    if state.app_created:
        return "created"
    return "changed" if any(done.result == "changed" and done.step.commits for done in steps) else "unchanged"


def unsaved(steps: Sequence[StepResult]) -> str | None:
    """The last step that filled in something which no later step saved, as when ``--until`` ends the run between both."""
    pending = None
    for done in steps:
        if done.result == "changed" and (done.step.fills or done.step.commits):
            pending = done.id if done.step.fills else None
    return pending
