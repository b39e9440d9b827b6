"""What steps may ask for: one toolbox per attempt, with a fresh context, the pages, and the verification methods."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, Page
from playwright.sync_api import Error as PlaywrightError

from automation.access.named_org import HostWatch
from automation.artifacts import ArtifactsRecorder
from automation.browser import new_context
from automation.browser.page_loads import Losses
from automation.errors import RunbookError, SessionLost, UnexpectedPage
from automation.report.console import Console
from automation.settings import Settings
from automation.settings.app_spec import AppSpec
from automation.settings.options import Options
from automation.steps import registered
from automation.steps.covered import Covered
from automation.steps.runner import Toolbox
from flows.app.app_in_org import AppInOrg
from flows.app.state import OrgState
from flows.pages.base import PageObject, Timeouts
from flows.pages.labels import Labels
from flows.pages.setup_page import SetupPage
from flows.verification.log_out import log_out
from flows.verification.methods import HIDES_THE_CAUSE, IdentityVerification


@dataclass
class Workbench:
    """An attempt's page and tools."""

    page: Page
    toolbox: Toolbox
    recorder: ArtifactsRecorder
    losses: Losses
    watch: HostWatch

    def explained(self, error: RunbookError) -> RunbookError:
        """What is behind an error about a page: a foreign host, a session that ended, files that did not load, or just itself.

        A page that turns into the login page may do so between two checks, where only a missing control is noticed.
        """
        step = registered(error.step)
        at_login = step is not None and step.login
        if self.watch.met and not at_login and isinstance(error, HIDES_THE_CAUSE):
            return self.watch.error(step=error.step, evidence=error.evidence)
        if not isinstance(error, UnexpectedPage) or at_login or not self.toolbox.get(SetupPage).is_login():
            return self._with_cover(self.losses.explained(error))
        lost = SessionLost("The org asked to log in again while the run was at work.", evidence=error.evidence)
        lost.step = error.step
        return lost

    def _with_cover(self, error: RunbookError) -> RunbookError:
        """Names what covered a control, so that a person can close it; not while secrets may be on the page."""
        if isinstance(error, Covered) and self.recorder.recording_allowed:
            error.look(self.page)
        return error


@contextmanager
def workbench(
    browser: Browser,
    settings: Settings,
    spec: AppSpec,
    options: Options,
    state: OrgState,
    console: Console,
    recorder: ArtifactsRecorder,
) -> Iterator[Workbench]:
    """Open a context and lay out the tools; closes both at the end.

    Raises:
        SettingsError: a code source or the label file is not right.
    """
    labels = Labels(state.language, settings.labels_file)
    verification = IdentityVerification.from_settings(
        settings, labels, person=options.headed, notify=console.note, enrol_passkey=options.enrol_passkey
    )
    context = new_context(browser, settings, headed=options.headed)
    try:
        page = context.new_page()
        recorder.attach(context)
        toolbox = Toolbox()
        toolbox.provide(toolbox, settings, spec, options, state, console, recorder, labels, verification, context, page)
        timeouts = Timeouts(settings.timeout_page, settings.timeout_action, settings.timeout_save)
        toolbox.make(PageObject, lambda kind: kind(page, toolbox.get(Labels), timeouts))
        toolbox.provide(toolbox.call(AppInOrg))
        watch = HostWatch(verification.org, attended=options.headed)
        with watch.following(page):
            yield Workbench(page, toolbox, recorder, Losses(page), watch)
    finally:
        verification.close()
        recorder.detach()
        if verification.own_session:
            log_out(context, state.host)
        _close(context)


def _close(context: Any) -> None:
    try:
        context.close()
    except PlaywrightError:
        return  # the browser went first
