"""The reveal of key and secret, from the click to the pair: new tab or same tab, verified or not.

Everything in here is a private phase: nothing is recorded from the click on, and no error carries a page's text.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from urllib.parse import urlsplit

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Locator, Page

from automation.artifacts import ArtifactsRecorder
from automation.browser.page_loads import Failures
from automation.browser.race import Outcome, race
from automation.errors import NotPermitted, PageTrouble, SessionLost, UnexpectedPage
from automation.secrets import Secret, private
from flows.pages.base import PageObject
from flows.pages.consumer_details import ConsumerDetails
from flows.pages.settings_tab import SettingsTab
from flows.pages.setup_page import RIGHTS

CLICKS = 2
"""Opening the page is no commit, so a click that nothing followed may be repeated once."""


class Reveal(PageObject):
    """Holds the private phase and the page that shows key and secret."""

    _stack: ExitStack | None = None
    _shown: Page | None = None
    _clicked_on: str = ""

    @property
    def shown_on(self) -> Page:
        """The new tab, or the same page when the org used that."""
        return self._shown or self.page

    def begin(self, recorder: ArtifactsRecorder) -> None:
        """Stop all recording, for good unless `end` is called."""
        if self._stack is None:
            self._stack = ExitStack()
            self._stack.enter_context(recorder.nothing_recorded())

    def open(self, reload: Callable[[], object], url: str | None = None) -> str:
        """Click ``Consumer Key and Secret`` and find out where its page opens; returns a sentence.

        Args:
            reload: brings the app's Settings tab again, with its OAuth section open.
            url: where the page is known to be, for when nothing follows the click (see `consumer_url`).

        Raises:
            NotPermitted: Setup says so in place of the page.
            PageTrouble: nothing followed, and a request of the page failed meanwhile.
            UnexpectedPage: nothing followed, for no reason that could be seen.
        """
        settings, failed = SettingsTab(self.page, self.labels, self.timeouts), Failures(self.page)
        with failed:
            for click in range(CLICKS):
                if click:
                    reload()  # the page may hold on to what stopped the click, as a link does whose URL it never got
                before, url_before = list(self.page.context.pages), self.page.url
                self._clicked_on = url_before
                button = settings.key_and_secret_button()
                self._require_usable(button)
                with private("opening the page of key and secret"):
                    button.click()
                if self._followed(before, url_before, settings):
                    return "opened in a new tab" if self._shown else "opened in the same tab"
        if url is not None and self._opened_by_url(url):
            return "opened by its URL, as nothing followed the click"
        if failed.last:
            raise PageTrouble(f"The org could not open the page of key and secret ({failed.last}).")
        raise UnexpectedPage(
            f'Nothing followed the click on "{self.labels["detail.key_and_secret"]}": no new tab and no page.',
            next="Something blocks new tabs: run with --headed and check, or allow pop-ups for the org in the browser used.",
        )

    def _require_usable(self, button: Locator) -> None:
        try:
            race(self.page, "the button of key and secret", [Outcome("usable", fact=button.is_enabled)], self.timeouts.action)
        except UnexpectedPage:
            raise UnexpectedPage(
                f'"{self.labels["detail.key_and_secret"]}" is there but can\'t be clicked.',
                next="Check by hand whether this user may view key and secret of External Client Apps; then run again.",
            ) from None

    def _followed(self, before: list[Page], url: str, settings: SettingsTab) -> bool:
        refused = Outcome("a missing right", element=settings.sentence("problems.not_permitted"))
        details = self._details(self.page)
        moved = Outcome("same tab", fact=lambda: self.page.url != url or details.framed())
        here = Outcome("same tab", element=details.marks)
        tab = Outcome("new tab", fact=lambda: any(page not in before for page in self.page.context.pages))
        try:
            outcome = race(self.page, "the page of key and secret", [tab, moved, here, refused], self.timeouts.action, "page")
        except UnexpectedPage:
            return False
        if outcome is refused:
            raise NotPermitted("Setup refused to show key and secret: insufficient privileges.", next=RIGHTS)
        if outcome is tab:
            self._shown = next(page for page in self.page.context.pages if page not in before)
        return True

    def _opened_by_url(self, url: str) -> bool:
        """Open the page in a tab of our own, in the same session; whether the org has it there."""
        tab = self.page.context.new_page()
        with private("opening the page of key and secret"):
            try:
                response = tab.goto(url, wait_until="domcontentloaded", timeout=self.timeouts.page * 1000)
            except PlaywrightError:
                response = None
            if response is None or response.status >= 400:
                tab.close()
                return False
        self._shown = tab
        return True

    def arrived(self) -> Outcome:
        """Key and secret are on screen, or will not be: a login in the same tab ends where it began."""
        details = self._details(self.shown_on)
        return Outcome("consumer details", element=details.marks, fact=lambda: self._led_back() or details.framed())

    def require_arrived(self) -> None:
        """Raises SessionLost when a login has led back to the app's page."""
        if self._led_back():
            raise SessionLost("The org asked to log in again when key and secret were asked for.")

    def _led_back(self) -> bool:
        back = urlsplit(self.page.url).path == urlsplit(self._clicked_on).path
        return back and self._shown is None and not self._details(self.page).shown()

    def read(self) -> tuple[Secret, Secret]:
        """Key and secret from the page."""
        with private("reading key and secret"):
            return self._details(self.shown_on).read()

    def leave(self) -> None:
        """Close the tab that was opened, or leave the page."""
        with private("leaving the page of key and secret"):
            if self._shown is not None:
                self._shown.close()
            else:
                self.page.goto("about:blank")
        self._shown = None

    def end(self) -> None:
        """Leave the page with the secret, and end the private phase."""
        self.leave()
        if self._stack is not None:
            self._stack.close()
            self._stack = None

    def _details(self, page: Page) -> ConsumerDetails:
        return ConsumerDetails(page, self.labels, self.timeouts)
