"""The forms in which a text travels through URLs, JSON, HTML, base64 and hexadecimal."""

from __future__ import annotations

import base64
import html
import json
import string
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Final

ALPHANUMERIC: Final = string.ascii_letters + string.digits
UNRESERVED: Final = ALPHANUMERIC + "-._~"
UNQUOTED: Final = (
    UNRESERVED,  # RFC 3986: urllib's quote(safe="")
    UNRESERVED + "/",  # urllib's quote
    UNRESERVED + "!'()*",  # encodeURIComponent
    UNRESERVED + "!'()*;/?:@&=+$,#",  # encodeURI
    ALPHANUMERIC + "*-._",  # forms, as browsers send them (WHATWG): ~ is quoted
    UNRESERVED + "!$&'()*+,;=:@/?%[]\\^`{|}",  # a fragment, as Chromium shows it
    UNRESERVED + "!$&()*+,;=:@/?%[]\\^`{|}",  # a query: ' is quoted too
    UNRESERVED + "!$&'()*+,;=:@/%[]\\^|",  # a path
    UNRESERVED + "!$&'()*+,%",  # user and password in a URL
    "",  # everything quoted
)
"""Characters that are left as they are when a URL is written, by who writes it; beyond ASCII nothing is."""


class _Table(dict[int, str]):
    """For ``str.translate``: characters that do not stay become what ``form`` makes of them."""

    def __init__(self, stays: Callable[[str], bool], form: Callable[[str], str]) -> None:
        super().__init__()
        self._stays = stays
        self._form = form

    def __missing__(self, code: int) -> str:
        character = chr(code)
        self[code] = character if self._stays(character) else self._form(character)
        return self[code]


def _percent_table(unquoted: str, form: str) -> _Table:
    return _Table(unquoted.__contains__, lambda one: "".join(map(form.format, one.encode("utf-8", "surrogatepass"))))


def _number_table(stays: Callable[[str], bool], form: str) -> _Table:
    return _Table(stays, lambda one: form.format(ord(one)))


_STAYS: Final[tuple[Callable[[str], bool], ...]] = (
    ALPHANUMERIC.__contains__,
    str.isascii,  # Python's xmlcharrefreplace, JSON in ASCII
    lambda character: character not in "<>&'\"+=/",  # what servers escape in scripts and pages
    lambda _: False,
)
PERCENT: Final = tuple(_percent_table(unquoted, form) for unquoted in UNQUOTED for form in ("%{:02X}", "%{:02x}"))
ENTITIES: Final = tuple(_number_table(stays, form) for stays in _STAYS for form in ("&#{};", "&#x{:x};", "&#x{:X};", "&#{:03};"))
ESCAPES: Final = tuple(
    _number_table(stays, form) for stays in _STAYS for form in ("\\u{:04x}", "\\u{:04X}", "\\x{:02x}", "\\x{:02X}")
)


def encodings(value: str) -> list[str]:
    """Every form in which ``value`` may appear in a log, trace or page, longest first.

    Raw; percent-encoded as Python, JavaScript and Chromium do, once and twice; JSON-escaped, once and twice (traces hold JSON
    in JSON); HTML-escaped by names and numbers; base64 at each of the three alignments; hexadecimal. Small and capital letters
    of hexadecimal digits are both there.
    """
    percent, entities = set(_percent(value)), set(_html(value))
    once = {value, *percent, *entities}
    once |= {form.replace("%", "%25") for form in percent} | {form.translate(PERCENT[0]) for form in entities}
    in_json = {value.translate(table) for table in ESCAPES} | set(chain.from_iterable(map(_json, once)))
    raw = value.encode("utf-8", "surrogatepass")
    forms = once | in_json | set(chain.from_iterable(map(_json, in_json))) | {raw.hex(), raw.hex().upper(), *_base64(raw)}
    return sorted(forms, key=len, reverse=True)


def _percent(value: str) -> Iterator[str]:
    for table in PERCENT:
        quoted = value.translate(table)
        yield quoted
        if " " in value:
            yield quoted.replace("%20", "+")


def _html(value: str) -> Iterator[str]:
    named = html.escape(value)
    yield named
    yield html.escape(value, quote=False)
    yield named.replace("&#x27;", "&#39;")
    yield named.replace("&#x27;", "&#39;").replace("&quot;", "&#34;")  # Jinja
    yield named.replace("&#x27;", "&apos;")
    yield from (value.translate(table) for table in ENTITIES)


def _json(value: str) -> Iterator[str]:
    for ascii_alone in (True, False):
        once = json.dumps(value, ensure_ascii=ascii_alone)[1:-1]
        yield once
        yield once.replace("/", "\\/")


def _base64(raw: bytes) -> Iterator[str]:
    """The characters of base64 that depend on ``raw`` alone, for each place it can have in the three-byte groups."""
    for shift in range(3):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            text = encode(b"\0" * shift + raw).decode()
            core = text[(0, 2, 3)[shift] : -4 if text.endswith("=") else len(text)]
            if len(core) >= 8:
                yield core
