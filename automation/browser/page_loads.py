"""Files of a page that did not load: without its script or style sheet a page is not what it is at other times.

What such a page lacks says nothing about the org or the labels, so an error that it led to is a problem of the page, which
starting over may fix.
"""

from __future__ import annotations

from typing import Self
from urllib.parse import urlsplit

from playwright.sync_api import Page, Request, Response

from automation.errors import PageTrouble, ReadBackDiffers, RunbookError, UnexpectedPage
from automation.salesforce import hosts

KINDS = frozenset({"script", "stylesheet"})
"""An image, a font or a call for statistics may be missing, or blocked by a company, without harm."""


class Losses:
    """Follows a page from now on. Only files of the org's own hosts count."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._lost: dict[str, None] = {}
        page.on("request", self._begun)
        page.on("requestfailed", self._failed)
        page.on("response", self._answered)

    def explained(self, error: RunbookError) -> RunbookError:
        """The error itself, or a problem of the page when it is about a page that lacks files."""
        if not isinstance(error, UnexpectedPage) or isinstance(error, ReadBackDiffers) or not self._lost:
            return error
        trouble = PageTrouble(f"Files of the page did not load ({', '.join(self._lost)}). {error.message}", evidence=error.evidence)
        trouble.step = error.step
        return trouble

    def _begun(self, request: Request) -> None:
        if request.is_navigation_request() and request.frame == self._page.main_frame:
            self._lost.clear()

    def _failed(self, request: Request) -> None:
        if "ERR_ABORTED" not in (request.failure or ""):  # that is a page which was left in time
            self._note(request)

    def _answered(self, response: Response) -> None:
        if response.status >= 500:
            self._note(response.request)

    def _note(self, request: Request) -> None:
        url = urlsplit(request.url)
        if request.resource_type in KINDS and hosts.is_org_host(url.hostname or ""):
            self._lost[url.path.rpartition("/")[2]] = None


class Failures:
    """While this is open: whether a request of the page to the org failed, whatever it was for."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.last = ""
        """``HTTP 502``, ``no answer``, or nothing."""

    def __enter__(self) -> Self:
        self._page.on("response", self._answered)
        self._page.on("requestfailed", self._broke)
        return self

    def __exit__(self, *_: object) -> None:
        self._page.remove_listener("response", self._answered)
        self._page.remove_listener("requestfailed", self._broke)

    def _answered(self, response: Response) -> None:
        if response.status >= 500 and hosts.is_org_host(urlsplit(response.url).hostname or ""):
            self.last = f"HTTP {response.status}"

    def _broke(self, request: Request) -> None:
        superseded = "ERR_ABORTED" in (request.failure or "")
        if not superseded and hosts.is_org_host(urlsplit(request.url).hostname or ""):
            self.last = "no answer"
