"""Texts of an org, a server or a program, as they may go to a terminal or into a log.

Such a text can hold control characters that move the cursor, set the clipboard or end a line, so that it looks like a line of ours.
"""

from __future__ import annotations

import re
from typing import Final

_UNSAFE: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""C0 and C1 controls but the tab, line separators, marks that turn the direction of writing, and half characters."""


def one_line(text: str) -> str:
    """``text`` without control characters: each in the form of JSON, so that a JSON text stays one."""
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def plain(text: str) -> str:
    """As `one_line`, but line breaks stay. Every further line is indented, so none can be taken for the beginning of another."""
    first, *others = text.splitlines() or [""]
    return "\n".join([one_line(first), *(f"{'' if line.startswith('  ') else '  '}{one_line(line)}" for line in others)])
