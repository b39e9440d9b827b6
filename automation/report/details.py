"""What the report shows beside a run's results: when it ran, where time went, and the screenshots."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from automation.report.screenshots import Screenshots
from automation.steps.time_spent import TimeSpent

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from automation.artifacts import ArtifactsRecorder
    from automation.steps.runner import Observer


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
