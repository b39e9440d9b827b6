"""Deleting the app by hand, for ``--org-cleanup``. The product itself never deletes an app."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page

from automation.browser.race import Outcome, race
from automation.errors import UnexpectedPage
from flows.app.app_in_org import AppInOrg
from flows.pages.app_manager import AppManager
from tests.org.session import OrgSession

MENU = re.compile(r"more actions|show menu|more", re.IGNORECASE)
DELETE = re.compile(r"^\s*(Delete|削除|Eliminar)\s*$")
"""Guesses: the menu beside ``Disable`` has `Delete` likely (`setup-ui` section 4, low)."""


def remove_app(org: OrgSession) -> None:
    """Open the app from the list, choose Delete in its menu, confirm, and see that the list has it no more."""
    manager = org.tool(AppManager)
    if not org.tool(AppInOrg).find_in_list():
        return
    page = org.attempt.page
    _delete_in_a_menu(page)
    buttons = page.locator("[role=dialog], [role=alertdialog], .slds-modal").get_by_role(
        "button", name=re.compile(r"^\s*(OK|Delete)\s*$")
    )
    deleted = Outcome("the list", element=manager.new_button.first)
    if (
        race(page, "the end of Delete", [deleted, Outcome("a question", element=buttons)], org.settings.timeout_action)
        is not deleted
    ):
        buttons.first.click()
        race(page, "the end of Delete", [deleted], org.settings.timeout_save)
    manager.open(org.state.setup_url)
    assert manager.find(org.spec.name) is None, "the list still has the app"


def _delete_in_a_menu(page: Page) -> None:
    """Click Delete in the first menu of the page that has it."""
    delete = page.get_by_role("menuitem", name=DELETE).filter(visible=True)
    for menu in page.get_by_role("button", name=MENU).filter(visible=True).all():
        menu.click()
        try:
            race(page, "Delete", [Outcome("Delete", element=delete)], 1)
        except UnexpectedPage:
            page.keyboard.press("Escape")
        else:
            delete.click()
            return
    pytest.fail("The app's page has no menu with Delete: delete the app by hand.", pytrace=False)
