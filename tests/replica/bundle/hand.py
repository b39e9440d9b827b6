"""What the tests of the Setup pages share: a hand on the pages, signed in without the login pages.

Written without the product's page objects, so that a mistake in those can't hide one in the pages.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from playwright.sync_api import Locator, Page, expect

from tests.sessions import session_cookies

if TYPE_CHECKING:
    from automation.replica import OrgHandle

MANAGER = "/lightning/setup/ManageExternalClientApplication"
API_SECTION = "API (Enable OAuth Settings)"
TICK = "Enable Client Credentials Flow"
WAIT_MS = 15_000


def named(label: str) -> re.Pattern[str]:
    """A required field's name has a star in some releases of the base components."""
    return re.compile(rf"^\s*\*?\s*{re.escape(label)}\s*$")


@dataclass(frozen=True, slots=True)
class Hand:
    """Finds and does things on the Setup pages of one org."""

    page: Page
    org: OrgHandle

    @property
    def main(self) -> Locator:
        return self.page.get_by_role("main")

    def open(self, path: str = "/home") -> None:
        host = self.org.login_url.replace(".my.salesforce.com", ".my.salesforce-setup.com")
        self.page.goto(f"{host}{MANAGER}{path}")

    def new(self) -> None:
        self.open()
        self.button("New External Client App").click()
        expect(self.box("API Name")).to_be_visible()

    def detail(self, **app: Any) -> str:
        """Make an app in the org, without the form, and open its page. Returns its id."""
        made = make_app(self.org, **app)
        self.open(f"/{made}/detail")
        expect(self.tab("Policies")).to_be_visible()
        return made

    def box(self, label: str) -> Locator:
        return self.main.get_by_role("textbox", name=named(label))

    def tick(self, label: str = TICK) -> Locator:
        return self.main.get_by_role("checkbox", name=named(label))

    def button(self, label: str) -> Locator:
        return self.main.get_by_role("button", name=label, exact=True)

    def choice(self, label: str) -> Locator:
        return self.main.get_by_role("combobox", name=named(label))

    def tab(self, label: str) -> Locator:
        return self.main.get_by_role("tab", name=label, exact=True)

    def expand(self, label: str) -> None:
        if self.button(label).get_attribute("aria-expanded") == "false":
            self.button(label).click()
        expect(self.button(label)).to_have_attribute("aria-expanded", "true")

    def edit_policies(self) -> None:
        self.button("Edit").click()
        self.expand("OAuth Policies")

    def fill_form(self, name: str = "My Community") -> None:
        """Everything the create form demands."""
        self.box("External Client App Name").fill(name)
        self.page.keyboard.press("Tab")
        self.box("Contact Email").fill("ada@acme.example")
        self.expand(API_SECTION)
        self.tick("Enable OAuth").press("Space")
        self.box("Callback URL").fill("https://acme.example/oauth")
        self.page.get_by_role("listbox", name="Available OAuth Scopes").get_by_role(
            "option", name="Manage user data via APIs (api)"
        ).click()
        self.button_like(r"^(Move (selection )?to )?Selected OAuth Scopes$").click()

    def button_like(self, pattern: str) -> Locator:
        return self.main.get_by_role("button", name=re.compile(pattern))


class Pages(Protocol):
    """Makes a logged-in hand on a fresh org with variants."""

    def __call__(self, **variants: Any) -> Hand: ...


def make_app(org: OrgHandle, **changes: Any) -> str:
    """An app of the org with the client-credentials flow on. Returns its 15-character id."""
    flows = {"clientCredentials": changes.pop("flow", True)}
    oauth = {"enabled": True, "callbackUrl": "https://acme.example/oauth", "scopes": ["api"], "flows": flows}
    document = {"label": "My Community", "developerName": "My_Community", "contactEmail": "ada@acme.example", "oauth": oauth}
    return org.create_app({**document, "distributionState": "Local", **changes}).id15


def signed_in(page: Page, org: OrgHandle) -> Hand:
    """A hand on a page that may have been another org's: the admin's sessions take the place of what it had."""
    page.context.clear_cookies()
    page.context.add_cookies(session_cookies(org))
    return Hand(page, org)
