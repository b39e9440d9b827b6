"""Looking for the wanted app before anything is made, so that there are never two and never a stranger's is touched."""

from __future__ import annotations

from automation.errors import AmbiguousApp
from automation.settings.app_spec import AppSpec
from flows.app.state import OrgState
from flows.pages.app_manager import App, AppManager
from flows.pages.app_page import AppNotLoaded, AppPage
from flows.pages.settings_tab import SettingsTab


def find_app(
    manager: AppManager, page: AppPage, settings: SettingsTab, spec: AppSpec, state: OrgState, *, again: bool = True
) -> bool:
    """Open the wanted app if the list has it; the list must be open. Leaves the browser on the app's Settings tab.

    Name and API name must both match: the list shows only names, so the API name is read on the page of each app so named.
    ``again``: one that does not load is entered a second time.

    Raises:
        AmbiguousApp: apps of this name exist, and none has the wanted API name.
        AppNotLoaded: the app's page shows an error, again after it was entered a second time.
    """
    others: dict[App, str] = {}
    while (app := manager.find(spec.name, others)) is not None:
        try:
            _open(manager, page, app)
        except AppNotLoaded:
            if not again:
                raise
            manager.open(state.setup_url)
            manager.find(spec.name, others)
            _open(manager, page, app)
        settings.select()
        settings.open_basic_section()
        api_name = settings.api_name() or ""
        if api_name.casefold() == spec.api_name.casefold():
            remember_app(page, state)
            return True
        others[app] = api_name or "(not readable)"
        manager.open(state.setup_url)
    if others:
        there = ", ".join(others.values())
        raise AmbiguousApp(f'An app named "{spec.name}" is there, but its API name is {there} and not {spec.api_name}.')
    return False


def _open(manager: AppManager, page: AppPage, app: App) -> None:
    """Open an app of the list. A click on a row that a moving list has just drawn again is lost, so one may follow."""
    manager.open_app(app)
    if not page.comes(page.timeouts.action) and manager.shows(app):
        manager.open_app(app)
    page.wait()


def remember_app(page: AppPage, state: OrgState) -> None:
    """Keep the id and the address of the app whose page is open."""
    state.app_exists = True
    state.app_id = page.app_id()
    state.detail_url = page.address()
