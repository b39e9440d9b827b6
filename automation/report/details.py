"""What the report shows beside a run's results: when it ran, where time went, and the screenshots."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from automation.steps.time_spent import Spent, TimeSpent

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from automation.artifacts import ArtifactsRecorder
    from automation.report.screenshots import Screenshots
    from automation.settings.options import Screenshot
    from automation.steps.runner import Observer


@dataclass(frozen=True)
class Details:
    """The details of a finished run; part of a `RunResult`.

    Attributes:
        started: when the run began, UTC.
        spent: step id to where its time went.
        total: the same of all steps together.
        screenshots: step id to the path of its screenshot, relative to the run folder.
        screenshot_seconds: what the screenshots took, outside of the steps.
    """

    started: datetime
    spent: Mapping[str, Spent] = field(default_factory=dict)
    total: Spent = field(default_factory=Spent)
    screenshots: Mapping[str, str] = field(default_factory=dict)
    screenshot_seconds: float = 0.0


class DetailsCollector:
    """Collects the details over the attempts of a run."""

    def __init__(self, folder: Path, mode: Screenshot, *, banner: bool = False) -> None:
        from automation.report.screenshots import Screenshots

        self.meter = TimeSpent()
        self.screenshots: Screenshots = Screenshots(folder, mode, banner)
        self.started = datetime.now(UTC)

    def attach(self, page: Page, recorder: ArtifactsRecorder) -> list[Observer]:
        """Follow an attempt; answers the observers, in the order in which they have to be called."""
        self.meter.attach(page.context)
        self.screenshots.attach(recorder, page)
        return [self.meter, self.screenshots]

    def finished(self) -> Details:
        """The details collected so far."""
        return Details(self.started, self.meter.steps, self.meter.total, self.screenshots.taken, self.screenshots.seconds)
