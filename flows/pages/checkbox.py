"""A tick box. No click reaches Lightning's real one, since a styled box covers it, so it is toggled by the keyboard."""

from __future__ import annotations

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Locator, expect

from automation.errors import UnexpectedPage
from flows.pages import base
from flows.pages.base import the_only
from flows.pages.fields import Field, wait_until_enabled
from flows.pages.snapshot import take

BOXES = """all => all.map(e => [
  'checked' in e ? e.checked : e.getAttribute('aria-checked') === 'true',
  !e.matches(':disabled') && !e.closest('[aria-disabled=true]'),
])"""
"""Script: of each box whether it is ticked, and whether it can be changed."""


class Checkbox(Field):
    """A tick box, or a switch in its place (a guess: that is how newer base components mark their toggle)."""

    @property
    def control(self) -> Locator:
        return self._here("checkbox").or_(self._here("switch"))

    def state(self) -> bool | None:
        """Ticked or not; None when no such box is there."""
        boxes = self._boxes()
        return boxes[0][0] if len(boxes) == 1 else None

    def enabled(self) -> bool:
        """Whether it is there and can be changed."""
        boxes = self._boxes()
        return len(boxes) == 1 and boxes[0][1]

    def _boxes(self) -> list[tuple[bool, bool]]:
        """Of each such box that is there, in one round trip: whether it is ticked, and whether it can be changed."""
        if (seen := self._seen("checkbox", "switch")) is not None and seen.ticked is not None:
            return [(seen.ticked, seen.enabled)]
        if self.seen is not None and not self.seen.named(self.labels, self.key, "checkbox", "switch"):
            return []
        return [(bool(ticked), bool(enabled)) for ticked, enabled in self._read(BOXES, "checkbox", "switch")]

    def locked(self, *, editing: bool) -> bool:
        """Whether the org keeps it ticked for good (2026: ``To change this required setting, contact Support.``).

        In edit mode a locked box is disabled; in view mode all are, so the sentence that follows it decides.
        """
        boxes = self._boxes()
        if len(boxes) != 1 or not boxes[0][0]:
            return False
        return not boxes[0][1] if editing else self._sentence_follows()

    def _sentence_follows(self) -> bool:
        snapshot = self.seen or take(self.region)
        boxes = snapshot.named(self.labels, self.key, "checkbox", "switch") if snapshot else []
        sentence = self.labels.containing("create.locked")
        return any(sentence.search(snapshot.until_next(box)) for box in boxes if snapshot)

    def set(self, wanted: bool) -> None:
        """Toggle by keyboard when needed; the caller checks `state` once dialogs have been answered."""
        box = self._here("checkbox")
        there = box.evaluate_all(BOXES)
        if len(there) != 1 or not there[0][1]:
            box = the_only(self.control, "checkbox", self.label, self.region, self.timeout)
            wait_until_enabled(box, self.label, self.timeout)
            there = box.evaluate_all(BOXES)
        base.about_to_use(box)
        if not there or there[0][0] is not wanted:
            box.press("Space")

    def make(self, wanted: bool) -> None:
        """Set it and see that it stays; once more where the page drew it again meanwhile. Raises as `expect`."""
        self.set(wanted)
        try:
            self.expect(wanted)
        except UnexpectedPage:
            self.set(wanted)
            self.expect(wanted)

    def expect(self, wanted: bool) -> None:
        """Raises UnexpectedPage when the box did not stay so, ElementNotFound when it is not there."""
        box = self.control
        if not self._is(box, wanted):
            one = the_only(box, "checkbox", self.label, self.region, self.timeout)
            if one is box or not self._is(one, wanted):
                raise UnexpectedPage(f'"{self.label}" did not stay {"ticked" if wanted else "cleared"}.')

    def _is(self, box: Locator, wanted: bool) -> bool:
        try:
            expect(box).to_be_checked(checked=wanted, timeout=self.timeout * 1000)
        except (AssertionError, PlaywrightError):
            return False
        return True
