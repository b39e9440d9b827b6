"""What a login or a verification has led to: the expected page, a known screen, a failure, or a page that nobody knows."""

from __future__ import annotations

from typing import Final

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page

from automation.access.named_org import HostWatch
from automation.access.navigation import AnswerLost, Navigation
from automation.browser.race import Outcome
from automation.errors import NotPermitted, RunbookError, UnexpectedPage
from automation.salesforce import hosts
from automation.secrets import scrub
from flows.pages.identity import IdentityPage
from flows.pages.reading import shown
from flows.pages.screens import Screen
from flows.pages.settling import Settling
from flows.pages.setup_page import NO_LABEL_HELPS, RIGHTS
from flows.verification.first_of import first_of

SETTLED: Final = 5.0
"""Seconds after its load until a page that nothing is known of counts as unknown."""
REFUSAL: Final = "problems.not_permitted"
"""Label of Salesforce's page for a missing right, which may come with HTTP 403 or 200."""


class Arrival:
    """Waits for what comes next on a page that is followed already.

    Attributes:
        screen: the one that `known` is about.
    """

    def __init__(self, page: Page, identity: IdentityPage, navigation: Navigation, watch: HostWatch, done: Outcome) -> None:
        self._page = page
        self._identity = identity
        self._navigation = navigation
        self._settling: Settling | None = None
        self.screen: Screen | None = None
        self.done = done
        self.foreign = Outcome("a foreign page", fact=lambda: bool(watch.met))
        self.broken = Outcome("an error", fact=navigation.broken)
        self.loop = Outcome("a redirect loop", fact=navigation.redirect_loop.closed)
        self.known = Outcome("a known screen", fact=self._is_known)
        self.refused = Outcome("a missing right", fact=lambda: self._says(REFUSAL))
        self.unknown = Outcome("an unknown page", fact=self._is_unknown)

    def next(self) -> Outcome:
        """Wait for any of them; raises UnexpectedPage when the page stays between all of them for ``TIMEOUT_PAGE``."""
        before_the_expected_url = [self.foreign, self.broken]  # which may show an error
        outcomes = [*before_the_expected_url, self.done, self.loop, self.known, self.refused, self.unknown]
        limit = self._identity.timeouts.page
        try:
            return first_of(outcomes, self._navigation, f"{self.done.name} or a known screen", limit)
        except UnexpectedPage:
            raise UnexpectedPage(
                f'Waited {limit:g} s for {self.done.name}; the page at {self.where()}, titled "{self.title()}", is neither that '
                "nor a known login or verification page."
            ) from None

    def explained(self) -> RunbookError:
        """The error for a page that nobody knows."""
        if self._identity.labels.containing(REFUSAL).search(self.title()):
            return self.not_permitted()
        there = shown(self._page)
        if there is not None and there.sealed:
            return UnexpectedPage(f"Unknown page during login or verification: {self.where()}. {there}", next=NO_LABEL_HELPS)
        if self._says("problems.could_not_load", "problems.interrupted"):
            return AnswerLost(f"The page at {self.where()} says that it could not load.")
        return UnexpectedPage(f'Unknown page during login or verification: {self.where()}, titled "{self.title()}".')

    def not_permitted(self) -> NotPermitted:
        """The error for a missing right."""
        return NotPermitted(f"The org refused the page at {self.where()}: insufficient privileges.", next=RIGHTS)

    def where(self) -> str:
        """The page's URL as it may be shown."""
        return hosts.parse_url(self._page.url).shown

    def title(self) -> str:
        """The page's title, shortened; empty while it is being replaced."""
        try:
            return scrub(self._page.title())[:80]
        except PlaywrightError:
            return ""

    def _is_known(self) -> bool:
        self.screen = self._identity.seen = None
        if self._navigation.readable:
            self.screen = self._identity.screen()
        return self.screen is not None

    def _says(self, *keys: str) -> bool:
        return self._identity.seen is not None and self._identity.seen.says(*keys)

    def _is_unknown(self) -> bool:
        """Whether a page is there and not known. Lightning pages fill themselves long after their load."""
        if not self._navigation.settled(SETTLED):
            self._settling = None
            return False
        if not hosts.parse_url(self._page.url).path.startswith("/lightning/"):
            return True
        if self._settling is None:
            self._settling = Settling(self._page, self._identity.timeouts.action)
        return self._settling.over()
