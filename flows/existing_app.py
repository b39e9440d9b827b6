"""Looking for the wanted app before anything is made, so that there are never two and never a stranger's is touched."""

from __future__ import annotations

from automation.app_spec import AppSpec
from automation.errors import AmbiguousApp
from automation.org_state import OrgState
from flows.pages.app_manager import AppManager
from flows.pages.app_page import AppNotLoaded, AppPage
from flows.pages.settings_tab import SettingsTab


def find_app(
    manager: AppManager, page: AppPage, settings: SettingsTab, spec: AppSpec, state: OrgState, *, again: bool = True
) -> bool:
    """Open the wanted app if the list has it; the list must be open. Leaves the browser on the app's Settings tab.

    Name and API name must both match: the list shows only names, so the API name is read on the app's page. ``again``: one
    that does not load is entered a second time.

    Raises:
        AmbiguousApp: apps of this name exist, and none has the wanted API name.
        AppNotLoaded: the app's page shows an error, again after it was entered a second time.
    """
    others: list[str] = []
    for nth in range(manager.find(spec.name)):
        if nth:
            manager.open(state.setup_url)
            manager.find(spec.name)
        try:
            _open(manager, page, spec.name, nth)
        except AppNotLoaded:
            if not again:
                raise
            manager.open(state.setup_url)
            manager.find(spec.name)
            _open(manager, page, spec.name, nth)
        settings.select()
        settings.open_basic_section()
        api_name = settings.api_name() or ""
        if api_name.casefold() == spec.api_name.casefold():
            remember_app(page, state)
            return True
        others.append(api_name or "(not readable)")
    if others:
        raise AmbiguousApp(f'An app named "{spec.name}" is there, but its API name is {", ".join(others)} and not {spec.api_name}.')
    return False


def _open(manager: AppManager, page: AppPage, name: str, nth: int) -> None:
    """Open an app of the list. A click on a row that a moving list has just drawn anew is lost, so one may follow."""
    manager.open_app(name, nth)
    if not page.comes(page.timeouts.action) and manager.shows(name):
        manager.open_app(name, nth)
    page.wait()


def remember_app(page: AppPage, state: OrgState) -> None:
    """Keep the id and the address of the app whose page is open."""
    state.app_exists = True
    state.app_id = page.app_id()
    state.detail_url = page.address()
