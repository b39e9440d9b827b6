"""Following what the top frame of a page does, and opening URLs with a clear error when that fails."""

from __future__ import annotations

import re
import time
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Frame, Page, Request, Response
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from automation.access.redirect_loop import PASSING_THROUGH, RedirectLoop
from automation.errors import OrgBusy, OrgUnavailable
from automation.network.failures import certificate_advice
from automation.salesforce import hosts

ERROR_PAGE: Final = "chrome-error://"
SECONDS_SINCE_LOAD: Final = """() => {
  const [own] = performance.getEntriesByType("navigation");
  const ended = document.readyState === "complete" && own ? own.loadEventEnd : 0;
  return ended > 0 ? (performance.now() - ended) / 1000 : 0;
}"""
"""How long ago the document's own load ended, by the page's clock; 0 while it goes on."""
STREAMED: Final = 1.0
"""Seconds after which a document that is still coming, as for a script that no host answers for, is looked at as it is."""
CHANGED: Final = """longest => new Promise(resolve => {
  const changes = new MutationObserver(() => setTimeout(end, 25));
  const end = () => { changes.disconnect(); resolve(); };
  changes.observe(document, {attributes: true, characterData: true, childList: true, subtree: true});
  setTimeout(end, longest);
})"""
"""Waits in the page until it has changed. When another document replaces it, the browser ends the wait with an error."""
_BROWSER_ERROR: Final = re.compile(r"(?:net::)?(ERR_[A-Z_]+|NS_ERROR_[A-Z_]+)")


class AnswerLost(OrgUnavailable):
    """A connection broke or the server failed; opening the page again may be all that is needed."""


class NotNow(OrgBusy):
    """The server is too busy at the moment (HTTP 503)."""


class Navigation:
    """Counts the documents of a page's top frame while it is open as a context.

    Attributes:
        commits: documents that came since the start; also counts changes of the URL within a document.
        status: HTTP status of the newest document, None when it is not known.
        answered: paths that answered, those that only led on included.
        redirect_loop: whether they lead to each other for ever.
    """

    def __init__(self, page: Page) -> None:
        self._page = page
        self.commits = 0
        self._coming_since: float | None = None
        self.status: int | None = None
        self._document_coming = False
        self._broken_off = False
        self._loaded_at: float | None = time.monotonic()
        self.answered: list[str] = []
        self.redirect_loop = RedirectLoop(page)

    def __enter__(self) -> Self:
        self._page.on("response", self._answered)
        self._page.on("requestfailed", self._broke)
        self._page.on("framenavigated", self._navigated)
        self._page.on("domcontentloaded", self._parsed)
        self._page.on("load", self._loaded)
        self.redirect_loop.__enter__()
        self.status = self._status_now()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.redirect_loop.__exit__(kind, error, at)
        self._page.remove_listener("response", self._answered)
        self._page.remove_listener("requestfailed", self._broke)
        self._page.remove_listener("framenavigated", self._navigated)
        self._page.remove_listener("domcontentloaded", self._parsed)
        self._page.remove_listener("load", self._loaded)

    def _status_now(self) -> int | None:
        """Of the document that is there already, as the browser itself remembers it: a new tab had its answer before."""
        if self.status or not _is_document(self._page.url):
            return self.status
        try:
            return self._page.evaluate("performance.getEntriesByType('navigation')[0]?.responseStatus") or None
        except PlaywrightError:
            return self.status

    @property
    def readable(self) -> bool:
        """Whether the newest document is there, images aside, or has been coming for so long that what there is of it counts."""
        return self._coming_since is None or time.monotonic() - self._coming_since > STREAMED

    def settled(self, seconds: float) -> bool:
        """Whether the document was loaded that long ago, and leads to nowhere by itself.

        Most pages that are not are known by their events; the others are asked themselves, as a tab that was opened
        before this began to follow it, or a busy machine, can make a page look loaded that is not there yet.
        """
        if self._loaded_at is None or not _is_document(self._page.url):
            return False
        if time.monotonic() - self._loaded_at < seconds:
            return False
        try:
            return float(self._page.evaluate(SECONDS_SINCE_LOAD)) >= seconds
        except PlaywrightError:  # it is leaving right now
            return False

    def wait_for_change(self, longest: float) -> None:
        """Wait until there is something new to see, or so many seconds: one round trip, or none while a document is coming.

        Changes inside shadow roots and frames are not noticed, so this is for looking again, not for knowing that all is as before.

        Raises:
            PlaywrightError: the page was closed, so that nothing will change.
        """
        try:
            if self._coming_since is None:
                self._page.evaluate(CHANGED, longest * 1000)
            else:
                self._page.wait_for_event("domcontentloaded", timeout=max(1.0, longest * 1000))
        except PlaywrightTimeout:
            return
        except PlaywrightError as error:
            if self._page.is_closed() or "crashed" in error.message:
                raise

    def broken(self) -> bool:
        """Whether the browser shows its own error page, the document broke off, or the server answered with an error."""
        return self._broken_off or self._page.url.startswith(ERROR_PAGE) or (self.status or 0) >= 500

    def _broke(self, request: Request) -> None:
        superseded = "ERR_ABORTED" in (request.failure or "")  # the page went elsewhere before the answer came
        if self._is_of_page(request) and not superseded:
            self._broken_off = True

    def _answered(self, response: Response) -> None:
        if self._is_of_page(response.request):
            self.status = response.status
            self.answered.append(hosts.parse_url(response.url).path)
            self._document_coming = True
            self._broken_off = False

    def _is_of_page(self, request: Request) -> bool:
        return request.is_navigation_request() and request.frame == self._page.main_frame

    def _navigated(self, frame: Frame) -> None:
        if frame == self._page.main_frame:
            self.commits += 1
            if self._document_coming:  # else only the URL changed, and no load will follow
                self._loaded_at = None
                self._coming_since = time.monotonic()
            self._document_coming = False

    def _parsed(self, _: Page) -> None:
        self._coming_since = None

    def _loaded(self, _: Page) -> None:
        self._loaded_at = time.monotonic()


def _is_document(url: str) -> bool:
    """Whether this is the URL of a page that may stay: not a new tab's empty page, nor one that leads on by itself."""
    parts = hosts.parse_url(url)
    return parts.scheme in ("http", "https") and PASSING_THROUGH.match(parts.path) is None


def open_url(page: Page, url: str, timeout: float, ca_file: Path | None = None) -> None:
    """Go to a URL, within ``timeout`` seconds; returns as soon as a document begins to arrive.

    The URL may be a one-time link, so neither it nor the browser's text is in an error.

    Raises:
        AnswerLost: the connection broke, or the server failed.
        OrgUnavailable: the host can't be reached, or says that there is no such page.
        NotNow: it answers that it is too busy.
    """
    host = hosts.parse_url(url).host
    try:
        response = page.goto(url, wait_until="commit", timeout=timeout * 1000)
    except PlaywrightError as error:
        why = _BROWSER_ERROR.search(error.message)
        if why is not None and why.group(1) == "ERR_ABORTED":
            return  # the page itself went on to another URL, which is checked there
        said = why.group(1) if why else f"no answer within {timeout:g} s"
        advice = _advice(said, host, ca_file)
        kind = OrgUnavailable if advice else AnswerLost
        raise kind(f"{host} can't be opened: {said}.", next=advice) from None
    require_answer(host, response.status if response is not None else None)


def require_answer(host: str, status: int | None) -> None:
    """Raise what an HTTP status of 400 or more means; None means that the status is not known."""
    if status is None or status < 400:
        return
    if status == 503:
        raise NotNow(f"{host} answers that it is not available now (HTTP 503).")
    kind = AnswerLost if status >= 500 else OrgUnavailable
    raise kind(f"{host} answers with an error (HTTP {status}).")


def _advice(said: str, host: str, ca_file: Path | None) -> str | None:
    """What to do about a browser error, None for the general advice."""
    if "CERT" in said or "SSL" in said:
        return certificate_advice(host, ca_file)
    if "PROXY" in said or "TUNNEL" in said:
        return "The proxy refuses or can't be reached: check HTTPS_PROXY, and that it allows this host."
    if "NAME_NOT_RESOLVED" in said:
        return "No such host: check the My Domain in SF_LOGIN_URL, or set HTTPS_PROXY where names resolve at a proxy only."
    return None
