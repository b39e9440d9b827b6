"""Form controls as Lightning builds them, and as plainer pages do: each can be read, and set with proof.

Why these detours (measured on Lightning base components): no click reaches the real checkbox, since a styled box
covers it, so it is toggled by the keyboard; a combobox is a button whose options exist only once it was opened;
the accessible name of a required field carries a ``*`` in some releases; a field in view mode may be a disabled or
read-only input, or plain text.
"""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Locator, Page, expect

from automation.browser.race import Outcome, race
from automation.errors import ElementNotFound, FieldRefused, UnexpectedPage
from flows.pages import base
from flows.pages.base import STRICT, Region, labelled, the_only
from flows.pages.labels import Labels
from flows.pages.reading import TEXT, texts_of

AT_ONCE = 0.5
"""Seconds to find out why a field could not be used."""
REFILLED_AFTER = (1.0, 1.0)
"""Seconds after which a text that is not there is typed again: a field that is drawn again meanwhile loses it."""
FOLLOW_MS = 1_500
"""Time in which a page fills the API name from the name; typing before it happened mixes both (measured)."""


@dataclass(frozen=True)
class Field:
    """A control found by role and label inside a region."""

    region: Region
    labels: Labels
    key: str
    timeout: float

    @property
    def label(self) -> str:
        return self.labels[self.key]

    @property
    def page(self) -> Page:
        return self.region if isinstance(self.region, Page) else self.region.page

    def _find(self, role: str) -> Locator:
        return the_only(self._here(role), role, self.label, self.region, self.timeout)

    def _here(self, role: str) -> Locator:
        name = self.labels.with_value(self.key) if role == "combobox" else None
        return labelled(self.region, role, self.labels, self.key, name)

    @property
    def control(self) -> Locator:
        """Whatever control of this label is visible."""
        return self._here("textbox").or_(self._here("combobox")).or_(self._here("checkbox"))

    def there(self) -> bool:
        """Whether a control of this label is visible now."""
        return self.control.count() > 0

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
        box = self._here("textbox").or_(self._here("combobox"))
        values = _values_of(box)
        return values[0] if len(values) == 1 else self.as_text()

    def set(self, value: str) -> None:
        """Replace the content, leave the field (some follow others on leaving), and check that it stayed."""
        box = self._here("textbox")
        for seconds in (*REFILLED_AFTER, self.timeout):
            self._fill(box, "textbox", value)
            box.press("Tab")
            if self._keeps(box, value, seconds):
                return
        raise self._not_kept()

    def _fill(self, box: Locator, role: str, value: str) -> None:
        """Playwright waits by itself for the one field, and until it can be edited.

        Raises:
            ElementNotFound, UnexpectedPage: there are none or several, or it can't be edited.
        """
        base.about_to_use(box)
        try:
            box.fill(value, timeout=self.timeout * 1000)
        except PlaywrightError:
            the_only(box, role, self.label, self.region, AT_ONCE)
            raise UnexpectedPage(f'"{self.label}" can\'t be edited.') from None

    def follows_to(self, wanted: str) -> bool:
        """Wait a moment for the page to fill this field by itself; whether it got the expected value."""
        box = self._here("textbox")
        try:
            expect(box).not_to_have_value("", timeout=FOLLOW_MS)
        except AssertionError:
            return False
        return box.input_value() == wanted

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
        """Of each such box that is there now, in one round trip: whether it is ticked, and whether it can be changed."""
        found: list[list[bool]] = self._here("checkbox").evaluate_all(_BOXES) or self._here("switch").evaluate_all(_BOXES)
        return [(bool(ticked), bool(enabled)) for ticked, enabled in found]

    def _box(self) -> Locator:
        """The switch only where there is no box: two roles in one search cost as much as two searches."""
        box, switch = self._here("checkbox"), self._here("switch")
        return switch if not box.count() and switch.count() else box

    def locked(self, *, editing: bool) -> bool:
        """Whether the org keeps it ticked for good (2026: ``To change this required setting, contact Support.``).

        In edit mode a locked box is disabled; in view mode all are, so the sentence that follows it decides.
        """
        boxes = self._boxes()
        if len(boxes) != 1 or not boxes[0][0]:
            return False
        return not boxes[0][1] if editing else self._sentence_follows()

    def _sentence_follows(self) -> bool:
        root = self.region.locator("body") if isinstance(self.region, Page) else self.region
        after = root.aria_snapshot().split(f'checkbox "{self.label}"', 1)[-1]
        return bool(self.labels.containing("create.locked").search(after.split("- checkbox ", 1)[0]))

    def set(self, wanted: bool) -> None:
        """Toggle by keyboard when needed; the caller checks `state` once dialogs have been answered."""
        box, there = self._box(), self._boxes()
        if len(there) != 1 or not there[0][1]:
            box = the_only(self.control, "checkbox", self.label, self.region, self.timeout)
            _wait_until_enabled(box, self.label, self.timeout)
            there = self._boxes()
        base.about_to_use(box)
        if (there[0][0] if len(there) == 1 else None) != wanted:
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
        try:
            expect(self._box()).to_be_checked(checked=wanted, timeout=self.timeout * 1000)
        except AssertionError:
            the_only(self.control, "checkbox", self.label, self.region, self.timeout)
            raise UnexpectedPage(f'"{self.label}" did not stay {"ticked" if wanted else "cleared"}.') from None


class Choice(Field):
    """A combobox: Lightning's button with a list, an input with a list, or a plain select."""

    def value(self) -> str | None:
        """The chosen option's text; None when no such control is there."""
        box = self._here("combobox").or_(self._here("textbox"))
        values = _values_of(box)
        return values[0] if len(values) == 1 else self.as_text()

    def choose(self, key: str) -> None:
        """Choose exactly the option with this label and check that it is shown.

        Raises:
            FieldRefused: the list has no such option.
        """
        if self._chosen(_values_of(self._here("combobox")), key):
            return
        box = self._find("combobox")
        _wait_until_enabled(box, self.label, self.timeout)
        if self._shows(box, key):
            return
        if _tag(box) == "select":
            self._select(box, key)
        else:
            box.click()
            if not self._opened(box):
                box.click()
            self._option(key).click()
        try:
            race(self.page, "the choice", [Outcome("shown", fact=lambda: self._shows(box, key))], self.timeout)
        except UnexpectedPage:
            raise UnexpectedPage(f'"{self.label}" does not show "{self.labels[key]}" after it was chosen.') from None

    def _shows(self, box: Locator, key: str) -> bool:
        values = _values_of(box) or [str(box.evaluate(f"e => ({_VALUES})([e])[0]")).strip()]  # just drawn again: waits for it
        return self._chosen(values, key)

    def _chosen(self, values: list[str], key: str) -> bool:
        return len(values) == 1 and self.labels.same(key, values[0])

    def _select(self, box: Locator, key: str) -> None:
        """A plain select has its options from the start."""
        there = texts_of(box.locator("option"))
        matching = [text for text in there if self.labels.same(key, text)]
        if len(matching) != 1:
            raise FieldRefused(f'"{self.label}" offers no single option "{self.labels[key]}"; it offers: {", ".join(there)}.')
        box.select_option(label=matching[0])

    def _opened(self, box: Locator) -> bool:
        """Whether its list has come; one that was drawn again under the click has closed its list, and says so if anything."""
        came = Outcome("its list", element=self.page.get_by_role("option"))
        try:
            race(self.page, "the list of options", [came], self.timeout / 3)
        except UnexpectedPage:
            return box.get_attribute("aria-expanded") != "false"
        return True

    def _option(self, key: str) -> Locator:
        option = self.labels[key]
        options = self.page.get_by_role("option", name=self.labels.pattern(key)).filter(visible=True)
        try:
            options.wait_for(state="visible", timeout=self.timeout * 1000)
        except PlaywrightError as error:
            if STRICT in error.message:
                raise ElementNotFound(f'"{self.label}" offers "{option}" more than once.') from None
            there = texts_of(self.page.get_by_role("option").filter(visible=True))
            raise FieldRefused(f'"{self.label}" offers no option "{option}"; it offers: {", ".join(there)}.') from None
        return options


def _wait_until_enabled(control: Locator, label: str, timeout: float) -> None:
    try:
        expect(control).to_be_enabled(timeout=timeout * 1000)
    except AssertionError:
        raise UnexpectedPage(f'"{label}" is there but can\'t be changed.') from None


_BOXES = """all => all.map(e => [
  'checked' in e ? e.checked : e.getAttribute('aria-checked') === 'true',
  !e.matches(':disabled') && !e.closest('[aria-disabled=true]'),
])"""

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

_VALUES = f"""all => all.map(e => {{
  if (e.tagName === 'SELECT') return e.selectedOptions.length ? e.selectedOptions[0].label : '';
  return ['INPUT', 'TEXTAREA'].includes(e.tagName) ? e.value : ({TEXT})(e);
}})"""


def _values_of(boxes: Locator) -> list[str]:
    """The shown values of inputs, text areas, selects or Lightning combobox buttons that are there now, in one round trip."""
    return [str(value).strip() for value in boxes.evaluate_all(_VALUES)]


def _tag(box: Locator) -> str:
    return str(box.evaluate("e => e.tagName.toLowerCase()"))
