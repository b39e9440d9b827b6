"""The one org that a run is for, and the pages that belong to it: nothing is typed, opened or believed elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from playwright.sync_api import Frame, Page, Request

from automation.errors import ForeignHost
from automation.salesforce import hosts

OWN_PAGES: Final = (".salesforce.com", ".salesforce.mil")
"""Salesforce's own hosts that are no org's, such as an instance's or the status page: no place to type, but no stranger's."""
NEXT: Final = "Do not log in there. Check SF_LOGIN_URL (a renamed My Domain has a new host), and what redirects to that host."


@dataclass
class NamedOrg:
    """The org of a run.

    Attributes:
        login_host: host of SF_LOGIN_URL.
        host: My Domain host; None until a login on ``login.`` or ``test.salesforce.com`` has led to one.
    """

    login_host: str
    host: str | None = None

    def __post_init__(self) -> None:
        if hosts.is_my_domain(self.login_host):
            self.host = self.login_host

    def takes_password(self, url: str) -> bool:
        """Whether password and codes may be typed on this page: on the org's My Domain, or where SF_LOGIN_URL names it."""
        if not hosts.is_password_host(url):
            return False
        host = hosts.parse_url(url).host
        if host in hosts.LOGIN_HOSTS:
            return self.login_host in hosts.LOGIN_HOSTS
        return self.host in (None, host)

    def is_foreign(self, url: str) -> bool:
        """Whether a page of this URL is neither the org's nor Salesforce's own. Pages of the browser itself are not."""
        parts = hosts.parse_url(url)
        if parts.scheme != "https":
            return parts.scheme == "http"
        my_domain = hosts.my_domain_of(parts.host)
        if my_domain is not None:
            return self.host not in (None, my_domain)
        return not (parts.host.endswith(OWN_PAGES) or self._is_visualforce(parts.host))

    def require_link(self, link: str, whose: str) -> None:
        """Raise ForeignHost, which shows the host alone, unless ``whose`` one-time link leads to this org as a browser reads it."""
        parts = hosts.parse_url(link)
        plain = parts.scheme == "https" and not parts.has_user and parts.port in (None, 443)
        if not plain or not hosts.NAME.fullmatch(parts.host) or not hosts.is_my_domain(parts.host):
            raise ForeignHost(f"{whose} leads to {_named(link)}, which is no My Domain host.")
        if self.host not in (None, parts.host):
            raise ForeignHost(f"{whose} leads to {parts.host}, and SF_LOGIN_URL names {self.host}.", next=NEXT)

    def _is_visualforce(self, host: str) -> bool:
        """Pages of a package: ``acme--dev--c.sandbox.vf.force.com`` beside ``acme--dev.sandbox.my.salesforce.com``."""
        label = (self.host or "").partition(".")[0]
        return bool(label) and host.startswith(f"{label}--") and host.endswith((".vf.force.com", ".visualforce.com"))


ANY_ORG: Final = NamedOrg("")
"""Where it is not known which org is meant: any org's pages will do."""


class HostWatch:
    """Follows where the top frame of a page leads, and the tabs that it opens.

    ``attended``: a person acts in the window too and may visit other pages, so only where the page is now counts.
    """

    def __init__(self, org: NamedOrg, *, attended: bool = False) -> None:
        self._org = org
        self._attended = attended
        self._first = ""
        self._page: Page | None = None

    @property
    def met(self) -> str:
        """The first foreign host since the start or `forget`, or nothing."""
        if self._attended and self._page is not None and not self._org.is_foreign(self._page.url):
            return ""
        return self._first

    def forget(self) -> None:
        """What was met so far is settled."""
        self._first = ""

    def error(self, step: str | None = None, evidence: str | None = None) -> ForeignHost:
        """What to raise when one was met."""
        whose = f"; the run is for {self._org.host}" if self._org.host else ""
        met = f"The browser was led to {self.met}, which is not a host of the org{whose}."
        error = ForeignHost(met, next=NEXT, evidence=evidence)
        error.step = step
        return error

    @contextmanager
    def following(self, page: Page) -> Iterator[None]:
        """Follow this page for the time of the context, from where it is now. Costs no round trip."""
        self._page = page
        self._note(page.url)
        page.on("framenavigated", self._navigated)
        page.on("requestfailed", self._failed)
        page.on("popup", self._opened)
        try:
            yield
        finally:
            page.remove_listener("framenavigated", self._navigated)
            page.remove_listener("requestfailed", self._failed)
            page.remove_listener("popup", self._opened)

    def _opened(self, tab: Page) -> None:
        """A tab that the page opened is followed until it is closed."""
        self._note(tab.url)
        tab.on("framenavigated", self._navigated)

    def _navigated(self, frame: Frame) -> None:
        if frame.parent_frame is None:
            self._note(frame.url)

    def _failed(self, request: Request) -> None:
        """A foreign host that does not answer was met as well; a request that the page itself gave up was not."""
        if request.is_navigation_request() and "ERR_ABORTED" not in (request.failure or "") and request.frame.parent_frame is None:
            self._note(request.url)

    def _note(self, url: str) -> None:
        if not self._first and self._org.is_foreign(url):
            self._first = hosts.parse_url(url).host or "a page without a host"


def _named(link: str) -> str:
    return hosts.parse_url(link).host or "a URL that a browser reads differently"
