"""Login methods, behind one interface.

A login method brings the browser to a first page. What follows (login page, codes, notices) is handled by
``flows.verification``, the same for all. They are tried in this order, each only when its settings are there:

1. saved browser session (``SF_STORAGE_STATE``): costs nothing, and is checked, not trusted;
2. Salesforce CLI (``SF_CLI_ORG``);
3. one-time link (``SF_FRONTDOOR_URL``);
4. the production org of a sandbox (``SF_PRODUCTION_URL``, ``SF_PRODUCTION_TOKEN``): needs no password of the sandbox;
5. username and password (``SF_USERNAME``, ``SF_PASSWORD``).

After a method that failed (`LoginMethodFailed`) the next one is tried; the last one's reason is the error.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page

from automation.access.named_org import NamedOrg
from automation.access.navigation import open_url
from automation.errors import NotPermitted
from automation.salesforce import hosts
from automation.secrets import Secret
from automation.secrets.text_files import read_json

if TYPE_CHECKING:
    from automation.settings import Settings

LARGEST_STATE: Final = 16 * 2**20
"""Bytes of a storage state; local storage of other pages may be in it."""

ENTRANCE: Final = "/lightning/setup/ManageExternalClientApplication/home"
"""Where a run goes after the login: the list of External Client Apps."""

PAST_SSO: Final = "/?login"
"""Salesforce's documented way to the login form of an org that sends users to single sign-on by itself."""


class LoginMethodFailed(NotPermitted):
    """This login method did not work; the next one is tried."""

    kind = "login_method_failed"
    recovery = "Renew this login method, or set SF_USERNAME and SF_PASSWORD."


class LoginMethod(ABC):
    """One login method."""

    name: str
    """For messages: ``the saved session``."""
    types_password = False
    """Whether a login page is what this method expects."""
    opens_again = True
    """Whether it may be used a second time in a run."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def open(self, page: Page) -> None:
        """Bring the browser to the first page.

        Raises:
            LoginMethodFailed: known before any page was opened.
            OrgUnavailable: the org does not answer.
        """
        open_url(page, self.url(), self._settings.timeout_page, self._settings.sf_ca_file)

    @abstractmethod
    def url(self) -> str:
        """Of the first page; it may be a one-time link. Raises LoginMethodFailed when there is none."""


class PasswordLogin(LoginMethod):
    """The login page of ``SF_LOGIN_URL``, asked to lead on to Setup."""

    name = "username and password"
    types_password = True

    def url(self) -> str:
        """The login page. ``startURL`` saves a page; a login that ignores it is led to Setup afterwards.

        A URL with ``?login`` is opened as it is, since it is documented in that form alone.
        """
        from urllib.parse import quote

        login_url = self._settings.sf_login_url
        return login_url if login_url.endswith(PAST_SSO) else f"{login_url}/?startURL={quote(ENTRANCE, safe='')}"


class FrontdoorLogin(LoginMethod):
    """A one-time link. It is used once in the life of this process, and never shown."""

    name = "the one-time link of SF_FRONTDOOR_URL"
    opens_again = False
    _used: ClassVar[set[Secret]] = set()

    def __init__(self, link: Secret, settings: Settings) -> None:
        super().__init__(settings)
        self._link = link

    def url(self) -> str:
        """The link. Raises LoginMethodFailed when it was used before, ForeignHost when it leads to another org."""
        NamedOrg(self._settings.host).require_link(self._link.reveal(), "The link of SF_FRONTDOOR_URL")
        if self._link in self._used:
            raise LoginMethodFailed(f"{self.name} was used already; such a link works once.", next="Make a new link.")
        self._used.add(self._link)
        return self._link.reveal()


class SessionLogin(LoginMethod):
    """Cookies of a browser session that was saved as Playwright's storage state."""

    name = "the saved session of SF_STORAGE_STATE"

    def __init__(self, file: Path, settings: Settings) -> None:
        super().__init__(settings)
        self._file = file

    def open(self, page: Page) -> None:
        """Take over the cookies of Salesforce hosts, and go to Setup; the org says whether they are still good."""
        cookies = [cookie for cookie in self._cookies() if _is_salesforce(str(cookie.get("domain", "")))]
        for cookie in cookies:
            Secret(str(cookie.get("value", "")))
        try:
            page.context.add_cookies(cookies)
        except PlaywrightError:
            raise LoginMethodFailed(f"{self._file} holds cookies that the browser does not accept.") from None
        super().open(page)

    def url(self) -> str:
        """Setup, of the org's own host."""
        return f"https://{self._settings.host}{ENTRANCE}"

    def _cookies(self) -> list[Any]:
        try:
            state = read_json(self._file, LARGEST_STATE)
        except ValueError as error:
            raise LoginMethodFailed(f"The storage state {self._file} {error}.") from None
        cookies = state.get("cookies") if isinstance(state, dict) else None
        if not isinstance(cookies, list):
            raise LoginMethodFailed(f"{self._file} is not a Playwright storage state.")
        return [cookie for cookie in cookies if isinstance(cookie, dict)]


def _is_salesforce(domain: str) -> bool:
    """Whether a cookie of this domain belongs to a host of an org. ``.salesforce.com`` is the parent of all of them."""
    bare = domain.lstrip(".")
    return hosts.is_org_host(bare) or bare in ("salesforce.com", "force.com", "salesforce-setup.com")


def login_methods(settings: Settings) -> list[LoginMethod]:
    """The configured login methods, in the order in which they are tried."""
    from automation.access.cli import CliLogin
    from automation.access.production import ProductionLogin

    found: list[LoginMethod] = []
    if settings.sf_storage_state:
        found.append(SessionLogin(settings.sf_storage_state, settings))
    if settings.sf_cli_org:
        found.append(CliLogin(settings.sf_cli_org, settings))
    if settings.sf_frontdoor_url:
        found.append(FrontdoorLogin(settings.sf_frontdoor_url, settings))
    if settings.sf_production_url and settings.sf_production_token:
        found.append(ProductionLogin(settings.sf_production_url, settings.sf_production_token, settings))
    if settings.sf_username and settings.sf_password:
        found.append(PasswordLogin(settings))
    return found
