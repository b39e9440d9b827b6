"""Salesforce's login page: both fields at once, or the username first (`org-access` 1.1 and 1.2)."""

from __future__ import annotations

from typing import Final, NamedTuple

from playwright.sync_api import Locator

from flows.pages.base import PageObject
from flows.pages.reading import texts_of

USERNAME_ID = "#username"
PASSWORD_ID = "#password"  # noqa: S105  a selector
SUBMIT_ID = "#Login"
ERROR = "#error, .loginError, .error[role=alert]"
"""My Domain pages always hold a hidden ``.error[role=alert]``: only a visible one is an error."""


ASKED: Final = """all => all.filter(one => one.type === "password" || !(one.readOnly || one.disabled))
  .map(one => one.type === "password" ? "password" : "username")"""


class Asked(NamedTuple):
    """Which fields are to be filled in; a username that can't be changed is not asked for."""

    username: bool
    password: bool


class LoginPage(PageObject):
    """The login page. The ids are the same in all languages and releases seen, so they come before the labels."""

    @property
    def user_name(self) -> Locator:
        """Where the username goes; absent or hidden once it was given on a username-first page."""
        labelled = self.page.get_by_label(self.labels.pattern("login.user_name"))
        return self._visible(USERNAME_ID, labelled.and_(self.page.locator("input[type=email], input[type=text]")))

    @property
    def password(self) -> Locator:
        """Where the password goes; absent on the first page of the username-first form."""
        labelled = self.page.get_by_label(self.labels.pattern("login.password"))
        return self._visible(PASSWORD_ID, labelled.and_(self.page.locator("input[type=password]")))

    def asked(self) -> Asked:
        """What the form asks for now, in one round trip."""
        found = self.user_name.or_(self.password).evaluate_all(ASKED)
        return Asked(username="username" in found, password="password" in found)

    def is_open(self) -> bool:
        """Whether one of the two fields can be seen."""
        return self.user_name.count() > 0 or self.password.count() > 0

    def has_buttons_alone(self) -> bool:
        """Whether there is nothing to type into, only buttons or links, as of single sign-on (`org-access` 1.1)."""
        fields = self.page.locator("input:not([type=hidden]):not([type=submit]):not([type=button])").filter(visible=True)
        buttons = self.page.locator("button, a[href], [role=button], input[type=button], input[type=submit]").filter(visible=True)
        return fields.count() == 0 and buttons.count() > 0

    @property
    def submit(self) -> Locator:
        """The button of the form."""
        return self._visible(SUBMIT_ID, self.page.get_by_role("button", name=self.labels.pattern("login.submit")))

    @property
    def error(self) -> Locator:
        """The error box, when it can be seen and says something."""
        return self.page.locator(ERROR).filter(visible=True)

    def error_text(self) -> str | None:
        """What the error box says, on one line; None when none is visible."""
        return next(filter(None, texts_of(self.error)), None)

    def says(self, key: str, text: str) -> bool:
        """Whether ``text`` contains one of the texts of label ``key``."""
        return self.labels.containing(key).search(text) is not None

    def _visible(self, selector: str, otherwise: Locator) -> Locator:
        """The element with the id, else the labelled one; an id that is there but hidden does not count."""
        return self.page.locator(selector).or_(otherwise).filter(visible=True)
