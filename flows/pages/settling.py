"""When a page counts as loaded: so that one that is not understood is named soon, and one that is slow is waited for."""

from __future__ import annotations

import time
from typing import Final
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from playwright.sync_api import Page, Request

from automation.salesforce import hosts
from flows.pages.reading import shown

KINDS: Final = frozenset({"document", "script", "stylesheet", "xhr", "fetch"})
"""Requests that a page may be waiting for before it shows more."""
ASIDE: Final = ("/cometd/", "/_nc_external/system/security/session/")
"""Paths of calls that stay open, or come again and again, on a page that is complete (Streaming API; session pings)."""
SLOW: Final = 1.0
"""Seconds after which an answer counts as waited for: pages send short calls all the time."""
LOOK_EVERY: Final = 1.0
"""Seconds between two checks of a page that shows nothing known."""


class Traffic:
    """The org's requests of a page that have no answer yet, from now on."""

    def __init__(self, page: Page) -> None:
        self._open: dict[Request, float] = {}
        page.on("request", self._begun)
        page.on("requestfinished", self._ended)
        page.on("requestfailed", self._ended)

    def waits(self, longest: float) -> bool:
        """Whether an answer is waited for, for `SLOW` seconds already and for no more than ``longest``."""
        now = time.monotonic()
        return any(SLOW <= now - begun <= longest for begun in self._open.values())

    def _begun(self, request: Request) -> None:
        url = urlsplit(request.url)
        counts = request.resource_type in KINDS and not url.path.startswith(ASIDE)
        if counts and hosts.is_org_host(url.hostname or ""):
            self._open[request] = time.monotonic()

    def _ended(self, request: Request) -> None:
        self._open.pop(request, None)


_TRAFFIC: Final[WeakKeyDictionary[Page, Traffic]] = WeakKeyDictionary()


def follow_traffic(page: Page) -> Traffic:
    """Follow a page's requests, from the first call on: what it waits for may have been sent before a wait begins."""
    return _TRAFFIC.get(page) or _TRAFFIC.setdefault(page, Traffic(page))


class Settling:
    """Whether a page has been there as a whole for a while. Checks it now and then; costs nothing in the first second.

    Args:
        page: which.
        seconds: how long nothing may be loading: no spinner, no answer that is waited for, and something to see.
        patience: for how many seconds an answer is waited for; by default as many. Some calls never end.
    """

    def __init__(self, page: Page, seconds: float, patience: float = 0) -> None:
        self._page = page
        self._seconds = seconds
        self._patience = max(seconds, patience)
        self._traffic = follow_traffic(page)
        self._looked = self._loading = time.monotonic()

    def over(self) -> bool:
        """Whether it is so now."""
        now = time.monotonic()
        if now - self._looked >= min(LOOK_EVERY, self._seconds / 3):
            self._looked = now
            if self.loading():
                self._loading = now
        return now - self._loading >= self._seconds

    def loading(self) -> bool:
        """Whether something is still loading now, as far as one can see."""
        if self._traffic.waits(self._patience):
            return True
        there = shown(self._page)
        return there is None or there.blank or there.spins
