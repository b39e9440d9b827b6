"""The banner of a headed run: seen by people, by nothing else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page

from automation.run.banner import Banner, pointing
from automation.secrets import Secret
from automation.steps import Step, unchanged
from flows.pages.base import find
from flows.pages.labels import exactly
from tests.step_results import step_result

pytestmark = pytest.mark.browser

STRICT = "default-src 'none'; style-src 'nonce-own'; require-trusted-types-for 'script'"
PAGE = """<!doctype html><title>Org</title>
<style nonce="own">button { position: fixed; right: 0; bottom: 0; width: 500px; height: 200px }</style>
<h1>Policies</h1><button id="b">Save</button>"""
SIZE = """name => {
  const element = document.querySelector(name);
  const at = element && element.getBoundingClientRect();
  return at ? [at.width, at.height] : [0, 0];
}"""
STEP = Step("2.5", "Set Run As (Username) to the integration user", "s", lambda: unchanged(""))


@pytest.fixture
def banner(context: BrowserContext) -> Banner:
    made = Banner(["1.1", "2.5", "2.6"])
    made.attach(context)
    return made


@pytest.fixture
def org(context: BrowserContext) -> Callable[[], Page]:
    """Opens a page with a strict policy, as an org's page may have one."""
    context.route(
        "https://acme.example/**",
        lambda route: route.fulfill(body=PAGE, content_type="text/html", headers={"Content-Security-Policy": STRICT}),
    )

    def opened() -> Page:
        page = context.new_page()
        page.goto("https://acme.example/one")
        return page

    return opened


def size(page: Page, name: str = "runbook-banner") -> tuple[float, float]:
    """Width and height of the banner or the outline; zero when it does not show."""
    found = page.evaluate(SIZE, name)
    return found[0], found[1]


def shows(page: Page, name: str = "runbook-banner") -> None:
    page.locator(name).wait_for(state="visible", timeout=5_000)


def test_it_shows_the_step_under_a_strict_policy_and_after_navigations(banner: Banner, org: Callable[[], Page]) -> None:
    page = org()
    banner.step_started(STEP)
    shows(page)
    page.goto("https://acme.example/two")
    shows(page)
    page.reload()
    shows(page)
    assert not [message for message in page.console_messages() if "Content Security" in message.text]


def test_it_shows_in_a_tab_that_is_opened_later(banner: Banner, org: Callable[[], Page]) -> None:
    banner.step_started(STEP)
    shows(org())


def test_it_names_number_sentence_and_place_among_all_steps(banner: Banner) -> None:
    banner.step_started(STEP)
    assert banner._state["text"] == "2.5  Set Run As (Username) to the integration user\nstep 2 of 3"
    banner.step_ended(step_result("2.5", "failed", 0, "no such user", title="Set Run As", section="s"))
    assert banner._state["text"] == "2.5  Set Run As\nfailed: no such user"


def test_no_locator_no_tree_and_no_click_meets_it(banner: Banner, org: Callable[[], Page]) -> None:
    page = org()
    bare = page.locator("body").aria_snapshot()
    banner.step_started(STEP)
    shows(page)
    assert page.locator("body").aria_snapshot() == bare
    assert "step 2 of 3" not in page.locator("html").aria_snapshot()
    assert page.get_by_text("Run As").count() == 0
    assert page.evaluate("document.querySelector('runbook-banner').shadowRoot") is None
    box = page.evaluate("(({x, y}) => [x + 5, y + 5])(document.querySelector('runbook-banner').getBoundingClientRect())")
    assert page.evaluate("([x, y]) => document.elementFromPoint(x, y).id", box) == "b"
    page.get_by_role("button", name="Save").click(timeout=2_000)


def test_a_control_that_is_about_to_be_used_is_outlined_and_can_still_be_used(banner: Banner, org: Callable[[], Page]) -> None:
    page = org()
    with pointing(banner):
        button = find(page, "button", exactly("Save"), "Save", 2)
    shows(page, "runbook-outline")
    assert size(page, "runbook-outline") == pytest.approx((508, 208), abs=2)
    button.click(timeout=2_000)
    page.locator("runbook-outline").wait_for(state="hidden", timeout=5_000)


def test_outside_of_a_headed_run_nothing_is_outlined(banner: Banner, org: Callable[[], Page]) -> None:
    page = org()
    find(page, "button", exactly("Save"), "Save", 2)
    assert size(page, "runbook-outline") == (0, 0)


def test_a_secret_in_a_message_does_not_show(banner: Banner) -> None:
    Secret("hunter2-hunter2")
    banner.say("refused hunter2-hunter2")
    assert "hunter2" not in banner._state["text"]


def test_closed_pages_and_vanished_controls_do_not_disturb_a_run(banner: Banner, org: Callable[[], Page]) -> None:
    page = org()
    gone = page.locator("#not-there")
    banner.point(gone)
    page.close()
    banner.step_started(STEP)
    banner.point(gone)
