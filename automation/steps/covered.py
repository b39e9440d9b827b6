"""A control that could not be used because something covered it: what that was, by its title, for a person to close."""

from __future__ import annotations

import html
import json
import re
from typing import Final

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page

from automation.errors import UnexpectedPage

ADVICE: Final = (
    "Log in by hand as this user and close or answer it, or run with --headed and do it there; then run again. "
    "No label file helps here."
)
MOST_WORDS: Final = 120
"""Characters of a title or of a dialog's text in a message."""
MOST_ATTRIBUTES: Final = 400
"""Characters of a tag in the log from which on it is cut."""

_IN_THE_WAY: Final = re.compile(r"<[^\n]*intercepts pointer events")
"""What Playwright's call log says of an element that covers the one to be clicked: its markup, and of what it is a part."""
_OPENING: Final = re.compile(r"<(\w[\w-]*)([^>]*)>")
_ATTRIBUTE: Final = re.compile(r'([\w-]+)="([^"]*)"')

TITLE: Final = """element => {
  const words = (one) => (one?.textContent ?? '').replace(/\\s+/g, ' ').trim();
  const heading = (root) => root.querySelector('h1, h2, h3, h4, h5, h6, [role=heading], header, [class*=title i]') ??
    [...root.querySelectorAll('*')].map(one => one.shadowRoot && heading(one.shadowRoot)).find(Boolean);
  for (let one = element, up = 0; one && up < 8; one = one.parentElement ?? one.getRootNode().host, up++) {
    if (one.matches('html, body, main, [role=main]') || one.querySelector('main, [role=main]')) break;
    const by = one.getAttribute('aria-labelledby')?.split(' ').map(id => one.getRootNode().getElementById?.(id));
    const named = one.getAttribute('aria-label') || words(by?.find(Boolean));
    const title = named || words(heading(one.shadowRoot ?? one) ?? heading(one));
    if (title) return title;
  }
  return '';
}"""
"""Script: the title of what an element is part of, without that of the page itself. It only reads."""


class Covered(UnexpectedPage):
    """Something covers the control. It is named by its title, never by its markup, which says nothing to a person."""

    def __init__(self, doing: str, log: str) -> None:
        self._doing = doing
        self._tags = _tags(log)
        self.markup = " ".join(f"{name}{attributes}" for name, attributes in self._tags)
        """As in Playwright's call log, of what lay over the control last; empty when nothing did."""
        roles = [_attributes(tag) for _, tag in self._tags]
        named = next((one["aria-label"] for one in roles if one.get("aria-label")), "")
        super().__init__(self._said(named), next=ADVICE)
        self._named = bool(named)

    def look(self, page: Page) -> None:
        """Complete the message by the title, and by the words of a dialog that is open."""
        if not self._named:
            self.message = self._said(next(filter(None, (_title(page, *tag) for tag in self._tags)), ""))
        words = _dialog(page)
        if words:
            self.message += f' A dialog is open: "{words}".'

    def _said(self, title: str) -> str:
        by = f'"{title[:MOST_WORDS]}"' if title else "something without a title"
        return f"{self._doing}: a control did not become usable in time; it is covered by {by}."


def _tags(log: str) -> list[tuple[str, str]]:
    """Outermost first."""
    found = _IN_THE_WAY.findall(log)
    parts = found[-1].split(" from <") if found else []
    tags = [opening for part in parts if (opening := _OPENING.search(f"<{part.lstrip('<')}"))]
    return [(tag.group(1), tag.group(2)) for tag in reversed(tags)]


def _attributes(tag: str) -> dict[str, str]:
    return {name: html.unescape(value) for name, value in _ATTRIBUTE.findall(tag)}


def _title(page: Page, name: str, attributes: str) -> str:
    """By looking the element up again, by the attributes that the log has of it."""
    known = _attributes(attributes) if len(attributes) < MOST_ATTRIBUTES else {}
    selector = name + "".join(f"[{key}={json.dumps(value)}]" for key, value in known.items() if key != "style")
    try:
        return " ".join(str(page.locator(selector).filter(visible=True).first.evaluate(TITLE, timeout=1_000)).split())
    except PlaywrightError:
        return ""


def _dialog(page: Page) -> str:
    """What covers the page is often the backdrop of a dialog, which has no title of its own."""
    dialogs = page.locator("[role=dialog], [role=alertdialog], dialog[open]").filter(visible=True)
    try:
        return " ".join(dialogs.first.inner_text(timeout=1_000).split())[:MOST_WORDS] if dialogs.count() else ""
    except PlaywrightError:
        return ""
