"""A browser on the replica's names, and logged-in hands on its Setup pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from automation.browser import launch_options
from automation.browser_finding import find_browser
from automation.browser_trust import trusting
from automation.settings import load_settings
from tests.replica.bundle.hand import Hand, Pages, hand_on

if TYPE_CHECKING:
    from typing import Any

    from playwright.sync_api import Browser, Playwright

    from automation.replica import OrgHandle, Replica


@pytest.fixture(scope="session")
def pages_browser(playwright: Playwright, replica: Replica) -> Iterator[Browser]:
    settings = load_settings(replica.new_org("acme--pages.sandbox").environment(), None)
    found = find_browser(settings, Path(playwright.chromium.executable_path), headed=False)
    with trusting(settings) as trust:
        browser = playwright.chromium.launch(**launch_options(settings, found, trust))
        yield browser
        browser.close()


@pytest.fixture
def pages(pages_browser: Browser, new_org: Callable[..., OrgHandle]) -> Iterator[Pages]:
    with ExitStack() as stack:

        def make(**variants: Any) -> Hand:
            org = new_org(**{"after_password": [], "login_page": "one_step", "cc_confirm": "none", **variants})
            return stack.enter_context(hand_on(pages_browser, org))

        yield make
