"""A browser on the replica's names, and logged-in hands on its Setup pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from tests.replica.bundle.hand import Hand, Pages, hand_on

if TYPE_CHECKING:
    from typing import Any

    from playwright.sync_api import Browser

    from automation.replica import OrgHandle


@pytest.fixture
def pages(browser: Browser, new_org: Callable[..., OrgHandle]) -> Iterator[Pages]:
    with ExitStack() as stack:

        def make(**variants: Any) -> Hand:
            org = new_org(**{"after_password": [], "login_page": "one_step", "cc_confirm": "none", **variants})
            return stack.enter_context(hand_on(browser, org))

        yield make
