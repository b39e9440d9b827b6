"""What a run must not do: work on an org that was not meant, or beside another run on the same; and observers that see to it."""

from __future__ import annotations

from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

from automation.errors import AnotherRun, ProductionRefused
from automation.salesforce.hosts import LOGIN_HOSTS, is_production
from automation.secrets.files import user_lock

if TYPE_CHECKING:  # nothing of a browser is loaded where only the lock is needed
    from playwright.sync_api import Page

    from automation.settings import Settings
    from automation.steps import Step, StepResult
    from flows.attempt import Attempt


def require_named(host: str, allowed: str | None, login_host: str | None = None) -> None:
    """Refuse a host that may be production's, unless it was confirmed.

    Args:
        allowed: what ``--allow-production`` names.
        login_host: after login, the host that the login began on. Whoever began on ``login.salesforce.com`` and named
            exactly that, accepted whatever production org the user belongs to.

    Raises:
        ProductionRefused: it was not confirmed, or another one was.
    """
    if not is_production(host) or allowed == host:
        return
    if login_host in LOGIN_HOSTS and allowed == login_host:
        return
    if host in LOGIN_HOSTS and allowed is not None and is_production(allowed) and allowed not in LOGIN_HOSTS:
        return  # the My Domain was named; it is compared once the login has led there
    named = f" --allow-production names {allowed}." if allowed else ""
    raise ProductionRefused(
        f"{host} may be a production org.{named}", next=f"If you really mean production, confirm it with --allow-production {host}"
    )


def org_lock(host: str, wait: float = 0) -> AbstractContextManager[None]:
    """Hold the lock of an org. The operating system releases it when the process ends, however it ends.

    ``wait``: seconds to wait for another run to end.

    Raises:
        AnotherRun: it did not.
        SettingsError: as `user_lock`.
    """
    return user_lock(host, wait, AnotherRun(f"Another run is working on {host}."))


@dataclass
class HostGuard:
    """Keeps a run on its org. ``locked``: names of locks that are held.

    A login on ``login.salesforce.com``, a CLI alias or a one-time link can lead to any org, so the host that was really reached is
    held against what was allowed, and locked. A step that was led to a foreign host later ends the run, whatever came of it; a
    pair that was read is delivered first.
    """

    attempt: Attempt
    locks: ExitStack
    locked: set[str] = field(default_factory=set)

    def step_started(self, step: Step) -> None: ...

    def step_ended(self, result: StepResult) -> None:
        run, host = self.attempt, self.attempt.state.host
        if result.result not in ("changed", "unchanged"):
            return
        if not result.step.login:
            if run.watch.met and run.state.credentials is None:
                raise run.watch.error(step=result.id)
            return
        if host not in self.locked:
            require_named(host, run.options.allow_production, login_host=run.settings.host)
            self.locks.enter_context(org_lock(host))
            self.locked.add(host)
        run.watch.forget()  # a person may have logged in elsewhere


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
