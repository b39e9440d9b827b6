"""Opening an app of the list: a click that got lost is made again, one that worked is not."""

from __future__ import annotations

from unittest.mock import Mock

import pytest

from flows.existing_app import _open
from flows.pages.app_manager import App


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
