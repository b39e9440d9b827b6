"""Ways into an org, behind one interface.

A door brings the browser to a first page. What stands in the way after it (login page, codes, notices) is passed by
``flows.verification.methods``, the same for all doors. They are tried in this order, each only when its settings are there:

1. saved browser session (``SF_STORAGE_STATE``): costs nothing, and is checked, not trusted;
2. Salesforce CLI (``SF_CLI_ORG``);
3. one-time link (``SF_FRONTDOOR_URL``);
4. the production org of a sandbox (``SF_PRODUCTION_URL``, ``SF_PRODUCTION_TOKEN``): needs no password of the sandbox;
5. user name and password (``SF_USERNAME``, ``SF_PASSWORD``).

A door that turns out to be shut (`DoorShut`) gives way to the next; the last one's reason is the error.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final, Protocol

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page

from automation.access.named_org import NamedOrg
from automation.access.navigation import open_address
from automation.errors import NotPermitted
from automation.salesforce import hosts
from automation.secrets import Secret

if TYPE_CHECKING:
    from automation.settings import Settings

ENTRANCE: Final = "/lightning/setup/ManageExternalClientApplication/home"
"""Where a run wants to be once it is in: the list of External Client Apps."""


PAST_SSO: Final = "/?login"
"""Salesforce's documented way to the login form of an org that sends users to single sign-on by itself."""


class DoorShut(NotPermitted):
    """This way in does not lead into the org; another one may."""

    kind = "door_shut"
    recovery = "Renew this way in, or set SF_USERNAME and SF_PASSWORD."


class Door(Protocol):
    """One way in."""

    @property
    def name(self) -> str:
        """For messages: ``the saved session``."""

    @property
    def types_password(self) -> bool:
        """Whether a login page is what this door expects."""

    @property
    def opens_again(self) -> bool:
        """Whether it may be opened a second time in a run."""

    def open(self, page: Page) -> None:
        """Bring the browser to the first page.

        Raises:
            DoorShut: known before any page was opened.
            OrgUnavailable: the org does not answer.
        """


class PasswordDoor:
    """The login page of ``SF_LOGIN_URL``, asked to lead on to Setup."""

    name = "user name and password"
    types_password = True
    opens_again = True

    def __init__(self, login_url: str, timeout: float, ca_file: Path | None = None) -> None:
        self._login_url = login_url
        self._ca_file = ca_file
        self._timeout = timeout

    def open(self, page: Page) -> None:
        """Open the login page. ``startURL`` saves a page; a login that ignores it is led to Setup afterwards.

        A URL with ``?login`` is opened as it is, since it is documented in that form alone.
        """
        from urllib.parse import quote

        past_sso = self._login_url.endswith(PAST_SSO)
        url = self._login_url if past_sso else f"{self._login_url}/?startURL={quote(ENTRANCE, safe='')}"
        open_address(page, url, self._timeout, self._ca_file)


class FrontdoorDoor:
    """A one-time link. It is used once in the life of this process, and never shown."""

    name = "the one-time link of SF_FRONTDOOR_URL"
    types_password = False
    opens_again = False
    _used: ClassVar[set[Secret]] = set()

    def __init__(self, link: Secret, timeout: float, ca_file: Path | None = None, org: NamedOrg | None = None) -> None:
        self._ca_file = ca_file
        self._org = org
        self._link = link
        self._timeout = timeout

    def open(self, page: Page) -> None:
        """Open the link. Raises DoorShut when it was used before, ForeignHost when it leads to another org."""
        if self._org is not None:
            self._org.require_link(self._link.reveal(), "The link of SF_FRONTDOOR_URL")
        if self._link in self._used:
            raise DoorShut(f"{self.name} was used already; such a link works once.", next="Make a new link.")
        self._used.add(self._link)
        open_address(page, self._link.reveal(), self._timeout, self._ca_file)


class SessionDoor:
    """Cookies of a browser session that was saved as Playwright's storage state."""

    name = "the saved session of SF_STORAGE_STATE"
    types_password = False
    opens_again = True

    def __init__(self, file: Path, login_url: str, timeout: float, ca_file: Path | None = None) -> None:
        self._ca_file = ca_file
        self._file = file
        self._login_url = login_url
        self._timeout = timeout

    def open(self, page: Page) -> None:
        """Take over the cookies of Salesforce hosts, and go to Setup; the org says whether they are still good."""
        cookies = [cookie for cookie in self._cookies() if _is_salesforce(str(cookie.get("domain", "")))]
        for cookie in cookies:
            Secret(str(cookie.get("value", "")))
        try:
            page.context.add_cookies(cookies)
        except PlaywrightError:
            raise DoorShut(f"{self._file} holds cookies that a browser does not take.") from None
        open_address(page, self._login_url + ENTRANCE, self._timeout, self._ca_file)

    def _cookies(self) -> list[Any]:
        try:
            state = json.loads(self._file.read_text(encoding="utf-8"))
            cookies = state["cookies"]
        except OSError as error:
            raise DoorShut(f"{self._file} can't be read: {error.strerror}.") from None
        except (ValueError, KeyError, TypeError):
            raise DoorShut(f"{self._file} is no storage state of Playwright.") from None
        return [cookie for cookie in cookies if isinstance(cookie, dict)]


def _is_salesforce(domain: str) -> bool:
    """Whether a cookie of this domain belongs to a host of an org. ``.salesforce.com`` is the parent of all of them."""
    bare = domain.lstrip(".")
    return hosts.is_org_host(bare) or bare in ("salesforce.com", "force.com", "salesforce-setup.com")


def doors(settings: Settings) -> list[Door]:
    """The configured ways in, in the order in which they are tried."""
    from automation.access.cli import CliDoor
    from automation.access.production import ProductionDoor

    found: list[Door] = []
    timeout, ca_file = settings.timeout_page, settings.sf_ca_file
    if settings.sf_storage_state:
        found.append(SessionDoor(settings.sf_storage_state, f"https://{settings.host}", timeout, ca_file))
    if settings.sf_cli_org:
        found.append(CliDoor(settings.sf_cli_org, settings, timeout))
    if settings.sf_frontdoor_url:
        found.append(FrontdoorDoor(settings.sf_frontdoor_url, timeout, ca_file, NamedOrg(settings.host)))
    if settings.sf_production_url and settings.sf_production_token:
        found.append(ProductionDoor(settings.sf_production_url, settings.sf_production_token, settings))
    if settings.sf_username and settings.sf_password:
        found.append(PasswordDoor(settings.sf_login_url, timeout, ca_file))
    return found
