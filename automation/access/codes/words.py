"""Words of others in our messages: one line, printable, short, without a known secret."""

from __future__ import annotations

from typing import Final

from automation.secrets import scrub

MOST: Final = 200


def quoted(words: object) -> str:
    """What somebody else said, fit for a message; an exception without words by its type."""
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
    if isinstance(words, Exception) and not text.strip():
        text = type(words).__name__
    line = " ".join("".join(char if char.isprintable() else " " for char in text[: 4 * MOST]).split())
    return scrub(line)[:MOST].rstrip(" .")
