"""The pages between the password and the org, and before key and secret: which screen is open, and its controls."""

from __future__ import annotations

import re

from playwright.sync_api import Locator

from flows.pages.base import PageObject
from flows.pages.login import PASSWORD_ID, USERNAME_ID, LoginPage
from flows.pages.reading import texts_of
from flows.pages.screens import CODE_IDS, MARKS, SEEN, SELECTORS, Screen, Seen, screen_of_url

MASKED = re.compile(r"[^\s@<>()]*[*•●][^\s@<>()]*@[^\s@<>()]+[^\s@<>().,;:]|[^\s@<>()]+@[^\s@<>()]*[*•●][^\s@<>().,;:]*\.\w+")
"""A masked email address such as ``a*****@acme.com``."""


class IdentityPage(PageObject):
    """Any of the screens of `Screen`.

    Attributes:
        seen: what the last look found; None where the URL said enough.
    """

    seen: Seen | None = None

    def screen(self) -> Screen | None:
        """The screen that is open now; None when it is none of the known ones."""
        self.seen = None
        by_url = screen_of_url(self.page.url)
        if by_url is not None:
            return by_url
        self.seen = self.look()
        return self.seen.screen()

    def look(self) -> Seen:
        """What the page shows of the known screens, in one round trip; a field that is known by its label alone takes two more.

        Raises:
            PlaywrightError: the page is going away.
        """
        headings = [mark.heading for mark in MARKS.values() if mark.heading]
        marks = self.page.locator(", ".join(SELECTORS)).or_(self._heading(*headings, "identity.heading"))
        fields = self.code.or_(self.login.user_name).or_(self.login.password)
        url, found = self.page.url, marks.or_(fields).filter(visible=True).evaluate_all(SEEN, SELECTORS)
        selectors, by_label = found["selectors"], found["others"] > 0
        login = USERNAME_ID in selectors or PASSWORD_ID in selectors or (by_label and self.login.is_open())
        codes = self.code.count() if by_label else int(CODE_IDS in selectors)
        return Seen(self.labels, url, tuple(selectors), tuple(found["headings"]), found["text"], login, codes)

    @property
    def login(self) -> LoginPage:
        """The same page seen as a login page."""
        return LoginPage(self.page, self.labels, self.timeouts)

    @property
    def code(self) -> Locator:
        """Where the code goes."""
        labelled = self.page.get_by_role("textbox", name=self.labels.pattern("identity.code"))
        return self.page.locator(CODE_IDS).or_(labelled).filter(visible=True)

    @property
    def verify(self) -> Locator:
        """The button that sends the code."""
        return self._button("#save", "identity.verify")

    @property
    def resend(self) -> Locator:
        """The link that has a new code sent."""
        return self._link("identity.resend")

    @property
    def other_method(self) -> Locator:
        """The link to `Screen.CHOOSE`."""
        return self._link("identity.other_method")

    @property
    def error(self) -> Locator:
        """The message that a code was refused."""
        return self.page.locator(".errorMsg, #error, [role=alert]").filter(visible=True)

    def error_text(self) -> str | None:
        """What the page complains about, on one line; None when nothing is visible."""
        return next(filter(None, texts_of(self.error)), None)

    def masked_address(self) -> str | None:
        """The masked email address to which the code was sent, if the page shows one."""
        found = MASKED.search(self.seen.text if self.seen else " ".join(texts_of(self.page.locator("body"))))
        return found.group() if found else None

    def choice(self, key: str) -> Locator:
        """The choice of a verification method whose name holds one of the texts of label ``key``."""
        return self.page.get_by_role("radio", name=self.labels.containing(key))

    @property
    def choose_submit(self) -> Locator:
        """The button of `Screen.CHOOSE`."""
        return self._button("#save", "identity.choose_submit")

    @property
    def passkey_button(self) -> Locator:
        """Starts the passkey check."""
        return self._button(None, "identity.passkey_button")

    @property
    def enrol_passkey_button(self) -> Locator:
        """Starts the creation of a passkey."""
        return self._button(None, "identity.enrol_passkey_button")

    @property
    def decline_phone(self) -> Locator:
        """The page's own link that skips the registration of a phone."""
        return self.page.locator("a[href*='n=true']").or_(self._link("identity.decline_phone")).filter(visible=True).first

    @property
    def maintenance_button(self) -> Locator:
        """The link past a maintenance notice."""
        return self._link("identity.maintenance_button")

    def _heading(self, *keys: str) -> Locator:
        return self.page.get_by_role("heading", name=self.labels.titled(*keys))

    def _button(self, selector: str | None, key: str) -> Locator:
        named = self.page.get_by_role("button", name=self.labels.pattern(key))
        return (self.page.locator(selector).or_(named) if selector else named).filter(visible=True)

    def _link(self, key: str) -> Locator:
        name = self.labels.pattern(key)
        return self.page.get_by_role("link", name=name).or_(self.page.get_by_role("button", name=name)).filter(visible=True)
