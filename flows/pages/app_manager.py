"""Setup > Apps > External Client Apps > External Client App Manager: the list of apps (step 1.2)."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

from playwright.sync_api import FloatRect, Locator

from automation.errors import NotPermitted, UnexpectedPage
from automation.outcomes import Outcome, race
from flows.pages.base import by_role, the_only
from flows.pages.labels import exactly
from flows.pages.reading import TEXT, texts_of
from flows.pages.setup_page import LIST_PATH, SetupPage

STATUS = re.compile(r"^\s*(\d[\d.,\s]*)(\+?)\s*\S+")
"""``2 items · Sorted by None`` (evidence: TURBO, APPSE); ``50+`` while more rows can be loaded (usual list views)."""
TABLE = ":is(table, [role=table], [role=grid], [role=treegrid])"
CELL = ":is(td, th, [role=rowheader], [role=gridcell], [role=cell])"
MORE_ROWS = 5.0
"""Seconds to wait for further rows after scrolling, where the list does not say that there are any."""
AT_END = 0.5
"""Seconds after which a list that did not move under the wheel is at its end."""
QUIET = 5.0
"""Seconds after which a list without rows, status line and empty text counts as empty."""


class Row(NamedTuple):
    """One app of the list. The address tells apps of the same name apart; it may be empty."""

    name: str
    address: str


class AppManager(SetupPage):
    """The list: columns, rows, and the button ``New External Client App``."""

    _quiet_since: float | None = None

    def open(self, setup_url: str, *, fresh: bool = True) -> None:
        """Open the list by its address and wait until it has told how many apps there are.

        ``fresh=False``: a list that is open already will do, as right after the login, which leads here.
        """
        address = setup_url + LIST_PATH
        if fresh or self.page.url.split("?")[0] != address:
            self.go(address)
        loaded = Outcome("list", fact=self._is_loaded)
        self.arrive("the External Client App Manager", [loaded], by=(("heading", "manager.heading"),))

    @property
    def heading(self) -> Locator:
        return by_role(self.page, "heading", self.labels.containing("manager.heading"))

    @property
    def rows(self) -> Locator:
        """Links of the name column. By tags and roles as written, since to compute 300 names takes seconds (measured: 4.2)."""
        return self.page.locator(f"{TABLE} {CELL} a:visible")

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

    def find(self, name: str) -> int:
        """How many apps carry exactly this name, but for white space, as a page shows it. Loads a long list to its end."""
        wanted = name.split()
        for rows in self._growing_rows():
            found = [row for row in rows if row.name.split() == wanted]
            if found:
                return len(found)
        return 0

    def open_app(self, name: str, nth: int = 0) -> None:
        """Click the name of the nth app so named; it must have been found before."""
        self._named(name).nth(nth).click()

    def shows(self, name: str) -> bool:
        """Whether a row of this name is on screen now."""
        return self._named(name).count() > 0

    def _named(self, name: str) -> Locator:
        return self.rows.filter(has_text=exactly(name)).filter(visible=True)

    def _read_rows(self) -> list[Row]:
        pairs = self.rows.evaluate_all(f"links => links.map(a => [({TEXT})(a), a.getAttribute('href') || ''])")
        return [Row(name, address) for name, address in pairs]

    def _growing_rows(self) -> Iterator[list[Row]]:
        """The rows now shown, again after each turn or scroll that brought others, until the whole list was seen."""
        seen: set[Row] = set()
        top: FloatRect | None = None
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
            top = top or self.rows.first.bounding_box()
            if top is None or not self._scroll(rows, top):
                raise UnexpectedPage(f"The list says {status.group(0).strip()} but showed only {shown} apps.")

    def _turn(self, before: list[Row]) -> bool:
        """Press what turns the page of the list, or loads more of it, if there is such a thing; whether others came."""
        if not self.more_button.count():
            return False
        self.more_button.last.click()
        return self._what_comes([self._other_rows(before)], self.timeouts.action) is not None

    def _other_rows(self, before: list[Row]) -> Outcome:
        """Others than before; a list that is empty for the moment has none yet."""
        return Outcome("other rows", fact=lambda: self._read_rows() not in ([], before))

    def _scroll(self, before: list[Row], at: FloatRect) -> bool:
        """Turn the mouse wheel over the list until other rows come up, or its end is reached; whether others came.

        In small steps: a list that draws only the rows in sight would skip some otherwise.
        """
        step = max(100.0, (self._y(self.rows.last) - self._y(self.rows.first)) / 3)
        changed = self._other_rows(before)
        self.page.mouse.move(at["x"] + 5, at["y"] + 5)
        while True:
            y = self._y(self.rows.first)
            self.page.mouse.wheel(0, step)
            moved = Outcome("the list moved", fact=self._moved_from(y))
            outcome = self._what_comes([changed, moved], AT_END)
            if outcome is not moved:
                break
        wait = self.timeouts.action if self.count() is not None else MORE_ROWS
        return (outcome or self._what_comes([changed], wait)) is changed or self._nudged(step, changed)

    def _nudged(self, step: float, changed: Outcome) -> bool:
        """Come to the end once more: a list that was still loading may have missed it the first time."""
        self.page.mouse.wheel(0, -step)
        self.page.mouse.wheel(0, step)
        return self._what_comes([changed], MORE_ROWS) is changed

    def _moved_from(self, y: float) -> Callable[[], bool]:
        return lambda: self._y(self.rows.first) != y

    def _what_comes(self, outcomes: list[Outcome], seconds: float) -> Outcome | None:
        try:
            return race(self.page, "more rows", outcomes, seconds)
        except UnexpectedPage:
            return None

    def _y(self, row: Locator) -> float:
        box = row.bounding_box()
        return box["y"] if box else 0.0

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
