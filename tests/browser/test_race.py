"""Racing outcomes: what is hoped for comes first, everything else is seen soon, and an end is waited for in the browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page

from automation.browser.race import Outcome, gone, race
from automation.errors import UnexpectedPage

pytestmark = pytest.mark.browser

LATER = "<p id=old>old</p><p id=new hidden>new</p><script>setTimeout(() => { %s }, %d)</script>"


def outcomes(page: Page) -> list[Outcome]:
    return [Outcome("new", element=page.locator("#new")), Outcome("old", element=page.locator("#old"))]


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


def test_a_closed_page_ends_the_race(page: Page) -> None:
    page.close()
    with pytest.raises(PlaywrightError, match="closed"):
        race(page, "a change", outcomes(page)[:1], 5)
