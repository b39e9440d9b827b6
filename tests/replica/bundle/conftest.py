"""A browser's page on the replica's names, and signed-in hands on its Setup pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from tests.replica.bundle.hand import Hand, Pages, kept_page, signed_in

if TYPE_CHECKING:
    from typing import Any

    from playwright.sync_api import Browser, Page

    from automation.replica import OrgHandle

SAME = "acme--pages.sandbox"
"""Each test's fresh org has the hosts of the last one: for the browser it is the place whose scripts it has already."""


@pytest.fixture(scope="session")
def own_page(browser: Browser) -> Iterator[Page]:
    with kept_page(browser) as page:
        yield page


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
