"""Opening an app of the list: a click that got lost is made again, one that worked is not."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from flows.existing_app import _open
from flows.pages.app_manager import AppManager
from flows.pages.app_page import AppPage
from flows.pages.base import Timeouts
from flows.pages.labels import Labels

LIST = """<body><table><tr><th scope=row><a href="#" onclick="opened()">Sync</a></th></tr></table><script>
let clicks = 0; const opened = () => { if (++clicks <= %d) return; const tabs = document.createElement('ul'); tabs.role = 'tablist';
tabs.innerHTML = "<li role=tab>Policies</li>"; document.querySelector('table').replaceWith(tabs) }</script>"""


@pytest.mark.parametrize("lost", [0, 1])
def test_a_lost_click_is_made_again(lost: int, page: Page) -> None:
    page.set_content(LIST % lost)
    times = Timeouts(page=2.0, action=0.5)
    _open(AppManager(page, Labels(), times), AppPage(page, Labels(), times), "Sync", 0)
    assert page.evaluate("clicks") == lost + 1
