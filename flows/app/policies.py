"""The Policies tab as the steps of sections 2 and 3 see it: read once, one visit, one Save."""

from __future__ import annotations

import time
from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from automation.browser.race import Outcome, race
from automation.errors import NotPropagatedYet, UnexpectedPage
from automation.steps import Difference
from flows.app.save import save_and_read
from flows.pages.base import PageObject
from flows.pages.policies_tab import IP_LABELS, PoliciesTab, PolicyValues

if TYPE_CHECKING:
    from flows.app.app_in_org import AppInOrg

RELOAD_EVERY = 20.0
"""Seconds between checks whether the flow enabled in Settings has reached the Policies (up to ~10 min: TOOLING)."""


class AppPolicies(PageObject):
    """Differences of the three documented policies, and how they are removed."""

    flow_off = False
    """Whether the flow is off in Settings, as in a plan that would enable it: its switch and Run As are not here then."""
    _values: PolicyValues | None = None

    def __init__(self, app: AppInOrg) -> None:
        super().__init__(app.page.page, app.page.labels, app.page.timeouts)
        self.app = app

    @cached_property
    def tab(self) -> PoliciesTab:
        return PoliciesTab(self.page, self.labels, self.timeouts)

    def values(self) -> PolicyValues:
        """The policies as the org shows them; edit mode is entered only when view mode can't be read."""
        if self._values is None:
            self._values = self._read()
        return self._values

    def _read(self) -> PolicyValues:
        tab = self.tab
        tab.select()
        tab.open_oauth_section()
        values = tab.read()
        if self._understood(values):
            return values
        if not tab.editing():
            self.edit()
            values = tab.read()
        return self._with_late_run_as(values)

    def _with_late_run_as(self, values: PolicyValues) -> PolicyValues:
        """In edit mode, ``Run As`` may appear a moment after the tick that it belongs to (a guess: nobody described it)."""
        if not values.client_credentials or values.run_as is not None:
            return values
        with suppress(UnexpectedPage):  # it is missing, then, and reported as a difference
            race(self.page, "Run As", [Outcome("Run As", element=self.tab.run_as.control)], self.timeouts.action)
        return replace(values, run_as=self.tab.run_as.value())

    def _understood(self, values: PolicyValues) -> bool:
        """Whether view mode shows everything: without the flow's box there is no Run As either."""
        flow_absent = values.client_credentials is None and self.tab.flows_appear_here.count() > 0
        flow_off = values.client_credentials is False or flow_absent
        flow_on = values.client_credentials is True and values.run_as is not None
        return values.ip_relaxation is not None and (flow_off or flow_on)

    def differences(self) -> dict[str, Difference]:
        """What differs from the configuration, by attribute of `PolicyValues`. What the page does not show yet is not counted."""
        values, labels, spec = self.values(), self.labels, self.app.spec
        found: dict[str, Difference] = {}
        if not values.client_credentials and not (values.client_credentials is None and self.flow_off):
            found["client_credentials"] = Difference(labels["policies.client_credentials"], "cleared", "ticked")
        if not self.run_as_hidden and (values.run_as or "").casefold() != spec.run_as.casefold():
            found["run_as"] = Difference(labels["policies.run_as"], values.run_as, spec.run_as)
        wanted_ip = IP_LABELS[spec.ip_relaxation]
        if not labels.same(wanted_ip, values.ip_relaxation):
            found["ip_relaxation"] = Difference(labels["policies.ip_relaxation"], values.ip_relaxation, labels[wanted_ip])
        return found

    @property
    def run_as_hidden(self) -> bool:
        """Whether ``Run As`` was not seen yet because the flow is not ticked."""
        values = self.values()
        return values.run_as is None and not values.client_credentials

    def look_at_run_as(self) -> None:
        """Read ``Run As`` when the tick has just made it appear; it may hold a user from before.

        It may appear only after a late confirmation was answered.
        """
        if not self.run_as_hidden:
            return
        now = self.tab.read()
        if now.client_credentials and now.run_as is None:
            self._wait_for_run_as()
            now = self.tab.read()
        if now.client_credentials:
            self._values = replace(self.values(), run_as=now.run_as or "")

    def _wait_for_run_as(self) -> None:
        with suppress(UnexpectedPage):  # filling it in says what is there instead
            shown = Outcome("Run As", element=self.tab.run_as.control)
            asked = Outcome("a confirmation", element=self.app.confirmation.modal_ok)
            if race(self.page, "Run As", [shown, asked], self.timeouts.action) is asked:
                self.app.confirmation.answer_modal(0)
                race(self.page, "Run As", [shown], self.timeouts.action)

    def edit(self) -> None:
        """Enter edit mode and make sure that OAuth Policies is open there."""
        self.tab.edit()
        self.tab.open_oauth_section()

    def wait_for_flow(self, limit: float) -> None:
        """Wait until the tick of the flow can be set, reloading now and then. Raises NotPropagatedYet after ``limit`` seconds."""
        deadline = time.monotonic() + limit
        usable = Outcome("tick can be set", fact=self._flow_usable)
        refused = Outcome("not yet", fact=self._flow_refused)
        while True:
            outcome = race(self.page, "the flow's tick on the Policies tab", [usable, refused], self.timeouts.action)
            if outcome is usable:
                return
            if time.monotonic() > deadline:
                raise NotPropagatedYet(
                    f'"{self.labels["policies.client_credentials"]}" can\'t be ticked on the Policies tab yet: the flow '
                    "enabled in Settings has not arrived there."
                )
            self._pause_and_reload(min(RELOAD_EVERY, max(1.0, limit / 10)))

    def _flow_usable(self) -> bool:
        return self.tab.client_credentials.enabled()

    def _flow_refused(self) -> bool:
        box = self.tab.client_credentials
        return self.tab.flows_appear_here.count() > 0 or (box.state() is False and not box.enabled())

    def _pause_and_reload(self, seconds: float) -> None:
        """The tick may become usable in place; only if it does not, the page is loaded again."""
        try:
            race(self.page, "the tick", [Outcome("usable", fact=self._flow_usable)], seconds)
        except UnexpectedPage:
            self.app.reload()
            self.tab.select()
            self.tab.open_oauth_section()
            self.edit()

    def save(self, only: Collection[str] | None = None) -> str:
        """Save once and make sure, as `save_and_read`, that the org holds all, or ``only`` these attributes of `PolicyValues`."""

        def left() -> list[str]:
            self._values = None
            return [str(difference) for name, difference in self.differences().items() if only is None or name in only]

        said = save_and_read(self.tab, "policies", self.app, left)
        self.app.state.policies_saved = True
        return said
