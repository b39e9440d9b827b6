"""What a page shows as text, also inside open shadow roots, which ``innerText`` of anything around them leaves out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Locator, Page

from flows.pages.base import any_of

_SPINNERS: Final = (".slds-spinner", "lightning-spinner")
SPINNER: Final = any_of(*_SPINNERS)
"""Lightning's spinner (UTAM; base components)."""

TEXT: Final = """(root) => {
  const found = [];
  const walk = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return found.push(node.data);
    if (node.nodeType !== Node.ELEMENT_NODE) return node.childNodes.forEach(walk);
    if (node.matches("script, style, noscript, template")) return;
    const hidden = node.checkVisibility?.({visibilityProperty: true}) === false;
    if (hidden && node !== root && !node.matches("slot")) return;
    const slotted = node.matches("slot") ? node.assignedNodes({flatten: true}) : [];
    const apart = node.matches("br") || !/^(inline|contents)/.test(getComputedStyle(node).display);
    if (apart) found.push("\\n");
    (slotted.length ? slotted : (node.shadowRoot ?? node).childNodes).forEach(walk);
    if (apart) found.push("\\n");
  };
  walk(root);
  return found.join("").replace(/\\s+/g, " ").trim();
}"""
"""Script: the visible text of an element, on one line; of one that is hidden itself (an option), what it would show."""

_STATE: Final = f"""(spinner) => {{
  const text = ({TEXT})(document.body), sealed = [], spinning = [];
  const sized = (one) => {{
    const box = one.getBoundingClientRect();
    return box.width * box.height > 0;
  }};
  const walk = (root) => root.querySelectorAll("*").forEach((one) => {{
    if (one.matches(spinner) && sized(one) && one.checkVisibility({{visibilityProperty: true}})) spinning.push(one);
    if (one.shadowRoot) return walk(one.shadowRoot);
    if (one.localName.includes("-") && !one.childNodes.length && sized(one)) sealed.push(one.localName);
  }});
  walk(document);
  return [text.length, [...new Set(sealed)].slice(0, 3), spinning.length > 0, document.readyState !== "loading"];
}}"""
"""Script: how much text the page shows, which custom elements have a size though nothing in them can be read, and spinners."""


@dataclass(frozen=True)
class Shown:
    """What a page shows now.

    Attributes:
        letters: length of its visible text.
        sealed: names of custom elements that show something of their own in closed shadow roots.
        spins: whether a spinner turns.
    """

    letters: int
    sealed: tuple[str, ...]
    spins: bool

    @property
    def blank(self) -> bool:
        """Whether there is nothing to see yet."""
        return not self.letters and not self.sealed

    def __str__(self) -> str:
        """What cannot be read, as a part of a sentence; nothing when all can."""
        if not self.sealed:
            return ""
        much = "Parts of the page" if self.letters else "The page"
        names = ", ".join(f"<{name}>" for name in self.sealed)
        return f"{much} can't be read: the content of {names} is in closed shadow roots, which no script of a test tool sees."


def shown(page: Page) -> Shown | None:
    """What the page shows, in one round trip; None while it is being replaced."""
    try:
        letters, sealed, spins, parsed = page.evaluate(_STATE, ", ".join(_SPINNERS))
    except PlaywrightError:
        return None
    return Shown(letters, tuple(sealed), bool(spins)) if parsed else None


def texts_of(elements: Locator) -> list[str]:
    """The visible text of each element that is there now, on one line each, in one round trip."""
    found: list[Any] = elements.evaluate_all(f"all => all.map({TEXT})")
    return [str(text) for text in found]
