"""A small picture of the page after the steps that changed something, for the report. Never of a private phase."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page

from automation.artifacts import Recorder
from automation.artifacts.evidence import MASK_COLOUR, MASKED, UNSEEN
from automation.secrets.files import write_private
from automation.settings.options import Pictures as Wanted
from automation.steps import Step
from automation.steps.runner import StepResult

FOLDER: Final = "pictures"
TIMEOUT: Final = 2_000
"""Milliseconds; a picture is an extra, and a page that is stuck must not hold the run up."""
QUALITY: Final = 40
"""Of the JPEG; small text is still read, and a page takes about 80 kB and 70 ms."""
NOTHING_TO_SHOW: Final = ("4.5", "4.6", "5.")
"""Private steps, also where a plan only reads, and steps without a page."""
BUDGET: Final = 0.05
"""Share of the run so far that pictures may have cost; on a slow machine some are left out."""
ONLY_OPENED: Final = ("1.3", "2.3", "3.3")
"""Steps after which a form is open and nothing is filled in yet; their picture would take the place of a better one."""
ORG_SECTIONS: Final = "123"
"""Sections whose steps show something of the app; revealing and delivering (4 and 5) do not."""


@dataclass
class Pictures:
    """Takes the pictures; an `Observer`.

    Attributes:
        folder: the run folder.
        wanted: ``changed`` steps and failures, ``all`` steps that were done, or ``off``.
        banner: the tool's own banner may be on the page.
        taken: step id to path, relative to the run folder.
        seconds: what all pictures have cost.
        clock: seconds; replaced in tests.
    """

    folder: Path
    wanted: Wanted
    banner: bool = False
    taken: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    clock: Callable[[], float] = time.monotonic
    _last: float = 0.0
    _recorder: Recorder | None = None
    _page: Page | None = None

    def __post_init__(self) -> None:
        self._begun = self.clock()

    def attach(self, recorder: Recorder, page: Page) -> None:
        """Take pictures of this page, when the recorder allows it."""
        self._recorder, self._page = recorder, page

    def step_started(self, step: Step) -> None: ...

    def step_ended(self, result: StepResult) -> None:
        if not self._due(result) or self._page is None or self._recorder is None or not self._recorder.recording_allowed:
            return
        started = self.clock()
        data = photograph(self._page, banner=self.banner)
        path = f"{FOLDER}/{result.id}.jpg"
        if data is not None and _kept(self.folder / path, data):
            self.taken[result.id] = path
        self._last = self.clock() - started
        self.seconds += self._last

    def _due(self, result: StepResult) -> bool:
        if self.wanted == "off" or result.result == "skipped":
            return False
        if result.result == "failed":
            return not result.id.startswith("5.")
        if result.id.startswith(NOTHING_TO_SHOW):
            return False
        if self.wanted == "all":
            return True
        if result.result != "changed" or result.id[0] not in ORG_SECTIONS or result.id in ONLY_OPENED:
            return False
        return result.step.commits or self.seconds + self._last <= BUDGET * (self.clock() - self._begun)


def _kept(path: Path, data: bytes) -> bool:
    """Write a picture; whether that worked: without room for it the run goes on."""
    try:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        write_private(path, data)
    except OSError:
        return False
    return True


def photograph(page: Page, *, banner: bool = False) -> bytes | None:
    """The visible part of a page as JPEG, secrets masked; None when it can't be had.

    Masks and styles are only asked for where they are needed: they cost as much as the picture (measured).
    """
    if page.is_closed() or page.url == "about:blank":
        return None
    secrets = page.locator(", ".join(MASKED))
    try:
        mask = [secrets] if secrets.count() else None
        style = UNSEEN if banner else None
        return page.screenshot(
            type="jpeg", quality=QUALITY, scale="css", timeout=TIMEOUT, mask=mask, mask_color=MASK_COLOUR, style=style
        )
    except PlaywrightError:
        return None
