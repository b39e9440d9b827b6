"""Salesforce record ids: 15 case-sensitive characters, or 18 with a checksum that makes case irrelevant.

The same record has both forms, depending on who prints it, so ids are compared in one of them.
"""

from __future__ import annotations

import re
from typing import Final

_ID: Final = re.compile(r"[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?")
_CHECKSUM: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def is_id(text: str, prefix: str = "") -> bool:
    """Whether ``text`` is a record id of 15 or 18 characters that starts with ``prefix`` (``00D`` org, ``005`` user)."""
    return text.startswith(prefix) and _ID.fullmatch(text) is not None


def to_18(record_id: str) -> str:
    """The 18-character form. Raises ValueError when ``record_id`` is no id."""
    if not is_id(record_id):
        raise ValueError("not a Salesforce record id")
    capitals = [1 << place % 5 if "A" <= character <= "Z" else 0 for place, character in enumerate(record_id[:15])]
    return record_id[:15] + "".join(_CHECKSUM[sum(capitals[start : start + 5])] for start in (0, 5, 10))  # five bits, lowest first


def same_id(one: str | None, other: str | None) -> bool:
    """Whether both name the same record, whatever their form. An unknown id is the same as none."""
    if one is None or other is None or not is_id(one) or not is_id(other):
        return False
    return one[:15] == other[:15]
