"""The menu of a page's header: Lightning puts actions there that have no room beside the title (for these pages a guess)."""

from __future__ import annotations

import re
from typing import Final

from playwright.sync_api import Locator, Page

from automation.browser.race import Outcome, race
from automation.errors import UnexpectedPage

ELSEWHERE: Final = ":is(table, [role=table], [role=grid], header, [role=banner], nav, [role=navigation]) *"
"""Menus of rows, of the whole org and of its navigation."""
MENU: Final = f":is(button, [role=button])[aria-haspopup]:not({ELSEWHERE}):visible"


def in_header_menu(page: Page, name: re.Pattern[str], seconds: float) -> Locator | None:
    """Open the page's only menu, and find the item of this name in it; None, with the menu closed, when it has none."""
    menu = page.locator(MENU)
    if menu.count() != 1:
        return None
    menu.click()
    item = page.get_by_role("menuitem", name=name).filter(visible=True)
    try:
        race(page, "the header's menu", [Outcome("the item", element=item)], seconds)
    except UnexpectedPage:
        page.keyboard.press("Escape")
        return None
    return item
