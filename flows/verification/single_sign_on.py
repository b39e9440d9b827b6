"""Orgs that send users to single sign-on: the login form is asked for once, as Salesforce documents, before anything is typed."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

from playwright.sync_api import Page

from automation.access.login_methods import PAST_SSO
from automation.access.named_org import HostWatch
from automation.access.navigation import open_url
from automation.errors import ForeignHost, LoginRefused, OrgUnavailable
from automation.salesforce import hosts
from automation.settings import Settings
from flows.pages.login import LoginPage
from flows.verification.login_form import LoginForm

log = logging.getLogger(__name__)

OTHER_METHODS: Final = (
    "Check SF_LOGIN_URL and who redirects there. Where the org lets users in by single sign-on alone, use SF_CLI_ORG, "
    "SF_PRODUCTION_TOKEN, SF_FRONTDOOR_URL or SF_STORAGE_STATE, or run with --headed and log in there; or have an administrator "
    "allow the login form for this user (My Domain > Authentication Configuration)."
)


class SingleSignOn:
    """The way past single sign-on, tried once per verification flow.

    Args:
        form: what fills in the login page; None where a login page may not be answered.
        watch: notes foreign hosts, such as an identity provider's.
    """

    def __init__(self, page: Page, settings: Settings, login: LoginPage, form: LoginForm | None, watch: HostWatch) -> None:
        self._page = page
        self._settings = settings
        self._login = login
        self._form = form
        self._watch = watch
        self._taken = settings.sf_login_url.endswith(PAST_SSO)

    def open(self, first: Callable[[], None]) -> None:
        """Open a page. An identity provider that can't be reached from here, or refuses the browser, is not the org's failure."""
        try:
            first()
        except OrgUnavailable:
            if not self._watch.met:
                raise

    def passed(self) -> bool:
        """Ask for the org's own login form; False where that was done, something was typed, or no login page is expected."""
        if self._taken or self._form is None or self._form.touched or not hosts.is_my_domain(self._settings.host):
            return False
        log.info("no login form: asking for it with ?login")
        self._taken = True
        self._watch.forget()
        url = f"https://{self._settings.host}{PAST_SSO}"
        self.open(lambda: open_url(self._page, url, self._settings.timeout_page, self._settings.sf_ca_file))
        return True

    def at_login_page(self) -> bool:
        """Whether the page that came is where the org's login form should be."""
        url = hosts.parse_url(self._page.url)
        return url.host == self._settings.host and url.path in ("", "/")

    def is_the_only_login(self) -> bool:
        """Whether that page has nothing to type into, and buttons that lead elsewhere."""
        untouched = self._form is not None and not self._form.touched
        return untouched and self.at_login_page() and self._login.has_buttons_alone()

    def foreign_host(self) -> ForeignHost:
        """The error for a login that leads to a host that is not Salesforce's."""
        return ForeignHost(f"The login leads to {self._watch.met}, which is not a host of the org.", next=OTHER_METHODS)

    def no_form(self, where: str, title: str) -> LoginRefused:
        """The error for a login page without a form."""
        return LoginRefused(
            f'The login page at {where}, titled "{title}", has no fields for username and password, also with ?login: the org '
            "seems to let users in by single sign-on alone.",
            next=OTHER_METHODS,
        )
