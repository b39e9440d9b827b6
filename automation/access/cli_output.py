"""What the Salesforce CLI prints: a JSON object, and now and then something else around it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from automation.secrets import scrub

MOST: Final = 1_000_000
"""Characters that are looked at; an answer has about a thousand."""
OBJECTS: Final = 50
"""Places that look like the beginning of an object and are tried."""

_COLOURS: Final = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
_BEGIN: Final = re.compile(r'\{\s*"')
"""Of an object with something in it. What Node prints of its own objects has names without quotes."""


def answer_in(printed: str) -> dict[str, Any] | None:
    """The CLI's answer among lines of other things (updates, warnings, plugins): the object with a result, else with a message."""
    found = list(_objects(_plain(printed)))
    for key, kinds in (("result", dict), ("message", object), ("status", object)):
        for one in found:
            if key in one and isinstance(one[key], kinds):
                return one
    return None


def first_line(printed: str) -> str:
    """The first line that says something, as it may be shown."""
    lines = (" ".join(line.split()) for line in _plain(printed).splitlines())
    return scrub(next((line for line in lines if line), ""))[:200]


def crash_of_node(printed: str) -> str | None:
    """What Node printed last when it crashed: its error and version. That is what a CLI does that needs a newer Node."""
    text = _plain(printed)
    version = re.search(r"^Node\.js (v\d[\w.-]*)\s*\Z", text, re.MULTILINE)
    error = re.search(r"^(\w*Error\b.*)$", text, re.MULTILINE)
    if version is None or error is None:
        return None
    return scrub(f"it crashed under Node.js {version[1]}: {error[1].strip()}")[:200]


def _plain(printed: str) -> str:
    """Without colours, byte order marks and control characters."""
    text = _COLOURS.sub("", printed[:MOST])
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff]", " ", text)


def _objects(text: str) -> Iterator[dict[str, Any]]:
    decoder, at = json.JSONDecoder(), 0
    for _ in range(OBJECTS):
        begin = _BEGIN.search(text, at)
        if begin is None:
            return
        try:
            value, at = decoder.raw_decode(text, begin.start())
        except (ValueError, RecursionError):
            at = begin.end()
        else:
            yield value
