"""Getting into orgs of the replica with one browser: the fixtures of the tests that do."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from automation.browser import new_context
from automation.replica import OrgHandle
from automation.settings import Settings, load_settings
from flows.log_in import enter
from flows.pages.labels import Labels
from flows.verification.methods import IdentityVerification

NewOrg = Callable[..., OrgHandle]


class Entering:
    """Gets into an org with changed settings, each time in a fresh context."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._open: list[tuple[BrowserContext, IdentityVerification]] = []

    def __call__(self, org: OrgHandle, **changes: str) -> Page:
        environment = org.environment() | changes
        settings = load_settings({name: value for name, value in environment.items() if value}, None)
        context = new_context(self._browser, settings)
        verification = IdentityVerification.from_settings(settings, Labels())
        self._open.append((context, verification))
        page = context.new_page()
        self.method = enter(page, settings, verification)
        self.settings: Settings = settings
        return page

    def close(self) -> None:
        for context, verification in self._open:
            verification.close()
            context.close()


@pytest.fixture
def get_in(browser: Browser) -> Iterator[Entering]:
    """`Entering` with the shared browser."""
    entering = Entering(browser)
    yield entering
    entering.close()
