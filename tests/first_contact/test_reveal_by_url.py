"""When no tab opens, the page of key and secret is opened by its URL, in the same session."""

from __future__ import annotations

from contextlib import nullcontext
from unittest.mock import Mock

import pytest
from playwright.sync_api import Page, Route

from automation.errors import UnexpectedPage
from flows.app.reveal import Reveal
from flows.pages.base import Timeouts
from flows.pages.consumer_details import consumer_url
from flows.pages.labels import Labels

pytestmark = pytest.mark.browser

SETUP, HOST, APP = "https://acme--x.sandbox.my.salesforce-setup.com/app", "acme--x.sandbox.my.salesforce.com", "0xIWV0000000001"
BLOCKED = """<div role=tab aria-selected=true>Settings</div><button>Edit</button><button>Consumer Key and Secret</button>"""
KEY, SECRET = "3MVG9" + "k" * 80, "5EC2E7" + "A0" * 29
DETAILS = f"<dl><dt>Consumer Key</dt><dd>{KEY}</dd><dt>Consumer Secret</dt><dd>{SECRET}</dd></dl>"


def _reveal(page: Page, status: int = 200) -> tuple[Reveal, list[str]]:
    """A reveal on an app's page whose button does nothing; and which URLs of the org's My Domain were opened."""
    opened: list[str] = []

    def answer(route: Route) -> None:
        if HOST in route.request.url:
            opened.append(route.request.url)
            route.fulfill(status=status, content_type="text/html", body=DETAILS)
        else:
            route.fulfill(content_type="text/html", body=BLOCKED)

    page.context.route("**/*", answer)
    page.goto(SETUP)
    reveal = Reveal(page, Labels(), Timeouts(page=5, action=0.3))
    reveal.begin(Mock(nothing_recorded=nullcontext))
    return reveal, opened


def test_a_page_that_opens_no_tab_is_opened_by_its_url(page: Page) -> None:
    """On My Domain, by the id of the app and without a retURL, which is no page and never followed."""
    reveal, opened = _reveal(page)
    assert "by its URL" in reveal.open(lambda: None, consumer_url(HOST, APP))
    assert opened == [f"https://{HOST}/ecapp/externalClientAppManageConsumer.apexp?ecAppId={APP}"]
    assert [one.reveal() for one in reveal.read()] == [KEY, SECRET]
    reveal.end()
    assert len(page.context.pages) == 1


@pytest.mark.parametrize(("url", "status"), [(consumer_url(HOST, APP), 404), (None, 200)])
def test_an_org_without_that_page_is_named_as_before(url: str | None, status: int, page: Page) -> None:
    """The tab that was tried is closed again."""
    reveal, _ = _reveal(page, status)
    with pytest.raises(UnexpectedPage, match="no new tab and no page"):
        reveal.open(lambda: None, url)
    assert len(page.context.pages) == 1
