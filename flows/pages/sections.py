"""Sections that open and close. They are found by what opens them, never by heading level, and opened only if closed."""

from __future__ import annotations

import re
from contextlib import suppress

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Locator

from automation.browser.race import Outcome, race
from automation.errors import UnexpectedPage
from flows.pages.base import Region, by_role
from flows.pages.labels import Labels

STATE = """e => {
  if (e.matches("summary")) return e.parentElement.open;
  if (e.hasAttribute("aria-expanded")) return e.getAttribute("aria-expanded") !== "false";
  const body = e.getRootNode().getElementById(e.getAttribute("aria-controls"));
  return body ? body.getClientRects().length > 0 : null;
}"""
"""Whether what opens a section says that it is open; null when it says nothing."""
CHEVRON = re.compile(r"^(?:\s*$|(?:toggle|expand|collapse|open|show)\b)", re.IGNORECASE)
"""How the name of a chevron that says nothing of its state may begin; it may have none (guesses, English)."""
GRACE = 2.0
"""Seconds in which the content of a section shows that is open and whose title does not say so, or its button after its title."""


def open_section(region: Region, labels: Labels, key: str, content: Locator, timeout: float) -> bool:
    """Open a section if it is there and closed; returns whether its title or its content was found.

    A section without a button (always open, or titled otherwise) is no failure: what is in it is searched next, and
    missing fields are reported by name. ``content`` is something in it: it shows the state where the title does not.

    Raises:
        UnexpectedPage: it was clicked, and still says that it is closed.
    """
    titled = by_role(region, "button", labels.pattern(key))
    known = titled.evaluate_all(f"all => all.map({STATE})")
    opener = titled.first if known else _opener(region, labels, key, content, timeout)
    if opener is None:
        return content.count() > 0
    state = known[0] if known else _state(opener)
    if state is None:
        return _comes(content, GRACE) or _comes_by(opener, content, timeout)
    if not state:
        _open(opener, f'the section "{labels[key]}"', timeout)
    return True


def _opener(region: Region, labels: Labels, key: str, content: Locator, timeout: float) -> Locator | None:
    """What opens the section, once it is there; None when its content shows already.

    Where no button has its title (guesses): the only one beside the title that opens something, or the title itself.
    """
    openers, title = _openers(region, labels, key), region.get_by_text(labels.pattern(key)).filter(visible=True)
    if not _comes(content.or_(openers).or_(title), timeout):
        return None
    if not openers.count() and _comes(content.or_(openers), GRACE) and not openers.count():
        return None
    if openers.count():
        return openers.first
    for what, opens in (("*[@aria-expanded]", "[aria-expanded]"), ("button", "button")):
        beside = title.first.locator(f"xpath=ancestor::*[position() <= 3][count(.//{what}) = 1][1]").locator(opens)
        if beside.count() and (what != "button" or beside.and_(region.get_by_role("button", name=CHEVRON)).count()):
            return beside
    return title.first


def _open(opener: Locator, what: str, timeout: float) -> None:
    """Click what says that it is closed; once more when the page drew it again, closed."""
    opened = [Outcome("open", fact=lambda: _state(opener) is True)]
    opener.click()
    with suppress(UnexpectedPage):
        race(opener.page, what, opened, timeout / 3)
        return
    if _state(opener) is False:
        opener.click()
    race(opener.page, what, opened, timeout)


def _comes_by(opener: Locator, content: Locator, timeout: float) -> bool:
    """Click what does not show its state. A second click repairs a first one that closed what was open and slow."""
    for _ in range(2):
        opener.click()
        if _comes(content, timeout / 2):
            return True
    return False


def _comes(elements: Locator, timeout: float) -> bool:
    try:
        elements.filter(visible=True).first.wait_for(state="visible", timeout=timeout * 1000)
    except PlaywrightError:
        return False
    return True


def _openers(region: Region, labels: Labels, key: str) -> Locator:
    """A button with the section's title; guesses: a link, a chevron named like ``Toggle <title>``, a plain ``<summary>``."""
    titled = by_role(region, "button", labels.pattern(key))
    named = by_role(region, "button", labels.containing(key))
    chevron = named.and_(region.locator("[aria-expanded]").or_(region.get_by_role("button", name=CHEVRON)))
    summary = region.locator("summary").filter(has_text=labels.pattern(key), visible=True)
    return titled.or_(by_role(region, "link", labels.pattern(key))).or_(chevron).or_(summary)


def _state(opener: Locator) -> bool | None:
    """What it says; None when it says nothing, or is not there any more."""
    states: list[bool | None] = opener.evaluate_all(f"all => all.map({STATE})")
    return states[0] if states else None
