"""The readable text of an email, from any of its inline parts, in time that grows with its size alone.

Emails come from strangers: nothing here has a pattern that could take quadratic time, and `html.parser` is not used
because several of its releases do (an open comment or tag repeated 40,000 times takes 12 seconds and more).
"""

from __future__ import annotations

import codecs
import email
import html
import re
import unicodedata
from email.message import Message
from typing import Final

BODY_LIMIT: Final = 262_144
"""Bytes of an email that are read."""

LONGEST: Final = 200_000
"""Characters of a part that are read; Salesforce's own email has a few thousand, and the code is near its begin."""

MOST_NESTED: Final = 20
MOST_PARTS: Final = 400
"""How often an email may say ``multipart/``, and boundary lines: Python's parser takes very long over thousands."""

LONGEST_FIELD: Final = 2_000
_CONTENT_TYPE: Final = re.compile(rb"(?:^|[\r\n])content-type:(?:[^\r\n]|\r\n?[ \t]|\n[ \t])*", re.IGNORECASE)
"""Fields of all parts. Python takes 36 seconds over the parameters of one of 250 kB."""

_MARKUP: Final = re.compile(r"<!--|<([a-z/!?][^<>]*)>", re.IGNORECASE)
_UNSEEN: Final = ("style", "script", "title")
_INLINE: Final = frozenset({"a", "b", "big", "em", "font", "i", "mark", "small", "span", "strong", "u", "wbr"})
_CHARSETS: Final = re.compile(r"utf|ascii|iso|latin|cp\d|koi8|shift|euc|gb|big5|mac|hz|johab|tis")
"""Charsets that emails are written in, by Python's names; some other codecs raise, or take quadratic time (punycode)."""


def readable_texts(raw: bytes) -> list[str]:
    """The text of each inline part, plain parts first, then HTML without its markup; of `BODY_LIMIT` bytes at the most.

    Raises:
        Exception: whatever the email package raises on an email that is not well-formed.
    """
    raw = raw[:BODY_LIMIT]
    if raw.lower().count(b"multipart/") > MOST_NESTED or raw.count(b"\n--") > MOST_PARTS:
        raise ValueError("more parts than an email of Salesforce has")
    if any(len(field[0]) > LONGEST_FIELD for field in _CONTENT_TYPE.finditer(raw)):
        raise ValueError("a longer field than an email of Salesforce has")
    plain: list[str] = []
    marked_up: list[str] = []
    for part in email.message_from_bytes(raw).walk():
        if part.get_content_maintype() != "text" or part.get_content_disposition() == "attachment":
            continue
        text = _decoded(part)[:LONGEST]
        if part.get_content_subtype() == "html":
            marked_up.append(as_lines(html_text(text)))
        else:
            plain.append(as_lines(text))
    return plain + marked_up


def _decoded(part: Message) -> str:
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    try:
        name = codecs.lookup(str(part.get_content_charset("utf-8"))).name
    except (LookupError, ValueError):  # an unknown charset: digits and English words are the same in nearly all
        name = "utf-8"
    return data[: 4 * LONGEST].decode(name if _CHARSETS.match(name) else "utf-8", errors="replace")


def html_text(source: str) -> str:
    """HTML as text: entities decoded, comments, style and script left out, a line break where a block begins or ends."""
    shown: list[str] = []
    lower, at = source.lower(), 0
    while (markup := _MARKUP.search(source, at)) is not None:
        shown.append(_one_line(source[at : markup.start()]))
        name = "" if markup[1] is None else re.split(r"[\s/]", markup[1].lower().lstrip("/"), maxsplit=1)[0]
        at = markup.end()
        if markup[1] is None:
            at = _behind(lower, "-->", at)
        elif name in _UNSEEN and not markup[1].startswith("/"):
            at = _behind(lower, f"</{name}", at)
        shown.append("" if name in _INLINE else "\n")
    shown.append(_one_line(source[at:]))
    return html.unescape("".join(shown))


def _behind(text: str, end: str, at: int) -> int:
    """The place behind the next ``end``; the text's end where there is none, as browsers read it."""
    found = text.find(end, at)
    return len(text) if found < 0 else found + len(end)


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def as_lines(text: str) -> str:
    """Lines without empty ones, runs of spaces or invisible characters."""
    seen = "".join(char for char in text if unicodedata.category(char) != "Cf")
    return "\n".join(line for line in (" ".join(line.split()) for line in seen.splitlines()) if line)
