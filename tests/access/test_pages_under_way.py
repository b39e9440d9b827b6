"""A page that is still coming is no unknown page, however long it takes; one that is there and says nothing known is."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route

from automation.browser.race import Outcome
from automation.errors import UnexpectedPage
from flows.verification import arrival
from flows.verification.methods import IdentityVerification
from tests.access.fake_salesforce import EMAIL_PATH, ORG, SETUP_HOME, FakeSalesforce

pytestmark = pytest.mark.browser
Make = Callable[..., IdentityVerification]

SETTLED = 0.3
"""Seconds; short here, so that waiting several times as long is short too."""


class Held:
    """A script that is held back until somebody has looked at the page for long enough."""

    def __init__(self, page: Page, url: str, body: str) -> None:
        self.page, self.body = page, body
        self.route: Route | None = None
        self.begun = time.monotonic()
        page.context.route(url, self._hold)

    def _hold(self, route: Route) -> None:
        self.route, self.begun = route, time.monotonic()

    def inside(self) -> bool:
        """Whether the wanted page is open; lets the answer go once this was asked four settling times later."""
        if self.route is not None and time.monotonic() - self.begun > 4 * SETTLED:
            self.route.fulfill(content_type="text/javascript", body=self.body)
            self.route = None
        return self.page.url == SETUP_HOME


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrival, "SETTLED", SETTLED)


def test_page_that_was_coming_when_it_began_to_be_followed(page: Page, salesforce: FakeSalesforce, verification: Make) -> None:
    """A new tab may be in the middle of its first page: no title, nothing on it, its scripts still awaited."""
    held = Held(page, "**/slow.js", f"location.replace('{SETUP_HOME}')")
    salesforce.on(ORG + EMAIL_PATH, "<script src=/slow.js></script><h1>Something</h1>")
    page.goto(ORG + EMAIL_PATH, wait_until="commit")
    verification().until(page, Outcome("Setup", fact=held.inside))
    assert salesforce.opened[-1] == SETUP_HOME


def test_empty_page_that_is_loaded(page: Page, salesforce: FakeSalesforce, verification: Make) -> None:
    """An empty page of which nothing more will come is named, not waited for; also when it was there from the beginning."""
    salesforce.on(f"{ORG}/nothing", "<p>")
    page.goto(f"{ORG}/nothing", wait_until="commit")
    means = verification(timeout_page=3600)
    with pytest.raises(UnexpectedPage, match="Unknown page"):
        means.until(page, Outcome("Setup", fact=lambda: False))
