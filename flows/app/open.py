"""The way that the document repeats in sections 2, 3 and 4: Manager > the app > a tab."""

from __future__ import annotations

from contextlib import suppress

from automation.errors import UnexpectedPage
from automation.settings.app_spec import AppSpec
from automation.steps import Finding, skipped, unchanged
from flows.app.find import find_app
from flows.app.state import OrgState
from flows.pages.app_manager import AppManager
from flows.pages.app_page import AppNotLoaded, AppPage
from flows.pages.settings_tab import SettingsTab


def to_manager(page: AppPage, manager: AppManager, state: OrgState) -> Finding:
    """Manager: only opened when the way to the app is not known yet."""
    if page.is_open() and state.app_exists:
        return skipped("the app's own page is open already")
    if state.detail_url is not None:
        return skipped("the app's address is known; its page is opened directly")
    manager.open(state.setup_url)
    return unchanged("the External Client App Manager is open")


def to_app(page: AppPage, manager: AppManager, settings: SettingsTab, spec: AppSpec, state: OrgState) -> Finding:
    """The app's page, by its address when that is known."""
    if page.is_open() and state.app_exists:
        return unchanged(f'the page of "{spec.name}" is open')
    known = state.detail_url is not None  # else the list is open
    there = open_afresh(page, manager, settings, spec, state) if known else find_app(manager, page, settings, spec, state)
    if not there:
        raise UnexpectedPage(f'The list has no app "{spec.name}".', next="Run without --from, so that the app is created first.")
    return unchanged(f'the page of "{spec.name}" is open')


def open_afresh(page: AppPage, manager: AppManager, settings: SettingsTab, spec: AppSpec, state: OrgState) -> bool:
    """Load the app's page again, by its URL or by the list; whether it was there.

    By the list where the URL is the list's own, or shows an error in place of the app.
    """
    if state.detail_url is not None:
        with suppress(AppNotLoaded):
            page.open(state.detail_url)
            return True
    manager.open(state.setup_url)
    return find_app(manager, page, settings, spec, state, again=state.detail_url is None)
