"""A person before a visible browser: waits until they have fixed something in the window, so that the run can continue."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Frame, Page
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from automation.errors import AnotherRun, ForeignHost, Interrupted, LoginRefused, ProductionRefused, RunbookError, UsageError
from automation.run.banner import FAILED, RUNNING, Banner
from automation.steps import Step, StepResult

QUIET: Final = 3.0
"""Seconds without a click or a key after which a person counts as done."""
POLL_MS: Final = 300
"""Milliseconds between two checks whether that time is over; a closed window is noticed at once."""

NOT_FIXABLE_IN_A_WINDOW: Final = (AnotherRun, ForeignHost, LoginRefused, ProductionRefused, UsageError)
"""Nothing done in the window fixes these, and a refused password is never tried again."""


@dataclass
class Person:
    """Somebody who may act in the window. An `Observer`: what they do counts from a failure on, as they may be fast.

    Attributes:
        banner: shows the failure there; it notices clicks and keys.
        clock: seconds; replaced in tests.
    """

    page: Page
    banner: Banner
    show: Callable[[str], None]
    clock: Callable[[], float] = time.monotonic
    _last: float | None = field(default=None, init=False)
    _url: str | None = field(default=None, init=False)
    """Where the page was when a step failed; None while nothing has."""

    def step_started(self, step: Step) -> None:
        self._forget()

    def step_ended(self, result: StepResult) -> None:
        if result.result == "failed":
            self._notice()

    def fixes(self, error: RunbookError, steps: Sequence[Step]) -> Sequence[Step] | None:
        """Wait until the person has fixed what failed; answers the steps to do now, or None when the window was closed.

        After Ctrl-C it is None at once.

        A page that has moved on meanwhile means that the person did the step, or more: all is read again from the
        manager on. Otherwise the failed step is done again.
        """
        if isinstance(error, Interrupted):
            return None  # who has stopped the run is not asked anything
        fixable = not isinstance(error, NOT_FIXABLE_IN_A_WINDOW)
        if self._url is None:
            self._notice()
        url = self._url
        self._ask(error, fixable=fixable)
        acted = self._acted(ends=fixable)
        self._forget()
        if not acted:
            return None
        self.banner.say("Continuing.", RUNNING)
        return from_step(steps, error.step, moved=self.page.url != url)

    def _ask(self, error: RunbookError, *, fixable: bool) -> None:
        how = f"Fix it in this window; the run continues {QUIET:g} s after your last click or key. " if fixable else ""
        self.show(f"{error.message} {error.next}")
        self.show(f"{how}Close the window to end the run.")
        where = f"Step {error.step}: " if error.step else ""
        self.banner.say(f"{where}{error.message}\n{how}Close the window to end the run.", FAILED)

    def _notice(self) -> None:
        """From now on, keep when they last did something."""
        self._last, self._url = None, self.page.url
        self.banner.acted = self._note
        self.page.on("framenavigated", self._navigated)

    def _forget(self) -> None:
        if self._url is not None:
            self._url, self.banner.acted = None, lambda: None
            self.page.remove_listener("framenavigated", self._navigated)

    def _acted(self, *, ends: bool) -> bool:
        """Wait for the person: True once they acted and were quiet for a while, False when they closed the window."""
        while not self._closed():
            if ends and self._last is not None and self.clock() - self._last >= QUIET:
                return True
        return False

    def _closed(self) -> bool:
        """Let the browser report events for a moment; whether the window was closed."""
        try:
            self.page.wait_for_event("close", timeout=POLL_MS)
        except PlaywrightTimeout:
            return self.page.is_closed()  # between two waits, or before the first
        except PlaywrightError:
            return True  # closed together with its browser
        return True

    def _note(self) -> None:
        self._last = self.clock()

    def _navigated(self, frame: Frame) -> None:
        if frame == self.page.main_frame:
            self._note()


def from_step(steps: Sequence[Step], failed: str | None, *, moved: bool = False) -> Sequence[Step]:
    """The steps to do after ``failed`` was fixed in the window; all when there is none of this number.

    A section with private steps is one private phase from there on, so it is done again from its entry. Where the page
    has ``moved``, all is read again from the manager on, the last of the steps that are always done.
    """
    ids = [step.id for step in steps]
    if failed not in ids:
        return steps
    first = steps[ids.index(failed)]
    section = [step for step in steps if step.section == first.section]
    if any(step.private for step in section):
        first = section[0]
    elif moved and not first.login and any(step.fills for step in section):
        first = [step for step in steps if step.always][-1]
    return steps[ids.index(first.id) :]
