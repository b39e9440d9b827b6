"""Setup > Apps > External Client Apps > External Client App Manager: the list of apps (step 1.2)."""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from collections.abc import Collection, Iterator
from typing import NamedTuple

from playwright.sync_api import Locator

from automation.browser.race import Outcome
from automation.errors import NotPermitted, UnexpectedPage
from flows.pages import base
from flows.pages.base import by_role, the_only
from flows.pages.header_menu import in_header_menu
from flows.pages.labels import exactly
from flows.pages.long_list import LongList
from flows.pages.reading import TEXT, texts_of
from flows.pages.setup_page import LIST_PATH, SetupPage

STATUS = re.compile(r"^\s*(\d[\d.,\s]*)(\+?)\s*\S+")
"""``2 items · Sorted by None`` (evidence: TURBO, APPSE); ``50+`` while more rows can be loaded (usual list views)."""
TABLE = ":is(table, [role=table], [role=grid], [role=treegrid])"
CELL = ":is(td, th, [role=rowheader], [role=gridcell], [role=cell]):not([role=columnheader], [scope=col], thead *)"
NAME_CELL = ":is(th, [role=rowheader]):not([role=columnheader], [scope=col], thead *, :has(a))"
"""A row's own cell, a rowheader (SFPI), where it has no link but a button that looks like one (a guess)."""
NAMES = f"{TABLE} {CELL} a:visible, {TABLE} {NAME_CELL} button:not([aria-haspopup]):visible"
MENU_OPENS = 2.0
"""Seconds in which a menu shows its items."""
QUIET = 5.0
"""Seconds after which a list without rows, status line and empty text counts as empty."""


class Row(NamedTuple):
    """One app of the list. The URL distinguishes apps of the same name; it may be empty."""

    name: str
    url: str


class App(NamedTuple):
    """An app that the list was seen to have; ``nth`` distinguishes those that have the same name and URL, counted from 0."""

    name: str
    url: str
    nth: int


class RowsMissing(UnexpectedPage):
    """The list says that it has more apps than it shows."""


class AppManager(SetupPage):
    """The list: columns, rows, and the button ``New External Client App``."""

    _quiet_since: float | None = None
    _looked: float = 0

    def open(self, setup_url: str, *, fresh: bool = True) -> None:
        """Open the list by its URL and wait until it shows how many apps there are.

        ``fresh=False``: a list that is open already will do, as right after the login, which leads here.
        """
        url = setup_url + LIST_PATH
        if fresh or self.page.url.split("?")[0] != url:
            self.go(url)
        self._quiet_since, self._looked = None, time.monotonic()
        loaded = [Outcome("list", element=self._with_rows), Outcome("an empty list", fact=self._is_empty)]
        known_by = (("heading", "manager.heading"), ("button", "manager.new"))
        self.arrive("the rows of the External Client App Manager", loaded, by=known_by)

    @property
    def heading(self) -> Locator:
        return by_role(self.page, "heading", self.labels.containing("manager.heading"))

    @property
    def rows(self) -> Locator:
        """Links of the name column, not of its head. By tags and roles as written: computing 300 names takes seconds (4.2)."""
        return self.page.locator(NAMES)

    @property
    def _still(self) -> Locator:
        """The page, once it has its heading and nothing spins."""
        return self.page.locator("body").filter(has=self.heading).filter(has_not=self.spinner)

    @property
    def _with_rows(self) -> Locator:
        """The page, once its list shows rows or its empty text: then it counts as loaded."""
        return self._still.filter(has=self.rows.or_(self.sentence("manager.empty")))

    def _is_empty(self) -> bool:
        """Whether a list that shows neither is empty: nobody documented one.

        A status line may be there before the rows are, so it counts as empty only once it stayed so for a while and its
        status line, if any, says so too.
        """
        now, quiet_for = time.monotonic(), min(QUIET, self.timeouts.action / 2)
        if now - self._looked < quiet_for / 5:
            return False
        self._looked = now
        if not self._still.count():
            self._quiet_since = None
            return False
        self._quiet_since = self._quiet_since or now
        quiet = now - self._quiet_since > quiet_for
        return quiet and bool(self.new_button.count()) and not self.count()

    def count(self) -> int | None:
        """Number of apps by the status line; None when there is none or it is still open (``50+``)."""
        return _number(self._status())

    def _status(self) -> re.Match[str] | None:
        items = "|".join(re.escape(word) for word in self.labels.label("manager.status_line").all_texts)
        line = self.page.get_by_text(re.compile(rf"^\s*\d[\d.,]*\+?\s*({items})\b")).filter(visible=True)
        shown = texts_of(line)
        return STATUS.match(shown[0]) if shown else None

    def find(self, name: str, but: Collection[App] = ()) -> App | None:
        """The first app of exactly this name, but for white space, that is none of ``but``; None when the list has no other.

        Reads a long list to its end, and loads it again once when it shows fewer rows than it says.

        Raises:
            RowsMissing: it still does.
        """
        try:
            return self._look_through(name, but)
        except RowsMissing:
            self.open(self.page.url.partition("/lightning/")[0])
            return self._look_through(name, but)

    def _look_through(self, name: str, but: Collection[App]) -> App | None:
        for rows in self._growing_rows():
            found = next((app for app in _apps(rows) if app.name.split() == name.split() and app not in but), None)
            if found is not None:
                return found
        return None

    def open_app(self, app: App) -> None:
        """Click the name of an app; it must have been found before."""
        self._link(app).click()

    def shows(self, app: App) -> bool:
        """Whether this app is on screen now."""
        return self._link(app).count() > 0

    def _link(self, app: App) -> Locator:
        """By its URL where it has one: rows of other apps of this name may have come or gone since."""
        named = self.rows.filter(has_text=exactly(app.name)).filter(visible=True)
        return (named.and_(self.page.locator(f"[href={json.dumps(app.url)}]")) if app.url else named).nth(app.nth)

    def _read_rows(self) -> list[Row]:
        pairs = self.rows.evaluate_all(f"links => links.map(a => [({TEXT})(a), a.getAttribute('href') || ''])")
        return [Row(name, url) for name, url in pairs]

    def _growing_rows(self) -> Iterator[list[Row]]:
        """The rows now shown, again after each turn or scroll that brought others, until the whole list was seen."""
        seen: set[Row] = set()
        listed = LongList(self.rows, self.more_button, self._read_rows, self.timeouts.action)
        while True:
            rows = self._read_rows()
            yield rows
            seen.update(rows)
            shown = max(len(seen), len(rows))
            status = self._status()
            if not rows or (status is not None and shown >= (_number(status) or 0) and not status.group(2)):
                return
            if listed.turn(rows):
                continue
            if status is None:
                return
            if not listed.scroll(rows):
                raise RowsMissing(f"The list says {status.group(0).strip()} but showed only {shown} apps.")

    @property
    def more_button(self) -> Locator:
        """``Next`` or ``Load More`` of a long list, while it can be used; by tags and text, as `rows`. Nobody documented one."""
        usable = "button:enabled, a[href], [role=button]:not([aria-disabled=true])"
        outside = self.page.locator(f":is({usable}):not([role=dialog] *):visible")
        return outside.filter(has_text=self.labels.pattern("manager.more"))

    @property
    def new_button(self) -> Locator:
        return by_role(self.page, "button", self.labels.pattern("manager.new")).or_(
            by_role(self.page, "link", self.labels.pattern("manager.new"))
        )

    def require_new_button(self) -> Locator:
        """``New External Client App``, beside the title or in its menu. Raises NotPermitted when the page has neither."""
        there = self.new_button.count()
        if not there:
            pattern, seconds = self.labels.pattern("manager.new"), min(MENU_OPENS, self.timeouts.action)
            if (item := in_header_menu(self.page, pattern, seconds)) is not None:
                return item
            raise NotPermitted(
                f'The list has no button "{self.labels["manager.new"]}".',
                next='Give the user the permission "Create, edit, and delete External Client Apps".',
            )
        if there == 1:
            base.about_to_use(self.new_button)
            return self.new_button
        return the_only(self.new_button, "button", self.labels["manager.new"], self.page, self.timeouts.action)


def _number(status: re.Match[str] | None) -> int | None:
    return int(re.sub(r"\D", "", status.group(1))) if status and not status.group(2) else None


def _apps(rows: list[Row]) -> Iterator[App]:
    """The rows, with the number of each among those of the same name and URL."""
    seen: Counter[Row] = Counter()
    for row in rows:
        yield App(row.name, row.url, seen[row])
        seen[row] += 1
