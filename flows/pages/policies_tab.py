"""The tab ``Policies`` of an app (steps 2.3 to 3.5)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from playwright.sync_api import Locator

from automation.browser.race import Outcome
from flows.pages.app_page import AppTab
from flows.pages.checkbox import Checkbox
from flows.pages.choice import Choice
from flows.pages.run_as import RunAsField
from flows.pages.sections import open_section
from flows.pages.snapshot import take

IP_LABELS = {
    "Enforce": "policies.ip_enforce",
    "Enforce_RelaxRefresh": "policies.ip_enforce_relax_refresh",
    "Bypass_2factor": "policies.ip_bypass_2factor",
    "Bypass": "policies.ip_bypass",
}
"""API value of an IP relaxation to the key of its label (evidence: setup-ui 5.2, org-access 5.2)."""


@dataclass(frozen=True)
class PolicyValues:
    """What the tab shows. None: not there, or shown in a way that could not be read in view mode."""

    client_credentials: bool | None
    run_as: str | None
    ip_relaxation: str | None


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
