"""A static copy of a page as it is: its HTML without scripts and images, its accessibility tree, its URL."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from playwright.sync_api import Page

from automation.artifacts.evidence import outline

LOOK_TIMEOUT: Final = 5_000
"""Milliseconds for the accessibility tree."""


@dataclass(frozen=True)
class PageCopy:
    """A page, as it was and later anonymous.

    Attributes:
        number: from 1, in the order in which pages were met.
        url: without query and fragment, which can hold one-time links.
        html: one whole document; shadow roots are declarative.
        tree: the accessibility tree as an aria snapshot; of a page of secrets only its outline.
        private: whether the page was one of secrets, so that its fields were emptied.
        words: on a page of secrets, what is there and may be a key, a token or a code; never written.
    """

    number: int
    url: str
    title: str
    html: str
    tree: str
    private: bool = False
    words: tuple[str, ...] = ()


def copy_page(page: Page, known: dict[str, PageCopy], *, private: bool) -> PageCopy:
    """Copy a page.

    Args:
        known: copies made before, by URL and HTML; the same page is not copied twice.
        private: empty all fields, as this is a page on which secrets are typed or shown.

    Raises:
        PlaywrightError: the page is on its way elsewhere, or closed.
    """
    url = page.url.split("?")[0].split("#")[0]
    found = page.evaluate(_script(), {"blank": private})
    html = str(found["html"])
    key = f"{url}\n{html}"
    if key not in known:
        tree = page.locator("body").aria_snapshot(timeout=LOOK_TIMEOUT)
        words = tuple(str(word) for word in found["words"])
        known[key] = PageCopy(len(known) + 1, url, str(found["title"]), html, outline(tree) if private else tree, private, words)
    return known[key]


@cache
def _script() -> str:
    return (Path(__file__).parent / "page_copy.js").read_text(encoding="utf-8")
