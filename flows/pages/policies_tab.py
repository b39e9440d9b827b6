"""The tab ``Policies`` of an app (steps 2.3 to 3.5).

``Run As (Username)`` is a text box in all evidence (GS), and perhaps a lookup with suggestions in some org.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from playwright.sync_api import Locator

from automation.browser.race import Outcome, race
from automation.errors import ElementNotFound, UnexpectedPage
from flows.pages.app_page import AppTab
from flows.pages.checkbox import Checkbox
from flows.pages.choice import Choice
from flows.pages.fields import TextField
from flows.pages.sections import open_section
from flows.pages.snapshot import take

IP_LABELS = {
    "Enforce": "policies.ip_enforce",
    "Enforce_RelaxRefresh": "policies.ip_enforce_relax_refresh",
    "Bypass_2factor": "policies.ip_bypass_2factor",
    "Bypass": "policies.ip_bypass",
}
"""API value of an IP relaxation to the key of its label (evidence: setup-ui 5.2, org-access 5.2)."""

SUGGESTIONS = 3.0
"""Seconds in which suggestions may appear after a username, or its last letter again, was typed into a lookup."""


@dataclass(frozen=True)
class PolicyValues:
    """What the tab shows. None: not there, or shown in a way that could not be read in view mode."""

    client_credentials: bool | None
    run_as: str | None
    ip_relaxation: str | None


class RunAsField(TextField):
    """Takes the username as text. A lookup (guess; variant ``run_as_widget``) gets its exact suggestion picked."""

    def set(self, value: str) -> None:
        """Type the username; in a lookup pick the suggestion for exactly this user, if one is offered.

        Raises:
            ElementNotFound: no such field, or several suggestions for this username.
            UnexpectedPage: the field did not keep the user.
        """
        box = self._here("textbox").or_(self._here("combobox"))
        self._fill(box, "textbox", value)
        if box.get_attribute("role") == "combobox":
            self._pick(value)
        box.press("Tab")
        self._expect_value(box, value)

    def _pick(self, username: str) -> None:
        """Choose the suggestion that names exactly this user; the text stays as typed when none does."""
        options = self._suggestions(username)
        if not self._comes(options):  # some lists listen to keys, and not to what is in the box
            self._here("combobox").press("End")
            self._here("combobox").press("Backspace")
            self._here("combobox").press_sequentially(username[-1])
            if not self._comes(options):
                return
        if options.count() > 1:
            raise ElementNotFound(f'"{self.label}" suggests {options.count()} users {username}; picking one would be a guess.')
        options.click()

    def _comes(self, options: Locator) -> bool:
        try:
            race(self.page, "suggestions", [Outcome("the user", element=options)], SUGGESTIONS)
        except UnexpectedPage:
            return False
        return True

    def _suggestions(self, username: str) -> Locator:
        """``admin@acme.com`` is part of ``admin@acme.com.dev``, so the name has to end where the configured one does."""
        whole = re.compile(rf"(?<![\w.+@-]){re.escape(username)}(?![\w+@-]|\.\w)", re.IGNORECASE)
        return self.page.get_by_role("option", name=whole).filter(visible=True)


class PoliciesTab(AppTab):
    """App Policies and OAuth Policies."""

    tab_key = "detail.policies"

    def open_oauth_section(self) -> None:
        """Open ``OAuth Policies``, which is closed in view mode and may or may not open by itself on ``Edit``."""
        content = self.ip_relaxation.control.or_(
            self.region.get_by_text(self.labels.pattern("policies.ip_relaxation")).filter(visible=True)
        )
        if self.ip_relaxation.there():
            return
        open_section(self.region, self.labels, "detail.oauth_policies_section", content, self.timeouts.action)
        known_by = (("button", "detail.oauth_policies_section"), ("combobox", "policies.ip_relaxation"))
        shown = Outcome("OAuth policies", element=content)
        self.arrive("the OAuth policies", [shown], self.timeouts.action, by=known_by)

    @property
    def client_credentials(self) -> Checkbox:
        """``Enable Client Credentials Flow``: another switch than the one in Settings, off at first."""
        return Checkbox(self.region, self.labels, "policies.client_credentials", self.timeouts.action)

    @property
    def run_as(self) -> RunAsField:
        """``Run As (Username)``: only there once the flow is ticked."""
        return RunAsField(self.region, self.labels, "policies.run_as", self.timeouts.action)

    @property
    def ip_relaxation(self) -> Choice:
        return Choice(self.region, self.labels, "policies.ip_relaxation", self.timeouts.action)

    @property
    def flows_appear_here(self) -> Locator:
        """The sentence in place of the switches while no flow of the Settings has arrived here."""
        return self.sentence("policies.flows_appear_here")

    def read(self) -> PolicyValues:
        """Read the three documented policies, in one round trip where the tab is clear; the section must be open."""
        seen = take(self.region)
        return PolicyValues(
            replace(self.client_credentials, seen=seen).state(),
            replace(self.run_as, seen=seen).value(),
            replace(self.ip_relaxation, seen=seen).value(),
        )
