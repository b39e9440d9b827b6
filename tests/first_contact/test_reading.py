"""What a page shows is read through open shadow roots; one that shows something else is named as soon as it has loaded."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route

from automation.browser.race import Outcome
from automation.errors import RunbookError, UnexpectedPage
from flows.pages.base import Timeouts
from flows.pages.consumer_details import ConsumerDetails
from flows.pages.identity import IdentityPage
from flows.pages.labels import Labels
from flows.pages.messages import Messages
from flows.pages.reading import shown, texts_of
from flows.pages.settling import Settling
from flows.pages.setup_page import SetupPage, StillLoading

pytestmark = pytest.mark.browser

HOST = "https://acme--dev.sandbox.my.salesforce-setup.com"


def in_shadow(html: str, mode: str = "open") -> str:
    """A page whose whole content is in a shadow root two levels deep."""
    return f"""<x-app></x-app><script>
const open = document.querySelector("x-app").attachShadow({{mode: "open"}}); open.innerHTML = "<x-part></x-part>";
customElements.define("x-part", class extends HTMLElement {{
  constructor() {{ super(); this.attachShadow({{mode: "{mode}"}}).innerHTML = `<div style="height: 90px">{html}</div>` }} }})
</script>"""


SLOTTED = ".attachShadow({mode: 'open'}).innerHTML = '<b>before</b> <slot></slot>'"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One<b>Two</b></p>Three<br>Four", "OneTwo Three Four"),
        ("<i hidden>no</i><i style='visibility: hidden'>no</i><script>no()</script><p> a  b </p>", "a b"),
        (in_shadow("deep"), "deep"),
        (f"<x-holder>given</x-holder><script>document.querySelector('x-holder'){SLOTTED}</script>", "before given"),
    ],
    ids=["apart or together", "hidden", "nested shadow roots", "slot"],
)  # fmt: skip
def test_the_visible_text_of_an_element_is_read_on_one_line(html: str, text: str, page: Page) -> None:
    page.set_content(html)
    assert texts_of(page.locator("body")) == [text]


def test_an_option_that_is_not_drawn_has_its_text(page: Page) -> None:
    page.set_content("<select><option> Relax  IP </option></select><ul hidden><li role=option>b</li></ul>")
    assert texts_of(page.locator("option, li")) == ["Relax IP", "b"]


def test_errors_are_read_in_shadow_roots(page: Page) -> None:
    messages = Messages(page, Labels(), Timeouts())
    page.set_content(in_shadow("<div class=slds-theme_error><x-text></x-text></div>"))
    page.evaluate("""() => {
      const part = document.querySelector('x-app').shadowRoot.querySelector('x-part').shadowRoot;
      part.querySelector('x-text').attachShadow({mode: 'open'}).innerHTML = '<b>Failed to create</b>' }""")
    assert messages.new_errors() == ["Failed to create"]
    assert IdentityPage(page, Labels(), Timeouts()).masked_address() is None


def test_the_masked_address_is_read_in_shadow_roots(page: Page) -> None:
    page.set_content(in_shadow("We emailed <b>a***n@acme.com</b><p><label>Verification Code</label>"))
    assert IdentityPage(page, Labels(), Timeouts()).masked_address() == "a***n@acme.com"


def strange(page: Page, html: str, action: float = 0.5) -> tuple[RunbookError, float]:
    """The error for a page that is not what was waited for, and how long it took."""
    page.route(f"{HOST}/**", lambda route: answer(route, html))
    page.goto(f"{HOST}/lightning/setup/x", wait_until="commit")
    began = time.monotonic()
    with pytest.raises((UnexpectedPage, StillLoading)) as caught:
        SetupPage(page, Labels(), Timeouts(page=4, action=action)).arrive(
            "the app's page", [Outcome("app", element=page.get_by_role("tab", name="Policies"))], by=(("tab", "detail.policies"),)
        )
    return caught.value, time.monotonic() - began


def answer(route: Route, html: str) -> None:
    """The page itself; calls of it are never answered."""
    if route.request.is_navigation_request():
        route.fulfill(body=html, content_type="text/html")


TABS = "<ul role=tablist><li role=tab>App Rules</li><li role=tab>Settings</li></ul>"


@pytest.mark.parametrize("mode", ["light", "open"])
def test_a_renamed_label_is_named_once_the_page_has_loaded(mode: str, page: Page) -> None:
    """Not after the long limit of a page, and with what was there, wherever its content is."""
    error, seconds = strange(page, TABS if mode == "light" else in_shadow(TABS))
    assert isinstance(error, UnexpectedPage)
    assert 'No tab labelled "Policies"; closest matches: "App Rules", "Settings".' in error.message
    assert error.sought[0].there == ("App Rules", "Settings")
    assert seconds < 4


def test_a_page_that_cannot_be_read_is_named_as_such(page: Page) -> None:
    """Closed shadow roots: the label file has no part in it."""
    error, seconds = strange(page, in_shadow(TABS, "closed"))
    assert isinstance(error, UnexpectedPage)
    assert "The page can't be read: the content of <x-part> is in closed shadow roots" in error.message
    assert error.sought == ()
    assert "No label file helps" in error.next
    assert seconds < 4


def test_a_page_that_can_be_read_in_part_is_named_with_both(page: Page) -> None:
    error, _ = strange(page, "<h1>Setup</h1>" + in_shadow(TABS, "closed"))
    assert isinstance(error, UnexpectedPage)
    assert 'No tab labelled "Policies"; none is there. Parts of the page can\'t be read' in error.message
    assert error.sought


CALLS = "<h1>Setup</h1><script>fetch('/aura')</script>"
SPINS = "<h1>Setup</h1><div class=slds-spinner style='height: 9px'></div>"


@pytest.mark.parametrize("html", [SPINS, "<p hidden>Loading</p>"], ids=["spinner", "blank"])
def test_a_page_that_loads_is_waited_for_until_the_long_limit(html: str, page: Page) -> None:
    error, seconds = strange(page, html)
    assert isinstance(error, StillLoading)
    assert seconds >= 4


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Moves the time of `Settling` on."""
    now = [100.0]
    monkeypatch.setattr("flows.pages.settling.time.monotonic", lambda: now[0])

    def on(seconds: float) -> None:
        now[0] += seconds

    return on


def test_an_answer_that_is_waited_for_counts_as_loading_for_a_while(page: Page, clock: Callable[[float], None]) -> None:
    """A call that never ends does not hold the run for ever."""
    settling = Settling(page, 15)
    page.route(f"{HOST}/**", lambda route: answer(route, CALLS))
    with page.expect_request("**/aura"):
        page.goto(f"{HOST}/lightning/setup/x")
    clock(14)
    assert settling.loading()
    assert not settling.over()
    clock(2)
    assert not settling.loading()
    clock(14)
    assert settling.over()


def test_what_is_shown_is_found_in_one_look(page: Page) -> None:
    page.set_content(in_shadow("deep"))
    there = shown(page)
    assert there is not None
    assert (there.letters, there.sealed, str(there)) == (4, (), "")
    assert not ConsumerDetails(page, Labels(), Timeouts()).shown()
