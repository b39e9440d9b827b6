"""All controls of a part of the page, read in one round trip: Playwright's aria snapshot, with the names that roles are found by.

It answers only what it shows without doubt. A value may be missing in it, as one that equals its label is left out; white
space in one is made single. Whoever needs more looks at the control itself.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page

from flows.pages.base import Region
from flows.pages.labels import Labels

LINE: Final = re.compile(r"^( *)- ('?)([a-z]+)(?: \"((?:[^\"\\]|\\.)*)\")?((?: \[[^\]]*\])*)\2(?::(?: (.*))?)?$")
"""Indentation, role, name, states and value: ``- checkbox "Enable OAuth" [checked] [disabled]``, ``- textbox "Name": Board``."""
PROPERTY: Final = re.compile(r"^ *- /")
"""``- /placeholder: ...`` is about the control, and not in it."""


@dataclass(frozen=True)
class Node:
    """One node of a snapshot. ``value`` is None where it is not clear, or empty."""

    role: str
    name: str
    value: str | None
    states: frozenset[str]
    at: int
    """Number of its line."""

    @property
    def ticked(self) -> bool | None:
        """None for a box that is neither."""
        return None if "checked=mixed" in self.states else "checked" in self.states

    @property
    def enabled(self) -> bool:
        return "disabled" not in self.states


@dataclass(frozen=True)
class Snapshot:
    """What was there when it was taken."""

    text: str

    @cached_property
    def _lines(self) -> list[str]:
        return self.text.splitlines()

    @cached_property
    def _words(self) -> str:
        """All names and texts in a row."""
        found = filter(None, map(LINE.match, self._lines))
        return " ".join(part.strip('"') for line in found for part in (line[4], line[6]) if part)

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """All nodes with a role, in order."""
        return tuple(self._parsed())

    def _parsed(self) -> Iterator[Node]:
        for at, line in enumerate(self._lines):
            found = LINE.match(line)
            if found is None or found[3] == "text":
                continue
            quoted, name, states = found[2], found[4] or "", frozenset(re.findall(r"\[([^\]]*)\]", found[5]))
            name = _unquoted(f'"{name.replace(chr(39) * 2, chr(39)) if quoted else name}"') or ""
            value = _unquoted(found[6]) if found[6] else self._text_below(at, len(found[1]))
            yield Node(found[3], name, value, states, at)

    def _text_below(self, at: int, indent: int) -> str | None:
        """The only thing in a node, where it is a text, or the selected one of its options."""
        inner = [line for line in self._below(at, indent) if not PROPERTY.match(line)]
        if len(inner) == 1 and (text := re.match(r"^ *- text: (.*)$", inner[0])):
            return _unquoted(text[1])
        chosen = [found for line in inner if (found := LINE.match(line)) and found[3] == "option" and "[selected]" in found[5]]
        return _unquoted(f'"{chosen[0][4] or ""}"') if len(chosen) == 1 and not chosen[0][2] else None

    def _below(self, at: int, indent: int) -> Iterator[str]:
        for line in self._lines[at + 1 :]:
            if len(line) - len(line.lstrip(" ")) <= indent:
                return
            yield line

    def named(self, labels: Labels, key: str, *roles: str) -> list[Node]:
        """The controls with this label: those in the user's language, where there are any."""
        names = {role: labels.with_value(key) if role == "combobox" else labels.pattern(key) for role in roles}
        found = [node for node in self.nodes if node.role in names and names[node.role].match(node.name)]
        return [node for node in found if labels.likely(key).match(node.name)] or found

    def options(self, labels: Labels, key: str) -> list[str] | None:
        """The options of the one list with this label; None when there is none, or several."""
        lists = self.named(labels, key, "listbox")
        if len(lists) != 1:
            return None
        indent = len(self._lines[lists[0].at]) - len(self._lines[lists[0].at].lstrip())
        inner = range(lists[0].at, lists[0].at + 1 + len(list(self._below(lists[0].at, indent))))
        return [node.name for node in self.nodes if node.at in inner and node.role == "option"]

    def mentions(self, labels: Labels, key: str) -> bool:
        """Whether the label is anywhere in it, as a name or as a text; its words may be in several elements."""
        label = labels.containing(key)
        return any(label.search(text) for text in (self.text, self._words))

    def until_next(self, node: Node) -> str:
        """What is between a box and the next one."""
        after = [other.at for other in self.nodes if other.at > node.at and other.role == node.role]
        return "\n".join(self._lines[node.at : after[0] if after else None])


def take(region: Region) -> Snapshot | None:
    """What is there now; None where it can't be read at once, as while the page is being replaced."""
    root = region.locator("body") if isinstance(region, Page) else region
    try:
        return Snapshot(root.first.aria_snapshot(timeout=2_000))
    except PlaywrightError:
        return None


def _unquoted(text: str) -> str | None:
    """A text of the snapshot's YAML; None where it has no simple form."""
    if not text.startswith('"'):
        return text
    try:
        return str(json.loads(re.sub(r"\\x(..)", r"\\u00\1", text)))
    except ValueError:
        return None
