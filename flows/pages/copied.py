"""Values that a page gives only to its ``Copy`` buttons: taken on their way, so that they never reach the system's clipboard.

A guess (document, step 4.7: "Copy"): every screenshot shows key and secret in clear text beside these buttons. So this is
done only where no value can be read.
"""

from __future__ import annotations

from typing import Final

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Frame, Locator, Page

from flows.pages.labels import Labels

TAKE: Final = """() => {
  const taken = globalThis.__taken ??= [];
  const take = (text) => { if (text) taken.push(String(text)); };
  const blobs = (items) => Promise.all([...items].map(async item => {
    for (const type of item.types.filter(type => type === 'text/plain')) take(await (await item.getType(type)).text());
  }));
  const clipboard = { writeText: async (text) => take(text), write: blobs };
  if (navigator.clipboard) for (const [name, value] of Object.entries(clipboard))
    Object.defineProperty(navigator.clipboard, name, { value, configurable: true });
  else Object.defineProperty(navigator, 'clipboard', { value: clipboard, configurable: true });
  const active = (root) => root.activeElement?.shadowRoot ? active(root.activeElement.shadowRoot) : root.activeElement;
  const selected = () => {
    const field = active(document);
    const part = field?.value?.slice(field.selectionStart ?? 0, field.selectionEnd ?? undefined);
    return part || String(getSelection());
  };
  const execute = Document.prototype.execCommand;
  Document.prototype.execCommand = function (command, ...more) {
    if (!/^(copy|cut)$/i.test(command)) return execute.call(this, command, ...more);
    const how = { clipboardData: new DataTransfer(), bubbles: true, cancelable: true, composed: true };
    const event = new ClipboardEvent('copy', how);
    (active(document) ?? document.body).dispatchEvent(event);
    take(event.clipboardData.getData('text/plain') || selected());
    return true;
  };
  addEventListener('copy', (event) => {
    if (!event.isTrusted) return;
    take(event.clipboardData.getData('text/plain') || selected());
    event.clipboardData.clearData();
    event.preventDefault();
  });
}"""
"""Script: what the page would write to the clipboard is kept in the page instead, by whichever of the ways it writes."""
TAKEN: Final = "() => globalThis.__taken?.splice(0) ?? []"
"""Script: what was taken since the last question."""
SAME_LINE: Final = 12.0
"""Pixels by which a button may be above its row's label and still belong to it."""


class CopyButtons:
    """The ``Copy`` button of each row, one to be pressed after the other.

    Args:
        place: the page, or a frame of it.
        labels: the texts of the buttons.
        rows: label key to the label of the row.
        seconds: for each click.

    All methods raise PlaywrightError when the page goes away.
    """

    def __init__(self, place: Page | Frame, labels: Labels, rows: dict[str, Locator], seconds: float) -> None:
        self._place = place
        self._seconds = seconds
        place.evaluate(TAKE)
        self._buttons = _by_row(buttons(place, labels), rows)

    def press(self, key: str) -> bool:
        """Press the button of a row; whether it has one."""
        self.taken()
        if key in self._buttons:
            self._buttons[key].click(timeout=self._seconds * 1000)
        return key in self._buttons

    def taken(self) -> list[str]:
        """What was copied since the last question; any of it may be a secret."""
        return [str(text).strip() for text in self._place.evaluate(TAKEN)]


def buttons(place: Page | Frame, labels: Labels) -> Locator:
    """Visible buttons and links whose name begins with ``Copy``."""
    name = labels.beginning("consumer.copy")
    return place.get_by_role("button", name=name).or_(place.get_by_role("link", name=name)).filter(visible=True)


def _by_row(copies: Locator, rows: dict[str, Locator]) -> dict[str, Locator]:
    """The button of each row: the first that is beside or below its label, and above the next one."""
    tops = {key: box["y"] for key, label in rows.items() if label.count() == 1 and (box := label.bounding_box())}
    found: dict[str, Locator] = {}
    for button in copies.all():
        box = button.bounding_box()
        above = [key for key, top in tops.items() if box and top <= box["y"] + SAME_LINE]
        if above:
            found.setdefault(max(above, key=lambda key: tops[key]), button)
    return found


def can_copy(place: Page | Frame, labels: Labels) -> bool:
    """Whether the page has such buttons now."""
    try:
        return buttons(place, labels).count() > 0
    except PlaywrightError:
        return False
