"""Opening an app: a lost click is made again, one that worked is not; a page that shows an error is entered once more."""

from __future__ import annotations

from unittest.mock import Mock

import pytest
from playwright.sync_api import Page

from automation.settings.app_spec import AppSpec
from flows.app.find import _open, find_app
from flows.app.open import open_afresh, to_app
from flows.app.state import OrgState
from flows.pages.app_manager import App, AppManager
from flows.pages.app_page import AppNotLoaded, AppPage
from flows.pages.base import Timeouts
from flows.pages.labels import Labels
from flows.pages.setup_page import LIST_PATH

SPEC = AppSpec("Sync", "Sync", "ada@acme.example", "https://acme.example/oauth", "sync@acme.example")
BROKEN = AppNotLoaded("The org could not load the page of the External Client App.")

LIST = """<body><table><tr><th scope=row><a href="#" onclick="opened()">Sync</a></th></tr></table><script>
let clicks = 0; const opened = () => { if (++clicks <= %d) return; const tabs = document.createElement('ul'); tabs.role = 'tablist';
tabs.innerHTML = "<li role=tab>Policies</li>"; document.querySelector('table').replaceWith(tabs) }</script>"""


@pytest.mark.parametrize("lost", [0, 1])
def test_a_lost_click_is_made_again(lost: int, page: Page) -> None:
    page.route("**/*", lambda route: route.fulfill(body=LIST % lost, content_type="text/html"))
    page.goto(f"https://acme--dev.sandbox.my.salesforce-setup.com{LIST_PATH}")
    times = Timeouts(page=2.0, action=0.5)
    manager = AppManager(page, Labels(), times)
    app = manager.find("Sync", {})
    assert app is not None
    _open(manager, AppPage(page, Labels(), times), app)
    assert page.evaluate("clicks") == lost + 1


def _pages(*waits: object) -> tuple[Mock, Mock, Mock]:
    """A list with the one app, whose page answers to each `wait` as given, and its Settings."""
    manager, page, settings = Mock(), Mock(), Mock()
    manager.find.return_value, settings.api_name.return_value = App("Sync", "/x", 0), "Sync"
    page.wait.side_effect = waits
    return manager, page, settings


def test_an_app_page_with_an_error_is_entered_again_from_the_list() -> None:
    manager, page, settings = _pages(BROKEN, None)
    assert find_app(manager, page, settings, SPEC, OrgState("acme.my.salesforce.com"))
    manager.open.assert_called_once()
    assert manager.open_app.call_count == 2


def test_one_that_shows_it_again_is_named() -> None:
    manager, page, settings = _pages(BROKEN, BROKEN, None)
    with pytest.raises(AppNotLoaded):
        find_app(manager, page, settings, SPEC, OrgState("acme.my.salesforce.com"))


@pytest.mark.parametrize("way", ["to_app", "open_afresh"])
@pytest.mark.parametrize("mended", [True, False])
def test_a_url_that_shows_an_error_leads_over_the_list_once(way: str, mended: bool) -> None:
    manager, page, settings = _pages(None if mended else BROKEN)
    page.open.side_effect, page.is_open.return_value = BROKEN, False
    state = OrgState("acme.my.salesforce.com", detail_url="https://acme.my.salesforce-setup.com/x", app_exists=True)

    def go() -> object:
        if way == "to_app":
            return to_app(page, manager, settings, SPEC, state)
        return open_afresh(page, manager, settings, SPEC, state)

    if mended:
        go()
    else:
        with pytest.raises(AppNotLoaded):
            go()
    manager.open.assert_called_once()
    manager.open_app.assert_called_once()
