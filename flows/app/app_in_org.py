"""The configured app in the org: found in the list, opened, loaded again, and read.

It is searched before anything is created, so that there are never two, and no other app is changed.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from automation.errors import AmbiguousApp, UnexpectedPage
from automation.org_api import Reading
from automation.settings.app_spec import AppSpec
from automation.steps import Finding, skipped, unchanged
from flows.app.policies import AppPolicies
from flows.app.settings import AppSettings
from flows.app.state import OrgState
from flows.app.values import reading_of
from flows.pages.app_manager import App, AppManager
from flows.pages.app_page import AppNotLoaded, AppPage
from flows.pages.confirmation import Confirmation
from flows.pages.settings_tab import SettingsTab


@dataclass(frozen=True)
class AppInOrg:
    """Where the configured app is in the org, and the way there: Manager > the app > a tab."""

    page: AppPage
    manager: AppManager
    settings: SettingsTab
    confirmation: Confirmation
    spec: AppSpec
    state: OrgState

    def find(self, *, again: bool = True) -> bool:
        """Open the app if the list has it; the list must be open. Leaves the browser on the app's Settings tab.

        Name and API name must both match: the list shows only names, so the API name is read on the page of each app so named.

        With ``again``, an app that does not load is opened a second time.

        Raises:
            AmbiguousApp: apps of this name exist, and none has the configured API name.
            AppNotLoaded: the app's page shows an error, and showed it again when it was opened a second time.
        """
        others: dict[App, str] = {}
        while (app := self.manager.find(self.spec.name, others)) is not None:
            try:
                self._click(app)
            except AppNotLoaded:
                if not again:
                    raise
                self.manager.open(self.state.setup_url)
                self.manager.find(self.spec.name, others)
                self._click(app)
            api_name = self._api_name()
            if api_name.casefold() == self.spec.api_name.casefold():
                self.remember()
                return True
            others[app] = api_name or "(not readable)"
            self.manager.open(self.state.setup_url)
        if others:
            there, name = ", ".join(others.values()), self.spec.api_name
            raise AmbiguousApp(f'An app named "{self.spec.name}" exists, but its API name is {there} and not {name}.')
        return False

    def _click(self, app: App) -> None:
        """Open an app of the list. A click on a row that a moving list has just drawn again is lost, so one may follow."""
        self.manager.open_app(app)
        if not self.page.comes(self.page.timeouts.action) and self.manager.shows(app):
            self.manager.open_app(app)
        self.page.wait()

    def _api_name(self) -> str:
        self.settings.select()
        self.settings.open_basic_section()
        return self.settings.api_name() or ""

    def remember(self) -> None:
        """Keep the id and the URL of the app whose page is open."""
        self.state.app_exists = True
        self.state.app_id = self.page.app_id()
        self.state.detail_url = self.page.app_url()

    def find_in_list(self, *, again: bool = True) -> bool:
        """As `find`, with the list loaded first."""
        self.manager.open(self.state.setup_url)
        return self.find(again=again)

    @property
    def _is_open(self) -> bool:
        return self.state.app_exists and self.page.is_open()

    def open_manager(self) -> Finding:
        """Steps 2.1 and 4.1: the list, opened only when the app's URL is not known yet."""
        if self.state.detail_url is not None:
            return skipped("the app's own page is open already, or is opened by its URL, which is known")
        if self._is_open:
            return skipped("the app's own page is open already")
        self.manager.open(self.state.setup_url)
        return unchanged("the External Client App Manager is open")

    def open(self) -> Finding:
        """Steps 2.2 and 4.2: the app's page, by its URL when that is known, else from the list, which is open then."""
        if not self._is_open and not (self.find() if self.state.detail_url is None else self.reload()):
            raise UnexpectedPage(
                f'The list has no app "{self.spec.name}".', next="Run without --from, so that the app is created first."
            )
        return unchanged(f'the page of "{self.spec.name}" is open')

    def reload(self) -> bool:
        """Load the app's page again, by its URL or from the list. Returns whether the app is there.

        From the list where the URL is the list's own, or shows an error in place of the app.
        """
        if self.state.detail_url is not None:
            with suppress(AppNotLoaded):
                self.page.open(self.state.detail_url)
                return True
        return self.find_in_list(again=self.state.detail_url is None)

    def read(self) -> Reading:
        """The app as its pages show it; an empty reading when the run did not reach its page, or the app was deleted.

        The page is loaded again, so that what the org holds is read and not what the page remembers.
        """
        if not self.state.app_exists or not self.reload():
            return Reading()
        policies = AppPolicies(self).values()
        if not self.reload():  # also leaves edit mode, which reading the policies may have needed
            return Reading()
        return reading_of(AppSettings(self).values(), policies, self.spec, self.page.labels)
