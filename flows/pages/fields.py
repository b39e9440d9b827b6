"""Form controls as Lightning builds them, and as plainer pages do: each can be read, and set with proof.

Why these detours (measured on Lightning base components): no click reaches the real checkbox, since a styled box
covers it, so it is toggled by the keyboard; a combobox is a button whose options exist only once it was opened;
the accessible name of a required field carries a ``*`` in some releases; a field in view mode may be a disabled or
read-only input, or plain text.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import Any

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Locator, Page, expect

from automation.errors import UnexpectedPage
from flows.pages import base
from flows.pages.base import AT_ONCE, Region, by_role, the_only, users_own
from flows.pages.labels import Labels
from flows.pages.reading import TEXT
from flows.pages.snapshot import Node, Snapshot

REFILLED_AFTER = (1.0, 1.0)
"""Seconds after which a text that is not there is typed again: a field that is drawn again meanwhile loses it."""
FOLLOW_MS = 1_500
"""Time in which a page fills the API name from the name; typing before it happened mixes both (measured)."""


@dataclass(frozen=True)
class Field:
    """A control found by role and label inside a region.

    ``seen`` is what the region showed when all of its fields are read at once; what it does not answer is looked up.
    """

    region: Region
    labels: Labels
    key: str
    timeout: float
    seen: Snapshot | None = None

    @property
    def label(self) -> str:
        return self.labels[self.key]

    @property
    def page(self) -> Page:
        return self.region if isinstance(self.region, Page) else self.region.page

    def _find(self, role: str) -> Locator:
        return the_only(self._here(role), role, self.label, self.region, self.timeout)

    def _here(self, role: str) -> Locator:
        """Named in any language; of several, `users_own` are meant."""
        name = self.labels.with_value(self.key) if role == "combobox" else self.labels.pattern(self.key)
        return by_role(self.region, role, name)

    @property
    def control(self) -> Locator:
        """Whatever control of this label is visible."""
        return self._here("textbox").or_(self._here("combobox"))

    def there(self) -> bool:
        """Whether a control of this label is visible now."""
        return self.control.count() > 0

    def _read(self, script: str, *roles: str) -> list[Any]:
        """What a script says of each such control that is there now: of the user's language where there are several."""
        found = reduce(Locator.or_, map(self._here, roles)).evaluate_all(script)
        if len(found) < 2:
            return list(found)
        own = reduce(Locator.or_, (users_own(self.region, role, self.labels, self.key) for role in roles))
        return list(own.evaluate_all(script) or found)

    def _seen(self, *roles: str) -> Node | None:
        """The one such control of the snapshot."""
        found = self.seen.named(self.labels, self.key, *roles) if self.seen else []
        return found[0] if len(found) == 1 else None

    def _shown_value(self, *roles: str) -> str | None:
        """The value of a control, or of a text beside its label; None when there is no such thing."""
        if (seen := self._seen(*roles)) is not None and seen.value:
            return seen.value
        if self.seen is not None and not self.seen.mentions(self.labels, self.key):
            return None
        values = values_of(self._read(VALUES, *roles))
        return values[0] if len(values) == 1 else self.as_text()

    def as_text(self) -> str | None:
        """The value where a page shows it as plain text beside its label: ``<dt>Label</dt><dd>Value</dd>`` and the like."""
        for pattern in (self.labels.likely(self.key), self.labels.pattern(self.key)):
            label = self.region.get_by_text(pattern).filter(visible=True)
            texts = label.evaluate_all(f"all => all.map({_BESIDE})")
            if texts:
                return (str(texts[0]).strip() or None) if len(texts) == 1 else None
        return None


class TextField(Field):
    """A text box or text area."""

    def value(self) -> str | None:
        """What it holds, in edit or in view mode; None when no such field is there."""
        return self._shown_value("textbox", "combobox")

    def set(self, value: str) -> None:
        """Replace the content, leave the field (some follow others on leaving), and check that it stayed."""
        box = self._here("textbox")
        for seconds in (*REFILLED_AFTER, self.timeout):
            box = self._fill(box, "textbox", value)
            box.press("Tab")
            if self._keeps(box, value, seconds):
                return
        raise self._not_kept()

    def _fill(self, box: Locator, role: str, value: str) -> Locator:
        """Playwright waits by itself for the one field, and until it can be edited. Returns the field, of several the one meant.

        Raises:
            ElementNotFound, UnexpectedPage: there are none or several, or it can't be edited.
        """
        base.about_to_use(box)
        try:
            box.fill(value, timeout=self.timeout * 1000)
        except PlaywrightError:
            one = the_only(box, role, self.label, self.region, AT_ONCE)
            if one is not box:
                return self._fill(one, role, value)
            raise UnexpectedPage(f'"{self.label}" can\'t be edited.') from None
        return box

    def follows_to(self, wanted: str) -> bool:
        """Wait a moment for the page to fill this field by itself; whether it got the expected value."""
        box = self._here("textbox")
        try:
            expect(box).not_to_have_value("", timeout=FOLLOW_MS)
            return box.input_value() == wanted
        except (AssertionError, PlaywrightError):
            return False

    def _keeps(self, box: Locator, value: str, seconds: float) -> bool:
        try:
            expect(box).to_have_value(value, timeout=seconds * 1000)
        except AssertionError:
            return False
        return True

    def _expect_value(self, box: Locator, value: str) -> None:
        if not self._keeps(box, value, self.timeout):
            raise self._not_kept()

    def _not_kept(self) -> UnexpectedPage:
        return UnexpectedPage(f'"{self.label}" did not keep the value that was typed.')


def wait_until_enabled(control: Locator, label: str, timeout: float) -> None:
    try:
        expect(control).to_be_enabled(timeout=timeout * 1000)
    except AssertionError:
        raise UnexpectedPage(f'"{label}" is there but can\'t be changed.') from None


_BESIDE = """label => {
  const read = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return [node.data.trim()];
    if (node.nodeType !== Node.ELEMENT_NODE || node.matches("button, [role=button], script, style")) return [];
    if (node.checkVisibility?.() === false && !node.matches("slot")) return [];
    const slotted = node.matches("slot") ? node.assignedNodes({flatten: true}) : [];
    return [...(slotted.length ? slotted : (node.shadowRoot ?? node).childNodes)].flatMap(read).filter(Boolean);
  };
  if (label.matches("dt, th")) return label.nextElementSibling ? read(label.nextElementSibling).join(" ") : "";
  const own = read(label), all = read(label.parentElement ?? label.getRootNode().host ?? label);
  const at = all.findIndex((_, i) => own.every((piece, j) => all[i + j] === piece));
  return all.toSpliced(Math.max(0, at), at < 0 ? 0 : own.length).join(" ");
}"""
"""The text beside a label: in the next cell, or around the label without it. ``innerText`` does not go into shadow roots."""

VALUES = f"""all => all.map(e => {{
  if (e.tagName === 'SELECT') return e.selectedOptions.length ? e.selectedOptions[0].label : '';
  return ['INPUT', 'TEXTAREA'].includes(e.tagName) ? e.value : ({TEXT})(e);
}})"""


def values_of(values: list[Any]) -> list[str]:
    """The shown values of inputs, text areas, selects or Lightning combobox buttons, as `VALUES` reads them."""
    return [str(value).strip() for value in values]
