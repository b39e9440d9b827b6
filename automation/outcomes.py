"""What a page can answer: racing all known outcomes of a click.

A click that can end in several ways is followed by `race`, which knows them all by name. What matches none of them
within the time limit is an `UnexpectedPage`, never success.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Locator, Page

from automation.errors import UnexpectedPage

SLICE_MS = 200
"""One look at outcomes that are no elements (dialogs, new tabs, addresses) per slice of waiting for elements."""


@dataclass(frozen=True)
class Outcome:
    """A named way in which an action can end: an element that becomes visible, or a fact that becomes true."""

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


def race(page: Page, waiting_for: str, outcomes: list[Outcome], timeout: float) -> Outcome:
    """Wait until one of ``outcomes`` has happened and return it; earlier ones in the list win a tie.

    Args:
        page: where the elements are; its events are dispatched while waiting.
        waiting_for: what the wait is for, for the error message.
        timeout: seconds.

    Raises:
        UnexpectedPage: none happened in time.
    """
    deadline = time.monotonic() + timeout
    elements = [outcome.element for outcome in outcomes if outcome.element is not None]
    while True:
        for outcome in outcomes:
            if outcome.happened():
                return outcome
        if time.monotonic() >= deadline:
            expected = ", ".join(outcome.name for outcome in outcomes)
            raise UnexpectedPage(f"Waited {timeout:g} s for {waiting_for}; none of these came: {expected}.")
        _wait_a_slice(page, elements)


def _wait_a_slice(page: Page, elements: list[Locator]) -> None:
    """Let the browser tell of a change: returns as soon as one of the elements shows, at most one slice later."""
    combined = page.locator("css=[data-no-such-element]")
    for element in elements:
        combined = combined.or_(element)
    try:
        combined.filter(visible=True).first.wait_for(state="visible", timeout=SLICE_MS)
    except PlaywrightError:
        return
