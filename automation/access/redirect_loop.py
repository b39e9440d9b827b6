"""A redirect loop: pages that only lead on, again and again, as in an org that did not keep the session."""

from __future__ import annotations

import re
from collections import Counter
from types import TracebackType
from typing import Final, Self

from playwright.sync_api import Frame, Page

from automation.errors import SessionLost
from automation.salesforce import hosts

PASSING_THROUGH: Final = re.compile(
    r"^/(?:secur/(?:frontdoor\.jsp|contentDoor)|home/home\.jsp|visualforce/(?:rec)?session|"
    r"_ui/identity/verification/policy/VerificationStartUi|_ui/identity/verification/method/\w+VerificationStartUi)"
)
"""Paths that lead on by themselves (sf-pi ``lightning-wait.ts``; `org-access` 1.3)."""

LOOP_AFTER: Final = 10
"""How often the same of these may come on one way (a guess: an honest login passes each once or twice).

Other pages are not counted: those that wait for a person may load themselves again and again.
"""


class RedirectLoop:
    """Counts, while it is open as a context, the pages of the top frame that only lead on. Costs no round trip."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._came: Counter[str] = Counter()

    def __enter__(self) -> Self:
        self._page.on("framenavigated", self._navigated)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._page.remove_listener("framenavigated", self._navigated)

    def closed(self) -> bool:
        """Whether the browser is in a redirect loop."""
        return max(self._came.values(), default=0) >= LOOP_AFTER

    def error(self) -> SessionLost:
        """What to raise then."""
        where = hosts.parse_url(self._page.url).shown
        return SessionLost(
            f"Redirect loop through {where}: the org did not keep the session.",
            next="Run again later. If it happens again, check whether a proxy or policy strips the org's cookies.",
        )

    def _navigated(self, frame: Frame) -> None:
        url = hosts.parse_url(frame.url)
        if frame == self._page.main_frame and PASSING_THROUGH.match(url.path):
            self._came[url.shown] += 1
