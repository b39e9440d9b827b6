"""A browser's page on the replica's names, and signed-in hands on its Setup pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from tests.replica.bundle.hand import WAIT_MS, Hand, Pages, signed_in

if TYPE_CHECKING:
    from typing import Any

    from playwright.sync_api import Browser, Page

    from automation.replica import OrgHandle

SAME = "acme--pages.sandbox"
"""Each test's fresh org has the hosts of the last one: for the browser it is the place whose scripts it has already."""


_kept: dict[Browser, Page] = {}


@pytest.fixture
def own_page(browser: Browser) -> Page:
    """A page for many tests: it has the bundle in its memory, which halves the cost of opening one of its pages again.

    No fixture of the session: the end of the last test that a worker knows of ends those, and then it may get more tests.
    """
    if browser not in _kept or _kept[browser].is_closed():
        context = browser.new_context()
        context.set_default_timeout(WAIT_MS)
        _kept[browser] = context.new_page()
    return _kept[browser]


@pytest.fixture
def pages(own_page: Page, new_org: Callable[..., OrgHandle]) -> Iterator[Pages]:
    """Signed-in hands; a further one takes the page over. Further tabs are closed after the test."""

    def make(**variants: Any) -> Hand:
        org = new_org(SAME, **{"after_password": [], "login_page": "one_step", "cc_confirm": "none", **variants})
        return signed_in(own_page, org)

    yield make
    for tab in own_page.context.pages:
        if tab is not own_page:
            tab.close()
