"""What a page can answer: racing all known outcomes of a click.

A click that can end in several ways is followed by `race`, which knows them all by name. What matches none of them
within the time limit is an `UnexpectedPage`, never success.

Each check of an element is a round trip to the browser, and a search through the whole page. So at first only what is
hoped for is waited for, as it is what comes nearly always; then all elements are looked for at once, and only when one of
them shows it is asked which.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Locator, Page
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from automation.errors import UnexpectedPage

OFTEN = 0.25
"""Seconds in which Playwright looks often (after 20, 50, 100 and 100 ms); then it does so every half a second."""
HOPED_FOR = OFTEN
"""Seconds in which only the first outcome is waited for."""
FIRST_SLICE, LONGEST_SLICE = 0.025, 0.5
"""Seconds between two checks of outcomes that are no elements (dialogs, new tabs, URLs)."""
SLICE_PART = 0.2
"""In between, this part of what was waited already: so a check comes at most so much too late."""


@dataclass(frozen=True)
class Outcome:
    """A named end of an action: an element that becomes visible, or a fact that becomes true."""

    name: str
    element: Locator | None = None
    fact: Callable[[], bool] | None = None

    def happened(self) -> bool:
        """Whether it is so now; a page in mid-navigation counts as not yet."""
        try:
            if self.fact is not None and self.fact():
                return True
            return self.element is not None and self.element.filter(visible=True).count() > 0
        except PlaywrightError:
            return False


def race(page: Page, waiting_for: str, outcomes: Sequence[Outcome], timeout: float) -> Outcome:
    """Wait until one of ``outcomes`` has happened and return it; earlier ones in the list win a tie.

    The first one is what is hoped for: while it is an element, the others are not looked at for `HOPED_FOR` seconds.

    Args:
        page: where the elements are; its events are dispatched while waiting.
        waiting_for: what the wait is for, for the error message.
        timeout: seconds; 0 checks once.

    Raises:
        UnexpectedPage: none happened in time.
    """
    began = time.monotonic()
    if timeout and _comes(page, outcomes[0], min(HOPED_FOR, timeout)):
        return outcomes[0]
    elements = [outcome.element for outcome in outcomes if outcome.element is not None]
    while True:
        waited = time.monotonic() - began
        left, length = timeout - waited, min(max(FIRST_SLICE, SLICE_PART * waited), LONGEST_SLICE)
        shown = left <= 0 or _shows_within(page, elements, min(length, left))
        for outcome in outcomes:
            if (shown or outcome.fact is not None) and outcome.happened():
                return outcome
        if left <= 0:
            expected = ", ".join(outcome.name for outcome in outcomes)
            raise UnexpectedPage(f"Waited {timeout:g} s for {waiting_for}; none of these appeared: {expected}.")


def gone(element: Locator, timeout: float) -> bool:
    """Wait until an element is no longer shown; whether it went in ``timeout`` seconds."""
    ends = time.monotonic() + timeout
    while True:
        left = ends - time.monotonic()
        try:
            element.filter(visible=True).first.wait_for(state="hidden", timeout=max(1.0, min(left, OFTEN) * 1000))
        except PlaywrightTimeout:
            if left > OFTEN:
                continue
            return False
        return True


def _comes(page: Page, hoped_for: Outcome, seconds: float) -> bool:
    """Whether an outcome has happened, or its element shows within so many seconds."""
    if hoped_for.element is None or hoped_for.fact is not None:
        return hoped_for.happened()
    return _shows_within(page, [hoped_for.element], seconds)


def _shows_within(page: Page, elements: list[Locator], seconds: float) -> bool:
    """Wait in the browser for a change: returns as soon as one of the elements shows, or after so long.

    Raises:
        PlaywrightError: the page was closed, so that nothing will ever show.
    """
    if not elements:
        page.wait_for_timeout(max(1.0, seconds * 1000))  # its events are dispatched meanwhile
        return False
    try:
        reduce(Locator.or_, elements).filter(visible=True).first.wait_for(state="visible", timeout=max(1.0, seconds * 1000))
    except PlaywrightTimeout:
        return False
    except PlaywrightError:
        if page.is_closed():
            raise
        return False  # in mid-navigation
    return True
