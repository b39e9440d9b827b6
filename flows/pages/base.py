"""What all pages share: finding exactly one control by role and label, and saying what was there when it is not."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Locator, Page
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from automation.errors import ElementNotFound
from flows.pages.labels import Labels

Region = Page | Locator
"""Where to look: the whole page or a part of it."""

about_to_use: Callable[[Locator], object] = id
"""Told of each control that was found to be used; the banner of a headed run outlines it. By default nothing is done."""


@dataclass(frozen=True)
class Timeouts:
    """Seconds to wait, by what is waited for (settings ``TIMEOUT_PAGE``, ``TIMEOUT_ACTION``, ``TIMEOUT_SAVE``)."""

    page: float = 90
    action: float = 15
    save: float = 60


class PageObject:
    """A page or a part of it: its locators and reads. What is *done* there is in the flows."""

    def __init__(self, page: Page, labels: Labels, timeouts: Timeouts) -> None:
        self.page = page
        self.labels = labels
        self.timeouts = timeouts


def by_role(region: Region, role: str, name: re.Pattern[str]) -> Locator:
    """Visible elements of a role whose accessible name matches."""
    return region.get_by_role(role, name=name).filter(visible=True)  # type: ignore[arg-type]


def the_only(
    locator: Locator,
    role: str,
    label: str,
    region: Region,
    timeout: float,
    state: Literal["visible", "attached"] = "visible",
) -> Locator:
    """Wait for exactly one match and return it.

    Raises:
        ElementNotFound: none or several; the message names what was there instead.
    """
    try:
        locator.first.wait_for(state=state, timeout=timeout * 1000)
    except PlaywrightTimeout:
        raise ElementNotFound(_missing(role, label, region)) from None
    count = locator.count()
    if count > 1:
        raise ElementNotFound(f'Looked for one {role} "{label}" and found {count}; clicking one of them would be a guess.')
    about_to_use(locator)
    return locator


def find(region: Region, role: str, name: re.Pattern[str], label: str, timeout: float) -> Locator:
    """The one visible element of a role with this name."""
    return the_only(by_role(region, role, name), role, label, region, timeout)


def names_by_role(region: Region, role: str) -> list[str]:
    """Accessible names of all elements of a role in a region, without their values."""
    root = region.locator("body") if isinstance(region, Page) else region
    try:
        snapshot = root.first.aria_snapshot(timeout=2_000)
    except PlaywrightError:
        return []
    found = re.findall(rf'^\s*- \'?{role} "((?:[^"\\]|\\.)*)"', snapshot, re.MULTILINE)
    return list(dict.fromkeys(found))


def _missing(role: str, label: str, region: Region) -> str:
    there = names_by_role(region, role)
    near = difflib.get_close_matches(label, there, n=3, cutoff=0.4) or there[:8]
    if not near:
        return f'Looked for {role} "{label}" and found none; there is no {role} at all on this part of the page.'
    listed = ", ".join(f'"{name}"' for name in near)
    return f'Looked for {role} "{label}" and found none; nearest there: {listed}.'
