"""Opening an app: a lost click is repeated, one that worked is not; a page that shows an error is opened once more."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from unittest.mock import Mock

import pytest
from playwright.sync_api import Page

from automation.settings.app_spec import AppSpec
from flows.app.app_in_org import AppInOrg
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
    manager, settings = AppManager(page, Labels(), times), Mock()
    settings.api_name.return_value = "Sync"
    assert AppInOrg(AppPage(page, Labels(), times), manager, settings, Mock(), SPEC, OrgState("acme.my.salesforce.com")).find()
    assert page.evaluate("clicks") == lost + 1


def _app(*waits: object, url: str | None = None) -> tuple[AppInOrg, Mock, Mock]:
    """The one app of a list, whose page answers to each `wait` as given; that page and the list."""
    manager, page, settings = Mock(), Mock(), Mock()
    manager.find.return_value, settings.api_name.return_value = App("Sync", "/x", 0), "Sync"
    page.wait.side_effect = waits
    state = OrgState("acme.my.salesforce.com", detail_url=url, app_exists=url is not None)
    return AppInOrg(page, manager, settings, Mock(), SPEC, state), page, manager


def test_an_app_page_with_an_error_is_entered_again_from_the_list() -> None:
    app, _, manager = _app(BROKEN, None)
    assert app.find()
    manager.open.assert_called_once()
    assert manager.open_app.call_count == 2


def test_one_that_shows_it_again_is_named() -> None:
    app, _, _ = _app(BROKEN, BROKEN, None)
    with pytest.raises(AppNotLoaded):
        app.find()


@pytest.mark.parametrize("load", [AppInOrg.open, AppInOrg.reload])
@pytest.mark.parametrize("loads", [True, False])
def test_a_url_that_shows_an_error_leads_over_the_list_once(load: Callable[[AppInOrg], object], loads: bool) -> None:
    app, page, manager = _app(None if loads else BROKEN, url="https://acme.my.salesforce-setup.com/x")
    page.open.side_effect, page.is_open.return_value = BROKEN, False
    with nullcontext() if loads else pytest.raises(AppNotLoaded):
        load(app)
    manager.open.assert_called_once()
    manager.open_app.assert_called_once()
