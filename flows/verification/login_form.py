"""Filling in the login page."""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import ElementHandle, Page
from playwright.sync_api import Error as PlaywrightError

from automation.access.keyboard import type_secret, type_username
from automation.access.named_org import NamedOrg
from automation.access.navigation import Navigation
from automation.browser.race import Outcome
from automation.errors import LoginRefused, OrgBusy, OrgUnavailable, SessionLost
from automation.secrets import Secret, scrub
from automation.settings import Settings
from flows.pages.login import LoginPage
from flows.verification.first_of import first_of

LATE_SCRIPTS = 0.6
"""Seconds after its load in which a page's own scripts may still empty the fields (`org-access` 1.1). One without scripts can't."""
KEPT: Final = """async ([typed, late]) => {
  const kept = () => typed.every(([text, field]) => field.value === text);
  const loaded = performance.getEntriesByType("navigation")[0]?.loadEventEnd || performance.now();
  while (document.scripts.length && kept() && performance.now() < loaded + late) await new Promise(next => setTimeout(next, 25));
  return kept();
}"""
"""Script: whether the fields keep what was typed."""
WIPES = 3
"""How often the form is filled again after the page emptied it before it was sent."""

Typed = tuple[str, ElementHandle]
"""A text and the field that got it."""


class LoginForm:
    """Fills in the login page, one-step or username-first, and sends a password once.

    Attributes:
        touched: something was typed into it.
    """

    def __init__(self, page: Page, login: LoginPage, settings: Settings, username: str, password: Secret, org: NamedOrg) -> None:
        self._org = org
        self.touched = False
        self._page = page
        self._login = login
        self._settings = settings
        self._username = username
        self._password = password
        self._password_sent = False
        self._username_sent = 0
        self._wiped = 0
        self._sent_from = ""
        self._answers_before = 0
        self._accepted = False

    def left(self) -> None:
        """Another screen of the login came up: what was sent from this form was taken."""
        self._accepted = self._password_sent

    def fill_in(self, navigation: Navigation) -> None:
        """Do what the form asks for now; comes back when the page answered.

        Raises:
            LoginRefused: Salesforce refused what was sent; it is not sent again.
            SessionLost: the password was taken, but the session ended before the login was complete.
            OrgBusy, OrgUnavailable: the org does not let anybody in now.
            ForeignHost: the form is not on the login page of the run's org.
        """
        self._read_answer(navigation)
        self._wait_for_scripts()
        self.touched = True
        timeout, asked, typed = self._settings.timeout_action, self._login.asked(), list[Typed]()
        if asked.username:
            field = type_username(self._page, self._login.user_name, self._username, timeout, self._org)
            typed.append((self._username, field))
        if asked.password:
            field = type_secret(self._page, self._login.password, self._password, timeout, self._org)
            typed.append((self._password.reveal(), field))
        if self._emptied(typed):
            return  # looked at again from the start
        self._send(asked.password, navigation)

    def _send(self, asks_password: bool, navigation: Navigation) -> None:
        before = navigation.commits
        self._password_sent |= asks_password
        self._sent_from, self._answers_before = self._page.url, len(navigation.answered)
        self._username_sent += not asks_password
        self._login.submit.click(timeout=self._settings.timeout_action * 1000)
        outcomes = [
            Outcome("the next page", fact=lambda: navigation.commits > before),
            Outcome("a message of the login page", fact=lambda: self._login.error_text() is not None),
        ]
        if not asks_password:
            outcomes.append(Outcome("the password field", element=self._login.password))
        first_of(outcomes, navigation, "the answer to the login form", self._settings.timeout_page)

    def _read_answer(self, navigation: Navigation) -> None:
        """The login page is open although something was sent: say why."""
        if not self._password_sent and self._username_sent == 0:
            return
        said = self._login.error_text()
        if said is None:
            self._came_back_silently(navigation)
            return
        if self._login.says("login.password_missing", said) and self._wiped < WIPES:
            self._wiped += 1  # the page's scripts emptied the form under way: no password was tried
            self._password_sent = False
            return
        raise self._explained(said)

    def _came_back_silently(self, navigation: Navigation) -> None:
        since = navigation.answered[self._answers_before :]
        if self._password_sent and (self._accepted or _sent_back(self._page.url, self._sent_from, since)):
            raise SessionLost("The org took the password, but ended the session before the login was complete.")
        if self._password_sent:
            raise LoginRefused(
                "The login page came back after the password, without a message.",
                next="Log in by hand once with this user; a login policy of the org may refuse this browser or network.",
            )
        if self._username_sent > 1 and self._login.password.count() == 0:
            raise LoginRefused(
                "The login page keeps asking for the username.",
                next="Check SF_USERNAME; the user may be bound to single sign-on.",
            )

    def _explained(self, said: str) -> LoginRefused | OrgBusy | OrgUnavailable:
        text = scrub(said)[:200]
        if self._login.says("login.busy", said):
            return OrgBusy(f'The login page says: "{text}"')
        if self._login.says("login.locked", said):
            return LoginRefused(f'{self._username} is locked: "{text}"', next="Wait, or have an admin unlock the user.")
        return LoginRefused(f'Salesforce refused the login of {self._username}: "{text}"')

    def _emptied(self, typed: list[Typed]) -> bool:
        """Whether the page's scripts emptied a field by a moment after its load: what is sent empty counts as a wrong password."""
        try:
            kept = self._page.evaluate(KEPT, [[list(one) for one in typed], LATE_SCRIPTS * 1000])
        except PlaywrightError:
            kept = False  # it is leaving right now
        if kept:
            return False
        self._wiped += 1
        return self._wiped <= WIPES

    def _wait_for_scripts(self) -> None:
        """Let the page load first: Salesforce's scripts empty what is typed before."""
        try:
            self._page.wait_for_load_state("load", timeout=self._settings.timeout_action * 1000)
        except PlaywrightError:
            return  # a slow image must not hold up the login; the fields are checked after typing anyway


def _sent_back(now: str, before: str, answered: list[str]) -> bool:
    """Whether a page of the org has led back here for want of a session: ``/?ec=302&startURL=...``.

    Where the form had that URL before already, the page that it leads to must have answered meanwhile.

    Guess: no evidence shows which ``ec`` that is. With another one the login counts as refused, which is the safer answer.
    """
    query = urlsplit(now).query
    wanted = {urlsplit(url).path for url in parse_qs(query).get("startURL", [])}
    return "ec=302" in query.split("&") and (now != before or not wanted.isdisjoint(answered))
