"""Opening an app: a lost click is made again, one that worked is not; a page that shows an error is entered once more."""

from __future__ import annotations

from unittest.mock import Mock

import pytest

from automation.app_spec import AppSpec
from automation.org_state import OrgState
from flows.existing_app import _open, find_app
from flows.pages.app_manager import App
from flows.pages.app_page import AppNotLoaded
from flows.way_to_app import open_afresh, to_app

SPEC = AppSpec("Sync", "Sync", "ada@acme.example", "https://acme.example/oauth", "sync@acme.example")
BROKEN = AppNotLoaded("The org could not load the page of the External Client App.")


@pytest.mark.parametrize(
    ("comes", "still_listed", "clicks"),
    [
        pytest.param(True, False, 1, id="the page came"),
        pytest.param(False, True, 2, id="the list is still there"),
        pytest.param(False, False, 1, id="the page is on its way"),
    ],
)
def test_a_lost_click_is_made_again(comes: bool, still_listed: bool, clicks: int) -> None:
    manager, page = Mock(), Mock()
    page.comes.return_value, manager.shows.return_value = comes, still_listed

    _open(manager, page, App("Sync", "/x", 0))

    assert manager.open_app.call_count == clicks
    page.wait.assert_called_once_with()


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
