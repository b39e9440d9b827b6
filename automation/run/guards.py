"""Observers of a run that act: the production guard after login, the lock of the org's real host, the pause."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field, fields, replace
from typing import Any

from playwright.sync_api import Page

from automation.access.named_org import HostWatch
from automation.run.lock import org_lock
from automation.run.production import require_named
from automation.settings import Settings
from automation.settings.options import Options
from automation.steps import Step
from automation.steps.runner import StepResult
from flows.app.state import OrgState


@dataclass
class HostGuard:
    """After login, holds the host that was really reached against what was allowed, and locks it.

    A login on ``login.salesforce.com``, a CLI alias or a one-time link can lead to any org.
    """

    settings: Settings
    options: Options
    state: OrgState
    locks: ExitStack
    locked: set[str] = field(default_factory=set)

    def step_started(self, step: Step) -> None: ...

    def step_ended(self, result: StepResult) -> None:
        if not result.step.login or result.result == "failed" or self.state.host in self.locked:
            return
        require_named(self.state.host, self.options.allow_production, login_host=self.settings.host)
        self.locks.enter_context(org_lock(self.state.host))
        self.locked.add(self.state.host)


@dataclass
class Stay:
    """Ends the run when a step was led to a foreign host, whatever came of it; a pair that was read is delivered first."""

    watch: HostWatch
    state: OrgState

    def step_started(self, step: Step) -> None: ...

    def step_ended(self, result: StepResult) -> None:
        if result.result not in ("changed", "unchanged"):
            return
        if result.step.login:
            self.watch.forget()  # a person may have logged in elsewhere
        elif self.watch.met and self.state.credentials is None:
            raise self.watch.error(step=result.id)


FOR_A_DEBUGGER = 86_400.0
"""Seconds: with ``PWDEBUG`` a person steps through the calls, so no wait of ours may end meanwhile."""


def patient(settings: Settings) -> Settings:
    """The same settings with time limits that nobody meets."""
    limits: dict[str, Any] = {one.name: FOR_A_DEBUGGER for one in fields(settings) if one.name.startswith("timeout_")}
    return replace(settings, **limits)


@dataclass
class Pause:
    """Opens Playwright's inspector when a step begins."""

    step_id: str
    page: Page

    def step_started(self, step: Step) -> None:
        if step.id == self.step_id:
            self.page.pause()

    def step_ended(self, result: StepResult) -> None: ...
