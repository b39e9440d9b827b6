"""As `automation.browser.race`, for a page that a `Navigation` follows: it is looked at again only once it has changed."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final

from automation.access.navigation import Navigation
from automation.browser.race import Outcome
from automation.errors import UnexpectedPage

LOOK_EVERY: Final = 0.5
"""Seconds after which a page is looked at again although no change was noticed."""


def first_of(outcomes: Sequence[Outcome], navigation: Navigation, waiting_for: str, timeout: float) -> Outcome:
    """Wait until one of ``outcomes`` has happened and return it; earlier ones in the list win a tie.

    Raises:
        UnexpectedPage: none happened in time.
    """
    ends = time.monotonic() + timeout
    while True:
        for outcome in outcomes:
            if outcome.happened():
                return outcome
        left = ends - time.monotonic()
        if left <= 0:
            expected = ", ".join(outcome.name for outcome in outcomes)
            raise UnexpectedPage(f"Waited {timeout:g} s for {waiting_for}; none of these appeared: {expected}.")
        navigation.wait_for_change(min(left, LOOK_EVERY))
