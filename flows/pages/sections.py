"""Sections that open and close. They are found by what opens them, never by heading level, and opened only if closed."""

from __future__ import annotations

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Locator

from automation.outcomes import Outcome, race
from flows.pages.base import Region, by_role
from flows.pages.labels import Labels

IS_OPEN = "e => e.matches('summary') ? e.parentElement.open : e.getAttribute('aria-expanded') !== 'false'"


def open_section(region: Region, labels: Labels, key: str, timeout: float) -> bool:
    """Open a section if it is there and closed; answers whether something that opens it was found.

    A section without a button (always open, or titled otherwise) is no failure: what is in it is looked for next, and
    missing fields are reported by name.
    """
    titled = by_role(region, "button", labels.pattern(key))
    known = titled.evaluate_all(f"all => all.map({IS_OPEN})")
    if not known and not _comes(_openers(region, labels, key), timeout):
        return False
    opener = (titled if known or titled.count() else _openers(region, labels, key)).first
    if not (known[0] if known else _is_open(opener)):
        opener.click()
        race(opener.page, f'the section "{labels[key]}"', [Outcome("open", fact=lambda: _is_open(opener))], timeout)
    return True


def _comes(openers: Locator, timeout: float) -> bool:
    try:
        openers.first.wait_for(state="visible", timeout=timeout * 1000)
    except PlaywrightError:
        return False
    return True


def _openers(region: Region, labels: Labels, key: str) -> Locator:
    """A button with the section's title; guesses: a chevron named like ``Toggle <title>``, a plain ``<summary>``."""
    titled = by_role(region, "button", labels.pattern(key))
    chevron = by_role(region, "button", labels.containing(key)).and_(region.locator("[aria-expanded]"))
    summary = region.locator("summary").filter(has_text=labels.pattern(key), visible=True)
    return titled.or_(chevron).or_(summary)


def _is_open(opener: Locator) -> bool:
    return bool(opener.evaluate(IS_OPEN))
