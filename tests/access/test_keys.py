"""Where secrets are typed: the rule is enforced at the field itself, and no error says what was typed."""

from __future__ import annotations

import traceback

import pytest
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page, Route

from automation.access.keyboard import type_secret, type_username
from automation.access.navigation import AnswerLost, Navigation, NotNow, open_url
from automation.errors import ForeignHost, OrgUnavailable, UnexpectedPage
from automation.secrets import Secret
from tests.access.fake_salesforce import ORG, FakeSalesforce, to

pytestmark = pytest.mark.browser
SECRET = Secret("Very-Secret-Word-77")


def test_typed(page: Page, salesforce: FakeSalesforce) -> None:
    """On the org's own page the field holds the secret."""
    salesforce.on(f"{ORG}/", "<input id=f type=password>")
    page.goto(f"{ORG}/")
    type_secret(page, page.locator("#f"), SECRET, 5)
    assert page.locator("#f").input_value() == SECRET.reveal()


@pytest.mark.parametrize(
    "url",
    ["https://acme.my.salesforce.com.evil.example/", "https://acme.my.salesforce-setup.com/", "http://acme.my.salesforce.com/"],
)
def test_foreign_page(page: Page, salesforce: FakeSalesforce, url: str) -> None:
    """On any other page nothing is typed, neither secret nor username."""
    salesforce.on(url, "<input id=f>")
    page.goto(url)
    with pytest.raises(ForeignHost):
        type_secret(page, page.locator("#f"), SECRET, 5)
    with pytest.raises(ForeignHost):
        type_username(page, page.locator("#f"), "admin@acme.example", 5)
    assert page.locator("#f").input_value() == ""


@pytest.mark.parametrize("frame", ["https://evil.example/form", f"{ORG}/form"])
def test_frame(page: Page, salesforce: FakeSalesforce, frame: str) -> None:
    """A field in a frame gets nothing, whoever serves the frame."""
    salesforce.on(f"{ORG}/", f"<iframe src='{frame}'></iframe>")
    salesforce.on(frame, "<input id=f>")
    page.goto(f"{ORG}/")
    field = page.frame_locator("iframe").locator("#f")
    with pytest.raises(ForeignHost, match="frame"):
        type_secret(page, field, SECRET, 5)
    assert field.input_value() == ""


def test_page_that_leaves(page: Page, salesforce: FakeSalesforce) -> None:
    """A page that goes to a foreign host while it is typed on gets no key pressed there."""
    lure = "https://evil.example/"
    salesforce.on(
        lure, "<input id=f><script>document.querySelector('#f').oninput = () => fetch('/typed', {method: 'POST'})</script>"
    )
    salesforce.on(f"{ORG}/", f"<input id=f onfocus=\"location.href='{lure}'\">")
    page.goto(f"{ORG}/")

    def type_until_it_left() -> None:
        for _ in range(20):
            type_secret(page, page.locator("#f"), SECRET, 2)

    with pytest.raises((ForeignHost, UnexpectedPage)):
        type_until_it_left()
    assert salesforce.posts == []


def test_a_stranger_that_a_page_led_to_is_named(page: Page, salesforce: FakeSalesforce) -> None:
    """That is the cause, whatever the browser said of the field that went away meanwhile."""
    lure = "https://evil.example/"
    salesforce.on(lure, "<input id=f>")
    salesforce.on(f"{ORG}/", f"<input id=f oninput=\"location.href='{lure}'\">")
    page.goto(f"{ORG}/")

    def type_until_it_left() -> None:
        for _ in range(20):
            type_username(page, page.locator("#f"), "admin@acme.example", 2)

    with pytest.raises(ForeignHost, match=r"https://evil\.example"):
        type_until_it_left()


def test_emptied_field(page: Page, salesforce: FakeSalesforce) -> None:
    """A page that empties the field again and again is reported, without the secret."""
    salesforce.on(f"{ORG}/", "<input id=f oninput=\"this.value = ''\">")
    page.goto(f"{ORG}/")
    with pytest.raises(UnexpectedPage, match="emptied the field"):
        type_secret(page, page.locator("#f"), SECRET, 5)


@pytest.mark.parametrize("html", ["<input id=f readonly>", "<p>nothing", "<input id=f><input id=f>"])
def test_errors_say_nothing(page: Page, salesforce: FakeSalesforce, html: str) -> None:
    """A field that can't be filled ends in an error of our own; the browser's text, which holds the value, is gone."""
    salesforce.on(f"{ORG}/", html)
    page.goto(f"{ORG}/")
    with pytest.raises(UnexpectedPage) as caught:
        type_secret(page, page.locator("#f"), SECRET, 0.3)
    assert SECRET.reveal() not in "".join(traceback.format_exception(caught.value))


def test_documents_are_counted(page: Page, salesforce: FakeSalesforce) -> None:
    """New documents count, and so do changes of the URL within one; the status is that of the newest document."""
    salesforce.on(f"{ORG}/", to(f"{ORG}/two"))
    salesforce.on(f"{ORG}/two", "<title>two</title><script>history.pushState({}, '', '/three')</script>", status=404)
    with Navigation(page) as navigation:
        page.goto(f"{ORG}/", wait_until="commit")
        page.wait_for_url("**/three")
        assert (navigation.commits, navigation.status) == (3, 404)
        assert not navigation.broken()
        assert not navigation.settled(3600)
        assert navigation.settled(0)


@pytest.mark.parametrize(("status", "kind"), [(503, NotNow), (500, AnswerLost), (404, OrgUnavailable)])
def test_error_statuses(page: Page, salesforce: FakeSalesforce, status: int, kind: type[Exception]) -> None:
    """What an HTTP status means for the run; of the URL only the host is shown."""
    salesforce.on(f"{ORG}/", "no", status=status)
    with pytest.raises(kind, match=f"HTTP {status}") as caught:
        open_url(page, f"{ORG}/?otp=one-time", 5)
    assert "one-time" not in str(caught.value)


@pytest.mark.parametrize("change", ["document.body.append('more')", "location.replace('/two')"])
def test_wait_for_a_change_ends_with_it(change: str, page: Page, salesforce: FakeSalesforce) -> None:
    """Also when the whole document is replaced; nothing asks again and again meanwhile."""
    salesforce.on(f"{ORG}/", f"<title>one</title><script>addEventListener('message', () => {{ {change} }})</script>")
    salesforce.on(f"{ORG}/two", "two")
    page.goto(f"{ORG}/")
    with Navigation(page) as navigation:
        page.evaluate("setTimeout(() => postMessage('now'), 100)")
        navigation.wait_for_change(3600)


def test_a_page_that_is_still_coming_is_waited_for(page: Page, salesforce: FakeSalesforce) -> None:
    """It is readable once its script has come."""
    held: list[Route] = []
    salesforce.on(f"{ORG}/", "<script src=/slow.js></script>")

    def hold(route: Route) -> None:
        held.append(route)

    page.context.route("**/slow.js", hold)
    with Navigation(page) as navigation:
        page.goto(f"{ORG}/", wait_until="commit")
        while not held:
            navigation.wait_for_change(0.05)
        assert not navigation.readable
        held[0].fulfill(content_type="text/javascript", body="")
        while not navigation.readable:
            navigation.wait_for_change(3600)


def test_nothing_changes_on_a_page_that_was_closed(page: Page) -> None:
    with Navigation(page) as navigation:
        page.close()
        with pytest.raises(PlaywrightError):
            navigation.wait_for_change(3600)
