"""Setup > Apps > External Client Apps > External Client App Manager: the list of apps (step 1.2)."""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from collections.abc import Collection, Iterator
from typing import NamedTuple

from playwright.sync_api import Locator

from automation.browser.race import Outcome, race
from automation.errors import NotPermitted, UnexpectedPage
from flows.pages.base import by_role, the_only
from flows.pages.labels import exactly
from flows.pages.reading import TEXT, texts_of
from flows.pages.setup_page import LIST_PATH, SetupPage

STATUS = re.compile(r"^\s*(\d[\d.,\s]*)(\+?)\s*\S+")
"""``2 items · Sorted by None`` (evidence: TURBO, APPSE); ``50+`` while more rows can be loaded (usual list views)."""
TABLE = ":is(table, [role=table], [role=grid], [role=treegrid])"
CELL = ":is(td, th, [role=rowheader], [role=gridcell], [role=cell]):not([role=columnheader], [scope=col], thead *)"
NAME_CELL = ":is(th, [role=rowheader]):not([role=columnheader], [scope=col], thead *, :has(a))"
"""A row's own cell, a rowheader (SFPI), where it has no link but a button that looks like one (a guess)."""
NAMES = f"{TABLE} {CELL} a:visible, {TABLE} {NAME_CELL} button:not([aria-haspopup]):visible"
MORE_ROWS = 5.0
"""Seconds to wait for further rows at the end of the list."""
WHERE = """links => links.length && [0, links.length - 1].map(at => links[at].getBoundingClientRect())
  .flatMap((box, last) => last ? [box.top] : [box.left, box.top])"""
"""Script: the numbers of `Place`."""
AT_END = 0.5
"""Seconds after which a list that did not move under the wheel is at its end."""
ENDS = 3
"""How often the end of a list that says it has more is come to before it is loaded again."""
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


class Place(NamedTuple):
    """Where the rows are on screen: left edge and top of the first, top of the last."""

    left: float
    top: float
    last: float


class RowsMissing(UnexpectedPage):
    """The list says that it has more apps than it shows."""


class AppManager(SetupPage):
    """The list: columns, rows, and the button ``New External Client App``."""

    _quiet_since: float | None = None

    def open(self, setup_url: str, *, fresh: bool = True) -> None:
        """Open the list by its URL and wait until it shows how many apps there are.

        ``fresh=False``: a list that is open already will do, as right after the login, which leads here.
        """
        url = setup_url + LIST_PATH
        if fresh or self.page.url.split("?")[0] != url:
            self.go(url)
        loaded = Outcome("list", fact=self._is_loaded)
        known_by = (("heading", "manager.heading"), ("button", "manager.new"))
        self.arrive("the rows of the External Client App Manager", [loaded], by=known_by)

    @property
    def heading(self) -> Locator:
        return by_role(self.page, "heading", self.labels.containing("manager.heading"))

    @property
    def rows(self) -> Locator:
        """Links of the name column, not of its head. By tags and roles as written: computing 300 names takes seconds (4.2)."""
        return self.page.locator(NAMES)

    def _is_loaded(self) -> bool:
        """A list counts as loaded when it shows rows or its empty text, and nothing still spins.

        Nobody documented an empty list. A status line may be there before the rows are, so one that shows neither
        counts as empty only once it stayed so for a while and its status line, if any, says so too.
        """
        if not self.heading.count() or self.spinner.count():
            self._quiet_since = None
            return False
        if self.rows.count() or self.sentence("manager.empty").count():
            return True
        self._quiet_since = self._quiet_since or time.monotonic()
        quiet = time.monotonic() - self._quiet_since > QUIET
        return bool(self.new_button.count()) and not self.count() and quiet

    def count(self) -> int | None:
        """Number of apps by the status line; None when there is none or it is still open (``50+``)."""
        match = self._status()
        return int(re.sub(r"\D", "", match.group(1))) if match and not match.group(2) else None

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
        top: Place | None = None
        while True:
            rows = self._read_rows()
            yield rows
            seen.update(rows)
            shown = max(len(seen), len(rows))
            status = self._status()
            if not rows or (status is not None and shown >= (self.count() or 0) and not status.group(2)):
                return
            if self._turn(rows):
                continue
            if status is None:
                return
            top = top or self._place()
            if top is None or not self._scroll(rows, top):
                raise RowsMissing(f"The list says {status.group(0).strip()} but showed only {shown} apps.")

    def _turn(self, before: list[Row]) -> bool:
        """Press what turns the page of the list, or loads more of it, if there is such a thing; whether others came."""
        if not self.more_button.count():
            return False
        self.more_button.last.click()
        return self._what_comes([self._other_rows(before)], self.timeouts.action) is not None

    def _other_rows(self, before: list[Row]) -> Outcome:
        """Others than before; a list that is empty for the moment has none yet."""
        return Outcome("other rows", fact=lambda: self._read_rows() not in ([], before))

    def _scroll(self, before: list[Row], top: Place) -> bool:
        """Turn the mouse wheel where the list begins until other rows appear; whether they did.

        Comes to the end several times: a list that was still loading may have missed it, and one that is drawn again
        meanwhile begins at its top.
        """
        changed = self._other_rows(before)
        step = max(100.0, (top.last - top.top) / 3)  # a list that draws only the rows in sight would skip some otherwise
        self.page.mouse.move(top.left + 5, top.top + 5)
        for _ in range(ENDS):
            if self._to_end(step, changed) or self._what_comes([changed], min(MORE_ROWS, self.timeouts.action)):
                return True
            self.page.mouse.wheel(0, -step)
        return False

    def _to_end(self, step: float, changed: Outcome) -> bool:
        """Scroll until other rows come, or the list does not move any more; whether they came."""
        while True:
            before = self._place()
            self.page.mouse.wheel(0, step)
            outcome = self._what_comes([changed, self._moved_from(before)], AT_END)
            if outcome is changed:
                return True
            if outcome is None:
                return False

    def _moved_from(self, before: Place | None) -> Outcome:
        return Outcome("the list moved", fact=lambda: self._place() != before)

    def _place(self) -> Place | None:
        """Where the rows are now, in one round trip; None while there are none."""
        found = self.rows.evaluate_all(WHERE)
        return Place(*found) if found else None

    def _what_comes(self, outcomes: list[Outcome], seconds: float) -> Outcome | None:
        try:
            return race(self.page, "more rows", outcomes, seconds)
        except UnexpectedPage:
            return None

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
        """The button ``New External Client App``. Raises NotPermitted when the page has none."""
        if not self.new_button.count():
            raise NotPermitted(
                f'The list has no button "{self.labels["manager.new"]}".',
                next='Give the user the permission "Create, edit, and delete External Client Apps".',
            )
        return the_only(self.new_button, "button", self.labels["manager.new"], self.page, self.timeouts.action)


def _apps(rows: list[Row]) -> Iterator[App]:
    """The rows, with the number of each among those of the same name and URL."""
    seen: Counter[Row] = Counter()
    for row in rows:
        yield App(row.name, row.url, seen[row])
        seen[row] += 1
