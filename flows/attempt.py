"""One attempt at the steps, in a browser context of its own: what they work with, and what may be behind an error."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from playwright.sync_api import Browser, Page
from playwright.sync_api import Error as PlaywrightError

from automation.access.named_org import HostWatch
from automation.artifacts import ArtifactsRecorder
from automation.browser import new_context
from automation.browser.page_loads import Losses
from automation.errors import RunbookError, SessionLost, UnexpectedPage
from automation.settings import Settings
from automation.settings.app_spec import AppSpec
from automation.settings.options import Options
from automation.steps import registered
from automation.steps.covered import Covered
from flows.app.app_in_org import AppInOrg
from flows.app.policies import AppPolicies
from flows.app.reveal import Reveal
from flows.app.settings import AppSettings
from flows.app.state import OrgState
from flows.pages.app_manager import AppManager
from flows.pages.app_page import AppPage
from flows.pages.base import Timeouts
from flows.pages.confirmation import Confirmation
from flows.pages.create_form import CreateForm
from flows.pages.labels import Labels
from flows.pages.overlays import Overlays
from flows.pages.settings_tab import SettingsTab
from flows.verification.log_out import log_out
from flows.verification.methods import HIDES_THE_CAUSE, IdentityVerification


@dataclass
class Attempt:
    """What every step is called with. The page objects of the app's tabs keep what they have read and edited."""

    page: Page
    settings: Settings
    spec: AppSpec
    options: Options
    state: OrgState
    recorder: ArtifactsRecorder
    verification: IdentityVerification

    def __post_init__(self) -> None:
        self.labels, self.losses = self.verification.labels, Losses(self.page)
        self.watch = HostWatch(self.verification.org, attended=self.options.headed)
        times = Timeouts(self.settings.timeout_page, self.settings.timeout_action, self.settings.timeout_save)
        on = (self.page, self.labels, times)
        self.overlays = Overlays(*on)
        self.manager = AppManager(*on)
        self.form = CreateForm(*on)
        self.app = AppInOrg(AppPage(*on), self.manager, SettingsTab(*on), Confirmation(*on), self.spec, self.state)
        self.existing = AppSettings(self.app)
        self.policies = AppPolicies(self.app)
        self.reveal = Reveal(*on)

    def explained(self, error: RunbookError) -> RunbookError:
        """What is behind an error about a page: a foreign host, a session that ended, files that did not load, or just itself.

        A page that turns into the login page may do so between two checks, where only a missing control is noticed.
        """
        step = registered(error.step)
        at_login = step is not None and step.login
        if self.watch.met and not at_login and isinstance(error, HIDES_THE_CAUSE):
            return self.watch.error(step=error.step, evidence=error.evidence)
        if not isinstance(error, UnexpectedPage) or at_login or not self.manager.is_login():
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
def begun_attempt(
    browser: Browser,
    settings: Settings,
    spec: AppSpec,
    options: Options,
    state: OrgState,
    recorder: ArtifactsRecorder,
    notify: Callable[[str], None],
) -> Iterator[Attempt]:
    """Begin an attempt in a fresh context, which is closed at the end. Raises SettingsError for a code source or the label file."""
    labels = Labels(state.language, settings.labels_file)
    verification = IdentityVerification.from_settings(
        settings, labels, person=options.headed, notify=notify, enrol_passkey=options.enrol_passkey
    )
    context = new_context(browser, settings, headed=options.headed)
    try:
        page = context.new_page()
        recorder.attach(context)
        attempt = Attempt(page, settings, spec, options, state, recorder, verification)
        with attempt.watch.following(page):
            yield attempt
    finally:
        verification.close()
        recorder.detach()
        if verification.own_session:
            log_out(context, state.host)
        with suppress(PlaywrightError):  # the browser went first
            context.close()
