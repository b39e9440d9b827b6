"""A list that shows, or loads, only some of its rows at a time: made to show others, by its button or by the mouse wheel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from playwright.sync_api import Locator

from automation.browser.race import Outcome, race
from automation.errors import UnexpectedPage

MORE_ROWS = 5.0
"""Seconds to wait for further rows at the end of the list."""
WHERE = """links => links.length && [0, links.length - 1].map(at => links[at].getBoundingClientRect())
  .flatMap((box, last) => last ? [box.top] : [box.left, box.top])"""
"""Script: the numbers of `Place`."""
AT_END = 0.5
"""Seconds after which a list that did not move under the wheel is at its end."""
ENDS = 3
"""How often the end of a list that says it has more is come to before it is loaded again."""


class Place(NamedTuple):
    """Where the rows are on screen: left edge and top of the first, top of the last."""

    left: float
    top: float
    last: float


@dataclass
class LongList:
    """Make a new one for each time that a list is looked through.

    Attributes:
        names: the rows' links.
        more: what turns the page of the list, or loads more of it, if there is such a thing.
        read: what the rows hold now.
        seconds: for each wait.
    """

    names: Locator
    more: Locator
    read: Callable[[], list[Any]]
    seconds: float
    _top: Place | None = None

    def turn(self, before: list[Any]) -> bool:
        """Press what brings other rows, if there is such a thing; whether others came."""
        if not self.more.count():
            return False
        self.more.last.click()
        return self._what_comes([self._other_rows(before)], self.seconds) is not None

    def scroll(self, before: list[Any]) -> bool:
        """Turn the mouse wheel where the list begins until other rows appear; whether they did.

        Comes to the end several times: a list that was still loading may have missed it, and one that is drawn again
        meanwhile begins at its top.
        """
        self._top = top = self._top or self._place()
        if top is None:
            return False
        changed = self._other_rows(before)
        step = max(100.0, (top.last - top.top) / 3)  # a list that draws only the rows in sight would skip some otherwise
        mouse = self.names.page.mouse
        mouse.move(top.left + 5, top.top + 5)
        for _ in range(ENDS):
            if self._to_end(step, changed) or self._what_comes([changed], min(MORE_ROWS, self.seconds)):
                return True
            mouse.wheel(0, -step)
        return False

    def _to_end(self, step: float, changed: Outcome) -> bool:
        """Scroll until other rows come, or the list does not move any more; whether they came."""
        while True:
            before = self._place()
            self.names.page.mouse.wheel(0, step)
            moved = self._moved_from(before)
            outcome = self._what_comes([changed, moved], AT_END)
            if outcome is not moved:
                return outcome is changed

    def _moved_from(self, before: Place | None) -> Outcome:
        return Outcome("the list moved", fact=lambda: self._place() != before)

    def _other_rows(self, before: list[Any]) -> Outcome:
        """Others than before; a list that is empty for the moment has none yet."""
        return Outcome("other rows", fact=lambda: self.read() not in ([], before))

    def _place(self) -> Place | None:
        """Where the rows are now, in one round trip; None while there are none."""
        found = self.names.evaluate_all(WHERE)
        return Place(*found) if found else None

    def _what_comes(self, outcomes: list[Outcome], seconds: float) -> Outcome | None:
        try:
            return race(self.names.page, "more rows", outcomes, seconds)
        except UnexpectedPage:
            return None
