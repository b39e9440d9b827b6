"""What the report shows beside results: screenshots after the steps that save something, never of a private one; and the time."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from playwright.sync_api import Page

from automation.artifacts import ArtifactsRecorder
from automation.artifacts.evidence import UNSEEN, masked_screenshot
from automation.secrets.files import write_private
from automation.settings.options import Screenshot
from automation.steps import Observer, Step, StepResult
from automation.steps.time_spent import TimeSpent

FOLDER: Final = "screenshots"
TIMEOUT: Final = 2_000
"""Milliseconds; a screenshot is an extra, and a page that is stuck must not hold the run up."""
QUALITY: Final = 40
"""Of the JPEG; small text is still readable, and a page takes about 80 kB and 70 ms."""


@dataclass
class Screenshots:
    """Takes the screenshots; an `Observer`.

    Attributes:
        mode: ``on`` after steps that commit and after a failure, ``only-on-failure``, or ``off``.
        banner: the tool's own banner may be on the page.
        taken: step id to path, relative to the run folder.
        seconds: what all screenshots took.
    """

    folder: Path
    mode: Screenshot
    banner: bool = False
    taken: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    _recorder: ArtifactsRecorder | None = None
    _page: Page | None = None

    def attach(self, recorder: ArtifactsRecorder, page: Page) -> None:
        """Take screenshots of this page, when the recorder allows it."""
        self._recorder, self._page = recorder, page

    def step_started(self, step: Step) -> None: ...

    def step_ended(self, result: StepResult) -> None:
        if not self._due(result) or self._page is None or self._recorder is None or not self._recorder.recording_allowed:
            return
        started = time.monotonic()
        data = screenshot(self._page, banner=self.banner)
        path = f"{FOLDER}/{result.id}.jpg"
        if data is not None:
            with suppress(OSError):  # without room for it the run goes on
                (self.folder / FOLDER).mkdir(mode=0o700, exist_ok=True)
                write_private(self.folder / path, data)
                self.taken[result.id] = path
        self.seconds += time.monotonic() - started

    def _due(self, result: StepResult) -> bool:
        if self.mode == "off" or result.step.private:
            return False
        saved = result.result == "changed" and result.step.commits
        return result.result == "failed" or (self.mode == "on" and saved)


def screenshot(page: Page, *, banner: bool = False) -> bytes | None:
    """As `masked_screenshot`, as JPEG, and without the banner."""
    if page.is_closed() or page.url == "about:blank":
        return None
    style = UNSEEN if banner else None
    return masked_screenshot(page, type="jpeg", quality=QUALITY, scale="css", timeout=TIMEOUT, style=style)


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
