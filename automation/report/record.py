"""What is written down beside a run's results for the report: when, where time went, and the pictures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from automation.steps.time_spent import Spent, TimeSpent

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from automation.artifacts import Recorder
    from automation.report.pictures import Pictures
    from automation.settings.options import Pictures as Wanted
    from automation.steps.runner import Observer


@dataclass(frozen=True)
class Record:
    """The finished record; it is part of a `RunResult`.

    Attributes:
        started: when the run began, UTC.
        spent: step id to where its time went.
        total: the same of all steps together.
        pictures: step id to the path of its picture, relative to the run folder.
        pictures_seconds: what the pictures took, outside of the steps.
    """

    started: datetime
    spent: Mapping[str, Spent] = field(default_factory=dict)
    total: Spent = field(default_factory=Spent)
    pictures: Mapping[str, str] = field(default_factory=dict)
    pictures_seconds: float = 0.0


class Recording:
    """Gathers the record over the attempts of a run."""

    def __init__(self, folder: Path, wanted: Wanted, *, banner: bool = False) -> None:
        from automation.report.pictures import Pictures

        self.meter = TimeSpent()
        self.pictures: Pictures = Pictures(folder, wanted, banner)
        self.started = datetime.now(UTC)

    def attach(self, page: Page, recorder: Recorder) -> list[Observer]:
        """Follow an attempt; answers the observers, in the order in which they have to be told."""
        self.meter.attach(page.context)
        self.pictures.attach(recorder, page)
        return [self.meter, self.pictures]

    def finished(self) -> Record:
        """The record as it stands."""
        return Record(self.started, self.meter.steps, self.meter.total, self.pictures.taken, self.pictures.seconds)
