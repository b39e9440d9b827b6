"""Straight-line scripts of the same procedure, to compare with: ``python -m tests.bench.by_hand literal|naive|floor``.

- *literal*: the document word by word, as a recorder would write it: the way to the app three times, two saves.
- *naive*: the same with ``networkidle`` after each page and the fixed sleeps that public scripts have.
- *floor*: each page that can't be left out once, each necessary action once, one save, no check of anything.

They read no state, prove nothing, keep nothing and stop at the first surprise. Settings come from the environment, as
for the product, and the browser is started in the same way; but only *floor* asks pages not to animate, which no recorder does.
"""

from __future__ import annotations

import json
import re
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from imapclient import IMAPClient
from playwright.sync_api import Locator, Page

from automation.browser import new_context, open_browser
from automation.network.http import ssl_context
from automation.settings import Settings, load_settings
from automation.settings.urls import imap_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NAME = "ServiceMax Service Board Sync"
MANAGER = "/lightning/setup/ManageExternalClientApplication/home"
SCOPES = ("Access the identity URL service (id, profile, email, address, phone)", "Manage user data via APIs (api)")
TICK = "Enable Client Credentials Flow"

SLEEP_PAGE_MS, SLEEP_CLICK_MS = 2_000, 500
"""Assumed: two seconds after a page and half a second after a click. Evidence has fixed sleeps of 8 to 15 s on Setup pages
(`setup-ui` 11, PUP), so this is kind to the naive way."""


class Codes:
    """The newest code in the mailbox."""

    def __init__(self, settings: Settings) -> None:
        assert settings.sf_imap_url
        assert settings.sf_imap_username
        assert settings.sf_imap_password
        at = imap_server(settings.sf_imap_url)
        self._box = IMAPClient(at.host, at.port, ssl=at.tls, ssl_context=ssl_context(settings.sf_ca_file))
        self._box.login(settings.sf_imap_username, settings.sf_imap_password.reveal())
        self._seen = int(self._box.select_folder(at.folder, readonly=True)[b"UIDNEXT"]) - 1

    def next(self) -> str:
        """Wait for the next code."""
        while True:
            self._box.noop()
            for uid in [uid for uid in self._box.search(["UID", f"{self._seen + 1}:*"]) if uid > self._seen]:
                self._seen = uid
                found = re.search(rb": (\d{6})\b", self._box.fetch([uid], ["BODY.PEEK[]"])[uid][b"BODY[]"])
                if found:
                    return found.group(1).decode()
            self._box.idle()
            self._box.idle_check(timeout=0.5)
            self._box.idle_done()


@dataclass
class Script:
    """The parts of the procedure. ``after_page`` and ``after_click`` do nothing, or wait as a naive script does."""

    page: Page
    settings: Settings
    codes: Codes
    naive: bool = False
    parts: dict[str, float] = field(default_factory=dict)
    """Seconds by part of the procedure."""

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        began = time.monotonic()
        yield
        self.parts[name] = round(time.monotonic() - began, 3)

    def after_page(self) -> None:
        if self.naive:
            self.page.wait_for_load_state("networkidle")
            self.page.wait_for_timeout(SLEEP_PAGE_MS)

    def click(self, what: Locator) -> None:
        what.click()
        if self.naive:
            self.page.wait_for_timeout(SLEEP_CLICK_MS)

    def tick(self, label: str) -> None:
        self.page.get_by_role("checkbox", name=label).press("Space")
        self.click(self.page.get_by_role("button", name="OK", exact=True))

    def box(self, label: str) -> Locator:
        return self.page.get_by_role("textbox", name=re.compile(rf"^\s*\*?\s*{re.escape(label)}")).filter(visible=True)

    def button(self, label: str) -> Locator:
        return self.page.get_by_role("button", name=label, exact=True).filter(visible=True)

    def log_in(self) -> None:
        assert self.settings.sf_username
        assert self.settings.sf_password
        self.page.goto(f"https://{self.settings.host}/?startURL={MANAGER.replace('/', '%2F')}")
        self.page.locator("#username").fill(self.settings.sf_username)
        self.page.locator("#password").fill(self.settings.sf_password.reveal())
        self.click(self.page.locator("#Login"))
        self.verify(self.page)
        self.page.wait_for_url("**/lightning/setup/**", wait_until="commit")
        self.after_page()

    def verify(self, page: Page) -> None:
        code = page.get_by_label("Verification Code")
        code.wait_for()
        code.fill(self.codes.next())
        self.click(page.locator("#save"))

    def manager(self) -> None:
        host = self.settings.host.replace(".my.salesforce.com", ".my.salesforce-setup.com")
        self.page.goto(f"https://{host}{MANAGER}")
        self.after_page()

    def way_to_app(self) -> None:
        self.manager()
        self.click(self.page.get_by_role("link", name=NAME, exact=True))
        self.page.get_by_role("tab", name="Policies").wait_for()
        self.after_page()

    def create(self) -> None:
        self.click(self.page.get_by_role("button", name="New External Client App"))
        self.box("External Client App Name").fill(NAME)
        self.page.keyboard.press("Tab")
        self.box("Contact Email").fill(str(self.settings.eca_contact_email))
        if self.button("API (Enable OAuth Settings)").get_attribute("aria-expanded") == "false":
            self.click(self.button("API (Enable OAuth Settings)"))
        self.page.get_by_role("checkbox", name="Enable OAuth").press("Space")
        self.box("Callback URL").fill(str(self.settings.eca_callback_url))
        available = self.page.get_by_role("listbox", name="Available OAuth Scopes")
        for scope in SCOPES:
            self.click(available.get_by_role("option", name=scope, exact=True))
            self.click(self.page.get_by_role("button", name=re.compile(r"^(Move (selection )?to )?Selected OAuth Scopes$")))
        self.tick(TICK)
        self.click(self.button("Create"))
        self.page.get_by_role("tab", name="Policies").wait_for()
        self.after_page()

    def edit_policies(self) -> None:
        self.click(self.page.get_by_role("tab", name="Policies"))
        self.click(self.button("Edit"))
        self.click(self.button("OAuth Policies"))

    def allow_flow(self) -> None:
        self.tick(TICK)
        self.box("Run As (Username)").fill(str(self.settings.eca_run_as))

    def relax_ip(self) -> None:
        self.click(self.page.get_by_role("combobox", name=re.compile("IP Relaxation")))
        self.click(self.page.get_by_role("option", name="Relax IP restrictions", exact=True))

    def save(self) -> None:
        self.click(self.button("Save").first)
        self.button("Edit").wait_for()
        self.after_page()

    def reveal(self) -> None:
        self.click(self.page.get_by_role("tab", name="Settings"))
        if not self.button("Consumer Key and Secret").count():
            self.click(self.button("OAuth Settings"))
        with self.page.expect_popup() as opened:
            self.click(self.button("Consumer Key and Secret"))
        self.verify(opened.value)
        for part in ("consumerKey", "consumerSecret"):
            assert len(opened.value.locator(f"[id$='{part}']").inner_text()) > 20


def literal(script: Script) -> None:
    """Sections 1 to 4 of the document, each with its own way to the app."""
    with script.part("log in"):
        script.log_in()
    with script.part("create"):
        script.manager()
        script.create()
    with script.part("policies"):
        script.way_to_app()
        script.edit_policies()
        script.allow_flow()
        script.save()
        script.way_to_app()
        script.edit_policies()
        script.relax_ip()
        script.save()
    with script.part("reveal"):
        script.way_to_app()
        script.reveal()


def floor(script: Script) -> None:
    """What can't be left out, once each."""
    with script.part("log in"):
        script.log_in()
    with script.part("create"):
        script.create()
    with script.part("policies"):
        script.edit_policies()
        script.allow_flow()
        script.relax_ip()
        script.save()
    with script.part("reveal"):
        script.reveal()


WAYS: dict[str, Callable[[Script], None]] = {"literal": literal, "naive": literal, "floor": floor}


def main() -> None:
    """Do it once. What it has taken is measured by whoever started it; the seconds by parts are printed, as JSON."""
    settings = load_settings(dotenv=None)
    codes = Codes(settings)
    with open_browser(settings) as browser:
        context = new_context(browser, settings, reduced_motion="reduce" if sys.argv[1] == "floor" else "no-preference")
        script = Script(context.new_page(), settings, codes, naive=sys.argv[1] == "naive")
        WAYS[sys.argv[1]](script)
        context.close()
    print(json.dumps(script.parts))


if __name__ == "__main__":
    main()
