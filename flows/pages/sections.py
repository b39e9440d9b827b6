"""Sections that open and close. They are found by their button, never by heading level, and opened only if closed."""

from __future__ import annotations

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import expect

from flows.pages.base import Region, by_role
from flows.pages.labels import Labels


def open_section(region: Region, labels: Labels, key: str, timeout: float) -> bool:
    """Open a section if it is there and closed; answers whether a section button was found.

    A section without a button (always open, or titled otherwise) is no failure: what is in it is looked for next, and
    missing fields are reported by name.
    """
    button = by_role(region, "button", labels.pattern(key))
    try:
        button.first.wait_for(state="visible", timeout=timeout * 1000)
    except PlaywrightError:
        return False
    first = button.first
    if first.get_attribute("aria-expanded") == "false":
        first.click()
        expect(first).to_have_attribute("aria-expanded", "true", timeout=timeout * 1000)
    return True
