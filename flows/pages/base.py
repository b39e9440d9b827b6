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

from automation.errors import ElementNotFound, Sought
from flows.pages.labels import Labels, written_as

STRICT = "strict mode violation"
"""How Playwright's message says that several elements matched."""
AT_ONCE = 0.5
"""Seconds to find out why a control could not be used."""
MOST_NAMES = 8
"""How many names or places a message lists."""

Region = Page | Locator
"""Where to look: the whole page or a part of it."""

about_to_use: Callable[[Locator], object] = id
"""Called with each control that is about to be used; the banner of a headed run outlines it. By default nothing is done."""


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


def any_of(*selectors: str) -> str:
    """A selector for what matches any of these, each about one element: the browser searches the page for all at once.

    Playwright takes commas and ``:is()`` apart and searches for each part (measured, for eight: 3.0 ms, and so 0.5).
    """
    return f":nth-child(n of {', '.join(selectors)})"


def by_role(region: Region, role: str, name: re.Pattern[str]) -> Locator:
    """Visible elements of a role whose accessible name matches."""
    return region.get_by_role(role, name=name).filter(visible=True)  # type: ignore[arg-type]


def users_own(region: Region, role: str, labels: Labels, key: str) -> Locator:
    """As `by_role`, by label in the user's language alone: on a page that mixes languages these are meant, where there are any.

    So a word that is the label in one language and something else in another one can't be mistaken.
    """
    return by_role(region, role, labels.likely(key))


def the_only(
    locator: Locator,
    role: str,
    label: str,
    region: Region,
    timeout: float,
    state: Literal["visible", "attached"] = "visible",
) -> Locator:
    """Wait for exactly one match and return it. Playwright itself refuses several, so it is one round trip.

    Of several, as a page may mix languages, the one that is named ``label`` itself is meant.

    Raises:
        ElementNotFound: none or several; the message names what was there instead.
    """
    try:
        locator.wait_for(state=state, timeout=timeout * 1000)
    except PlaywrightTimeout:
        raise _none(role, label, region) from None
    except PlaywrightError as error:
        if STRICT not in error.message:
            raise
        likely = locator.and_(region.get_by_role(role, name=written_as(label)))  # type: ignore[arg-type]
        if likely.count() != 1:
            raise _several(role, label, locator) from None
        locator = likely
    about_to_use(locator)
    return locator


def click(locator: Locator, role: str, label: str, region: Region, timeout: float) -> None:
    """Click the only match, as `the_only` finds it, in one round trip: Playwright itself waits for it and refuses several.

    Raises:
        ElementNotFound: as `the_only`.
    """
    about_to_use(locator)
    try:
        locator.click(timeout=timeout * 1000)
    except PlaywrightError:
        one = the_only(locator, role, label, region, AT_ONCE)
        if one is locator:
            raise
        one.click(timeout=timeout * 1000)


def find(region: Region, role: str, name: re.Pattern[str], label: str, timeout: float) -> Locator:
    """The one visible element of a role with this name."""
    return the_only(by_role(region, role, name), role, label, region, timeout)


def names_by_role(region: Region, role: str) -> list[str]:
    """Names of all elements of a role in a region, without the mark of a required field, and without their values."""
    root = region.locator("body") if isinstance(region, Page) else region
    try:
        snapshot = root.first.aria_snapshot(timeout=2_000)
    except PlaywrightError:
        return []
    found = re.findall(rf'^\s*- \'?{role} "((?:[^"\\]|\\.)*)"', snapshot, re.MULTILINE)
    return list(dict.fromkeys(name.lstrip("* ").rstrip(" *") for name in found))  # the mark of a required field


def sought(role: str, label: str, region: Region) -> Sought:
    """What there is of a role where a label was looked for, closest names first."""
    there = names_by_role(region, role)
    near = difflib.get_close_matches(label, there, n=3, cutoff=0.4)
    return Sought(role, label, tuple(dict.fromkeys([*near, *there]))[:MOST_NAMES])


def _none(role: str, label: str, region: Region) -> ElementNotFound:
    wanted = sought(role, label, region)
    return ElementNotFound(str(wanted), sought=(wanted,))


def _several(role: str, label: str, locator: Locator) -> ElementNotFound:
    """Says where several matches are, as the name of all of them is the label."""
    try:
        places = [str(one.evaluate(_WHERE, timeout=2_000)) or "the page" for one in locator.all()[:MOST_NAMES]]
    except PlaywrightError:
        places = []
    where = f": in {'; in '.join(places)}" if places else ""
    return ElementNotFound(f'{locator.count()} controls with role {role} are labelled "{label}"{where}; refusing to guess.')


_WHERE = """element => {
  const kinds = {MAIN: 'main', NAV: 'navigation', HEADER: 'banner', FOOTER: 'contentinfo', DIALOG: 'dialog'};
  const roles = ['dialog', 'alertdialog', 'tabpanel', 'main', 'navigation', 'banner', 'contentinfo', 'region', 'form', 'menu'];
  const found = [];
  for (let one = element; one; one = one.parentElement || one.getRootNode().host) {
    const role = one.getAttribute('role') || kinds[one.tagName];
    const name = one.getAttribute('aria-label');
    if (roles.includes(role)) found.push(name ? `${role} "${name}"` : role);
  }
  return found.slice(0, 2).join(' of ');
}"""
"""The landmarks around an element, also through shadow roots. It only reads."""
