"""What a failed page looked like, in a form that can be shared: URL, title, accessibility tree, screenshot."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page

from automation.secrets import scrub
from automation.secrets.files import write_private

READ_TIMEOUT: Final = 3_000
"""Milliseconds for each reading of a page that may be stuck."""

MOST_PAGES: Final = 4

MASKED: Final = (
    "input[type=password]",
    "input[autocomplete=one-time-code]",
    "input[autocomplete=current-password]",
    "#emc, #smc, #tc",  # fields for codes on Salesforce's verification pages
)
"""What is painted over. Pages that show key or secret are private phases, of which there is no screenshot at all."""
MASK_COLOUR: Final = "#7a7a7a"
UNSEEN: Final = "runbook-banner, runbook-outline { display: none !important; }"
"""The tool's own banner is no part of the org's page."""


_OUTLINE_ROLES = (
    "alert|alertdialog|banner|button|checkbox|combobox|dialog|form|heading|link|list|main|navigation|option|radio|"
    "radiogroup|region|row|rowheader|columnheader|tab|tabpanel|textbox"
)
_OUTLINE_LINE = re.compile(rf"^\s*- '?(?:{_OUTLINE_ROLES})\b")
_WORD = re.compile(r"[^\s\"']{16,}")
_LONG = re.compile(r"[A-Za-z0-9_.!+/=%-]{16,}")
_SHORT_NUMBER = re.compile(r"\b\d{4,8}\b")


def url_of(page: Page) -> str:
    """A page's URL without query and fragment, which can hold one-time links; with all known secrets removed."""
    parts = urlsplit(page.url)
    host = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}" if parts.netloc else f"{parts.scheme}:"
    return scrub(f"{host}{parts.path}")


def collect(pages: list[Page], folder: Path, *, private: bool) -> Path:
    """Write one text (and, unless ``private``, one screenshot) per page.

    Args:
        private: the failure came while secrets were typed or shown: no screenshot is taken, and of the accessibility tree
            only an outline is kept, without values, keys and codes.

    Returns:
        ``folder``. What can't be had from a page is named in its text; nothing is raised for it.

    Raises:
        OSError: it can't be written.
    """
    folder.mkdir(mode=0o700, exist_ok=True)
    for number, page in enumerate(pages[:MOST_PAGES], 1):
        text = _text(page, private=private)
        write_private(folder / f"page-{number}.txt", text.encode("utf-8", "replace"))  # a page may hold halves of characters
        data = None if private else masked_screenshot(page, timeout=READ_TIMEOUT, style=UNSEEN, animations="disabled")
        if data is not None:  # the text says what the page was; a screenshot is an extra
            write_private(folder / f"page-{number}.png", data)
    return folder


def _text(page: Page, *, private: bool) -> str:
    lines = [f"url: {url_of(page)}", f"title: {_had(page.title)}", "accessibility tree:"]
    if private:
        lines[-1] = "outline (values and texts are left out, as secrets were typed or shown here):"
    tree = _had(lambda: page.locator("body").aria_snapshot(timeout=READ_TIMEOUT))
    tree = re.sub(r"(/url: [^?#\n]*)[?#].*", r"\1", tree)  # the query of a link can hold a session
    return scrub("\n".join([*lines, outline(tree) if private else tree, ""]))


def _had(read: Callable[[], str]) -> str:
    try:
        return read()
    except PlaywrightError:
        return "(could not be read)"


def outline(tree: str) -> str:
    """Headings, controls and alerts of an aria snapshot with their names, without values and what may be a secret."""
    kept = [line for line in tree.splitlines() if _OUTLINE_LINE.match(line)]
    return "\n".join(masked(_without_value(line)) for line in kept)


def masked(text: str) -> str:
    """A text without what may be a key, a token or a code: a long word with digits, or a short number."""
    return _SHORT_NUMBER.sub("***", _WORD.sub(lambda found: _masked_word(found.group()), text))


def _masked_word(word: str) -> str:
    """The parts before the last digit; the digit is looked for once a word, not once a place (that took minutes)."""
    last = max((at for at, character in enumerate(word) if character.isdigit()), default=-1)
    return _LONG.sub(lambda part: "***" if part.start() <= last else part.group(), word)


def _without_value(line: str) -> str:
    """Cut what follows the name of a control: ``- textbox "Password": hunter2`` shows what was typed."""
    role = line.strip().removeprefix("- ").lstrip("'").split(" ")[0].rstrip(":")
    if role in ("alert", "heading", "link", "button"):
        return line
    return re.sub(r'^(\s*- [^"]*?(?:"(?:[^"\\]|\\.)*")?[^":]*):.*$', r"\1", line)


def masked_screenshot(page: Page, **form: Any) -> bytes | None:
    """The visible part of a page with secrets painted over; None when it can't be had.

    Masks are only asked for where they are needed: they cost as much as the screenshot (measured).
    """
    secrets = page.locator(", ".join(MASKED))
    try:
        return page.screenshot(mask=[secrets] if secrets.count() else None, mask_color=MASK_COLOUR, **form)
    except PlaywrightError:
        return None
