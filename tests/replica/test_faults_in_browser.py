"""Faults as a browser sees them: whether it repeats a request by itself decides what a fault is worth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Browser, Error, Page

from tests.replica.visitor import APP
from tests.sessions import session_cookies

if TYPE_CHECKING:
    from collections.abc import Iterator

    from automation.replica import OrgHandle

CALL = """async (app) => {
  try {
    const answer = await fetch('/aura?action=createApp', {method: 'POST', body: JSON.stringify({params: {app}}),
                               headers: {'Content-Type': 'application/json'}});
    return await answer.json();
  } catch (problem) { return String(problem); }
}"""
HOME = "/lightning/setup/SetupOneHome/home"


@pytest.fixture
def page(browser: Browser, org: OrgHandle) -> Iterator[Page]:
    """A page of Setup, signed in."""
    context = browser.new_context()
    page = context.new_page()
    context.add_cookies(session_cookies(org))
    page.goto(org.login_url.replace(".my.salesforce.com", f".my.salesforce-setup.com{HOME}"))
    page.get_by_role("treeitem", name="Apps", exact=True).wait_for()  # all answers are there: the connections can be used again
    yield page
    context.close()


@pytest.mark.parametrize(("effect", "apps"), [("reset_after", 1), ("reset_before", 0)])
def test_a_browser_does_not_repeat_a_call_whose_answer_was_lost(page: Page, org: OrgHandle, effect: str, apps: int) -> None:
    """The page sees an error, the server saw one request."""
    org.fault(effect, kind="aura", action="createApp")
    answer: Any = page.evaluate(CALL, APP)
    assert "TypeError" in answer
    assert len(org.truth()["apps"]) == apps
    assert len(org.events("createApp")) == apps


def test_a_browser_repeats_a_page_once_when_its_connection_died(page: Page, org: OrgHandle) -> None:
    """So one silent loss is healed, and a lasting one is an error of the navigation."""
    org.fault("reset_before", kind="page")
    page.goto(page.url)
    org.fault("reset_before", kind="page", times=0)
    with pytest.raises(Error, match="net::ERR_"):
        page.goto(page.url)
