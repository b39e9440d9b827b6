"""Racing outcomes: what is hoped for comes first, everything else is seen soon, and an end is waited for in the browser."""

from __future__ import annotations

from contextlib import suppress

import pytest
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page

from automation.browser import race as racing
from automation.browser.race import Outcome, Sign, gone, race
from automation.errors import UnexpectedPage

pytestmark = pytest.mark.browser

LATER = "<p id=old>old</p><p id=new hidden>new</p><script>setTimeout(() => { %s }, %d)</script>"


def outcomes(page: Page) -> list[Outcome]:
    return [Outcome("new", element=page.locator("#new")), Outcome("old", element=page.locator("#old"))]


class Asked:
    """A fact that counts how often it is asked for."""

    def __init__(self, *, answer: bool) -> None:
        self.answer, self.times = answer, 0

    def __call__(self) -> bool:
        self.times += 1
        return self.answer


def test_what_is_hoped_for_is_given_a_moment_before_anything_else_counts(page: Page) -> None:
    page.set_content(LATER % ("document.getElementById('new').hidden = false", 60))
    assert race(page, "a change", outcomes(page), 5).name == "new"


def test_what_else_is_there_ends_the_race_when_it_does_not_come(page: Page) -> None:
    page.set_content(LATER % ("", 0))
    assert race(page, "a change", outcomes(page), 5).name == "old"


def test_at_once_means_one_look_at_everything(page: Page) -> None:
    page.set_content(LATER % ("document.getElementById('new').hidden = false", 60_000))
    assert race(page, "a change", outcomes(page), 0).name == "old"
    with pytest.raises(UnexpectedPage, match=r"Waited 0 s for a change; none of these appeared: new\."):
        race(page, "a change", outcomes(page)[:1], 0)


def test_an_outcome_that_is_no_element_is_seen_while_elements_are_waited_for(page: Page) -> None:
    page.set_content(LATER % ("location.hash = 'there'", 100))
    moved = Outcome("moved", fact=lambda: page.url.endswith("#there"))
    assert race(page, "a change", [outcomes(page)[0], moved], 5) is moved


@pytest.mark.parametrize(("after", "went"), [(100, True), (60_000, False)])
def test_the_end_of_an_element_is_waited_for(after: int, went: bool, page: Page) -> None:
    page.set_content(LATER % ("document.getElementById('old').remove()", after))
    assert gone(page.locator("#old"), 5 if went else 0.3) is went


@pytest.mark.parametrize("when", ["before", "meanwhile"])
@pytest.mark.parametrize("elements", [True, False])
def test_a_closed_page_ends_the_race(when: str, elements: bool, page: Page) -> None:
    """At once: nothing will ever happen there."""
    page.set_content(LATER % ("", 0))
    waited_for = outcomes(page)[:1] if elements else [Outcome("never", fact=lambda: False)]
    page.close() if when == "before" else page.evaluate("setTimeout(() => close(), 300)")
    with pytest.raises(PlaywrightError, match="closed"):
        race(page, "a change", waited_for, 3600)


def test_a_crashed_page_ends_the_race(page: Page) -> None:
    page.once("framenavigated", lambda _: None)
    with suppress(PlaywrightError):
        page.goto("chrome://crash")
    with pytest.raises(PlaywrightError, match="crashed"):
        race(page, "a change", outcomes(page)[:1], 3600)


def test_a_page_that_stands_still_is_looked_at_seldom(page: Page) -> None:
    """A wait is a few round trips, and not one every moment."""
    page.set_content(LATER % ("document.getElementById('new').hidden = false", 1_500))
    looks = Asked(answer=False)
    assert race(page, "a change", [outcomes(page)[0], Outcome("never", fact=looks)], 60).name == "new"
    assert looks.times <= 5


def test_a_change_inside_a_shadow_root_ends_the_wait(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("UNNOTICED", "LONGEST_UNNOTICED", "HANDLERS_EVERY"):
        monkeypatch.setattr(racing, name, 3600)
    page.set_content("<div id=host></div><script>host.attachShadow({mode: 'open'}).innerHTML = '<p id=new hidden>new</p>'</script>")
    page.evaluate("setTimeout(() => { host.shadowRoot.querySelector('p').hidden = false }, 600)")
    assert race(page, "a change", outcomes(page)[:1], 60).name == "new"


def test_a_fact_with_a_sign_is_asked_for_only_once_the_sign_is_there(page: Page) -> None:
    page.set_content(LATER % ("document.body.append('failed')", 600))
    asked = Asked(answer=True)
    sign = Sign("word => document.body.textContent.includes(word)", "failed")
    failed = Outcome("failed", fact=asked, sign=sign)
    assert race(page, "a change", [outcomes(page)[0], failed], 60) is failed
    assert asked.times == 1


def test_an_element_that_came_last_wins_over_a_fact_that_is_later_in_the_list(page: Page) -> None:
    """A page that is complete at the moment when it counts as unknown is not unknown."""
    page.set_content(LATER % ("", 0))

    def late() -> bool:
        page.evaluate("document.getElementById('new').hidden = false")
        return True

    hoped_for, unknown = outcomes(page)[0], Outcome("unknown", fact=late)
    assert race(page, "a change", [hoped_for, unknown], 60) is hoped_for


def test_an_event_of_the_context_may_be_waited_for(page: Page) -> None:
    page.set_content("<button onclick=\"setTimeout(() => window.open('about:blank'), 300)\">Open</button>")
    page.get_by_role("button").click()
    tab = Outcome("tab", fact=lambda: len(page.context.pages) > 1)
    assert race(page, "a tab", [tab, outcomes(page)[0]], 60, "page") is tab


def test_what_covers_the_page_is_closed_while_it_is_waited_for(page: Page) -> None:
    page.set_content(
        "<div id=rest aria-hidden=true><button>Go</button></div><p id=cover onclick='rest.ariaHidden = null; remove()'>X</p>"
    )
    page.add_locator_handler(page.locator("#cover"), lambda cover: cover.click())
    assert race(page, "a button", [Outcome("button", element=page.get_by_role("button"))], 60).name == "button"
