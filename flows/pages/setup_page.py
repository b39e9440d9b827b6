"""What every Setup page can turn out to be instead: login page, no permission, trouble."""

from __future__ import annotations

import re
import time
from urllib.parse import urlsplit

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Locator, Page

from automation.access.named_org import ANY_ORG, NEXT
from automation.access.redirect_loop import RedirectLoop
from automation.browser.race import Outcome, race
from automation.errors import ForeignHost, NotPermitted, OrgUnavailable, PageTrouble, RunbookError, SessionLost, UnexpectedPage
from flows.pages.base import PageObject, Timeouts, any_of, by_role, sought
from flows.pages.labels import Labels
from flows.pages.reading import SPINNER, shown
from flows.pages.settling import Settling, follow_traffic

LIST_PATH = "/lightning/setup/ManageExternalClientApplication/home"  # evidence: PUP, SFPI, MGA-ES
NEW_PATH = "/lightning/setup/ManageExternalClientApplication/new"  # guess: where the form has a URL of its own
DETAIL_PATH = re.compile(r"/ManageExternalClientApplication/(0xI[A-Za-z0-9]{12})(?:[A-Za-z0-9]{3})?(?:/|$)")
LOGIN_FIELDS = any_of("#username", "#password", "input[type=password]")  # evidence: classic and username-first login pages

PROBLEMS = {
    "session expired": "problems.session_expired",
    "not permitted": "problems.not_permitted",
    "switched off": "problems.switched_off",
    "no such page": "problems.no_such_page",
    "could not load": "problems.could_not_load",
    "interrupted": "problems.interrupted",
}
"""Names of what a page may say instead of showing what was asked for, and the labels of the sentences."""


RIGHTS = (
    'Give the user "Create, edit, and delete External Client Apps", "View all External Client Apps" and "View all External Client '
    'Apps, view their settings, and edit their policies" (profile or permission set). Then log the user out and in again, or use '
    "a fresh session: a change of rights does not reach an open one."
)
"""What the pages of the app, key and secret ask for (`update-2026-11-28` 2.5)."""
NO_LABEL_HELPS = (
    "No label file helps here. Check the page with --headed; until this tool can read it, do the steps by hand, and send "
    "its maintainers the evidence."
)


class StillLoading(PageTrouble):
    """Time was up while a spinner was shown, or before the page showed anything: a script or an answer is missing."""


class SetupPage(PageObject):
    """A page inside Setup. Knows what may be shown in its place."""

    def __init__(self, page: Page, labels: Labels, timeouts: Timeouts) -> None:
        super().__init__(page, labels, timeouts)
        follow_traffic(page)

    def sentence(self, key: str) -> Locator:
        """A visible text that contains one of the label's sentences."""
        return self.page.get_by_text(self.labels.containing(key)).filter(visible=True)

    @property
    def spinner(self) -> Locator:
        """Lightning's spinner, wherever it turns."""
        return self.page.locator(SPINNER).filter(visible=True)

    def is_login(self) -> bool:
        """Whether the page is the login page now."""
        try:
            return self.page.locator(LOGIN_FIELDS).filter(visible=True).count() > 0
        except PlaywrightError:
            return False  # it is closed, or on its way elsewhere

    def problems(self) -> list[Outcome]:
        """Known outcomes that are no success, for a `race`. All sentences are searched at once: it is done at every wait."""
        return [
            Outcome("login page", element=self.page.locator(LOGIN_FIELDS)),
            Outcome(", ".join(PROBLEMS), element=self.page.get_by_text(self._any_problem()).filter(visible=True)),
        ]

    def arrive(
        self, what: str, wanted: list[Outcome], timeout: float | None = None, by: tuple[tuple[str, str], ...] = ()
    ) -> Outcome:
        """Wait for one of the expected outcomes.

        A page that has loaded and shows none of them is not waited for longer than an action may take.

        Args:
            what: what is waited for, in words.
            wanted: how it shows that it is there.
            timeout: seconds; by default that of a page.
            by: roles and label keys that it is known by, for suggestions when it does not come.

        Raises:
            RunbookError: the matching class when a known problem came up; UnexpectedPage when nothing known came, and
                StillLoading when nothing came at all.
        """
        limit = timeout or self.timeouts.page
        problems, loop, settling = self.problems(), RedirectLoop(self.page), Settling(self.page, self.timeouts.action, limit / 2)
        no_end = Outcome("a redirect loop", fact=loop.closed)
        foreign = Outcome("a foreign host", fact=lambda: ANY_ORG.is_foreign(self.page.url))
        strange = Outcome("another page", fact=settling.over)
        began = time.monotonic()
        try:
            with loop:
                outcome = race(self.page, what, [*wanted, foreign, *problems, no_end, strange], limit)
        except UnexpectedPage:
            if settling.loading():
                raise StillLoading(f"The page kept loading and never showed {what}.") from None
            outcome = strange
        if outcome is strange:
            raise self._strange(what, time.monotonic() - began, by) from None
        if outcome is no_end:
            raise loop.error()
        if outcome is foreign:
            host = urlsplit(self.page.url).hostname
            raise ForeignHost(f"The browser was redirected to {host}, no host of an org, while waiting for {what}.", next=NEXT)
        if outcome in problems:
            raise self.error_of(outcome.name if outcome is problems[0] else self._which_problem(), what)
        return outcome

    def _strange(self, what: str, seconds: float, by: tuple[tuple[str, str], ...]) -> UnexpectedPage:
        """The error for a page that has loaded and is not understood: what was expected, and what is there instead."""
        said = f"Waited {seconds:.0f} s for {what}, and the page shows something else."
        there = shown(self.page)
        unread = str(there or "")
        if there is not None and there.sealed and not there.letters:
            return UnexpectedPage(f"{said} {unread}", next=NO_LABEL_HELPS)
        looked_for = tuple(sought(role, self.labels[key], self.page) for role, key in by if not self._has(role, key))
        return UnexpectedPage(" ".join(filter(None, [said, *map(str, looked_for), unread])), sought=looked_for)

    def _has(self, role: str, key: str) -> bool:
        """Whether something of this label is there; a heading may say more than it."""
        name = self.labels.containing(key) if role == "heading" else self.labels.pattern(key)
        return by_role(self.page, role, name).count() > 0

    def _any_problem(self) -> re.Pattern[str]:
        return re.compile("|".join(self.labels.containing(key).pattern for key in PROBLEMS.values()), re.IGNORECASE)

    def _which_problem(self) -> str:
        """Which of the sentences is there; one that has disappeared was some trouble of the page."""
        return next((name for name, key in PROBLEMS.items() if self.sentence(key).count()), "could not load")

    def error_of(self, problem: str, what: str) -> RunbookError:
        """The error for a known problem met while waiting for ``what``."""
        if problem in ("login page", "session expired"):
            return SessionLost(f"The org asked to log in again while waiting for {what}.")
        if problem == "not permitted":
            return NotPermitted(
                f"The org refused {what}: insufficient privileges.",
                next=RIGHTS,
            )
        if problem == "switched off":
            return NotPermitted(
                "External Client Apps are switched off in this org.",
                next="An admin must switch them on: Setup > External Client Apps > Settings.",
            )
        if problem == "no such page":
            return OrgUnavailable(f"The org has no page for {what}.", next="Check the org's edition and release.")
        return PageTrouble(f"The org could not load {what}.")

    def go(self, url: str) -> None:
        """Navigate; an answer that never comes, or a broken connection, is trouble of the page."""
        try:
            response = self.page.goto(url, wait_until="commit", timeout=self.timeouts.page * 1000)
        except PlaywrightError as error:
            raise PageTrouble(f"{urlsplit(url).hostname} did not answer ({_reason(error)}).") from None
        if response is not None and response.status >= 500:
            raise PageTrouble(f"{urlsplit(url).hostname} answered with HTTP {response.status}.")

    def app_id(self) -> str | None:
        """The 15-character id in the URL of an app's page."""
        match = DETAIL_PATH.search(self.page.url)
        return match.group(1) if match else None


def _reason(error: PlaywrightError) -> str:
    """The network error's own name; never the call log, which may hold a URL with a session."""
    match = re.search(r"net::(\w+)", error.message)
    if match:
        return match.group(1)
    return "timed out" if "Timeout" in error.message else "navigation failed"
