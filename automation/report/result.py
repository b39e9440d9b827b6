"""What a run came to: the one value from which console, JSON, report file and exit code are made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from automation.errors import RunbookError
from automation.settings.app_spec import AppSpec
from automation.steps import StepResult
from automation.steps.time_spent import TimeSpent
from flows.app.state import OrgState

if TYPE_CHECKING:  # nothing of a browser is loaded where no browser is needed
    from playwright.sync_api import Page

    from automation.artifacts import ArtifactsRecorder
    from automation.report.screenshots import Screenshots
    from automation.steps import Observer

Outcome = Literal["created", "changed", "unchanged", "planned", "failed"]

PLAN_HAS_CHANGES = 3


@dataclass
class Details:
    """The details of a run, collected over its attempts; part of a `RunResult`. ``started``: UTC."""

    screenshots: Screenshots
    meter: TimeSpent = field(default_factory=TimeSpent)
    started: datetime = field(default_factory=lambda: datetime.now(UTC))

    def attach(self, page: Page, recorder: ArtifactsRecorder) -> list[Observer]:
        """Follow an attempt; answers the observers, in the order in which they have to be called."""
        self.meter.attach(page.context)
        self.screenshots.attach(recorder, page)
        return [self.meter, self.screenshots]


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
