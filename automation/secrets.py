"""Values that must never be shown: the `Secret` type, the scrubber, and private phases.

A value is made a `Secret` the moment it is read. From then on it shows as ``***``, and `scrub` removes it, in every
encoding in which it was seen to travel, from any text that is about to be kept or printed.
"""

from __future__ import annotations

import base64
import html
import json
import re
import threading
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from automation.errors import UnexpectedPage

MASK: Final = "***"
SHORTEST: Final = 4
"""Values shorter than this are not searched for: they would turn every text to asterisks."""

_known: dict[str, list[str]] = {}
"""Known values and the forms of each that are searched for."""
_lock = threading.Lock()


class Secret:
    """A value that shows as ``***`` and that the scrubber knows from now on.

    Args:
        value: the clear text. An empty one is allowed and is not searched for.
        hides: the part of it that is searched for, when the rest is no secret (the password in a proxy's address).
    """

    __slots__ = ("_value",)

    def __init__(self, value: str, hides: str | None = None) -> None:
        self._value = value
        remember(value if hides is None else hides)

    def reveal(self) -> str:
        """The clear text, for the one place that needs it."""
        return self._value

    def __repr__(self) -> str:
        return MASK

    def __str__(self) -> str:
        return MASK

    def __format__(self, spec: str) -> str:
        return MASK

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("a Secret is not pickled or copied to another process")

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: object) -> Secret:
        return self


def remember(value: str) -> None:
    """Make ``value`` known to the scrubber. Values of fewer than four characters are left out."""
    if len(value) >= SHORTEST:
        with _lock:
            _known.setdefault(value, encodings(value))


def known_secrets() -> frozenset[str]:
    """All values that the scrubber looks for, in clear text; for leak tests and the scrubber alone."""
    with _lock:
        return frozenset(_known)


@contextmanager
def only_own() -> Iterator[None]:
    """Forget, at the end, the secrets that became known meanwhile: one test's values do not mask another's texts."""
    before = known_secrets()
    try:
        yield
    finally:
        with _lock:
            for value in _known.keys() - before:
                del _known[value]


def encodings(value: str) -> list[str]:
    """Every form in which ``value`` may stand in a log, trace or page, longest first.

    Raw, URL-quoted (both kinds), JSON-escaped once and twice (traces hold JSON in JSON), HTML-escaped, base64 at each
    of the three alignments, and hexadecimal.
    """
    once = json.dumps(value)[1:-1]
    forms = {value, once, json.dumps(once)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]}
    forms |= {urllib.parse.quote(value, safe=""), urllib.parse.quote(value), urllib.parse.quote_plus(value)}
    forms |= {html.escape(value), html.escape(value, quote=False), value.encode().hex()}
    forms |= set(_base64_forms(value.encode()))
    return sorted(forms, key=len, reverse=True)


def _base64_forms(raw: bytes) -> Iterator[str]:
    """The characters of base64 that depend on ``raw`` alone, for each place it can have in the three-byte groups."""
    for shift in range(3):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            text = encode(b"\0" * shift + raw).decode()
            core = text[(0, 2, 3)[shift] : -4 if text.endswith("=") else len(text)]
            if len(core) >= 8:
                yield core


SHAPES: Final = (
    (re.compile(r"00D[A-Za-z0-9]{12,15}(?:!|%21|\\u0021)[A-Za-z0-9._%-]{20,}"), MASK),
    (re.compile(r"(frontdoor\.jsp|contentDoor)\?[^\s\"'<>\\]+"), rf"\1?{MASK}"),
    (re.compile(r"\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}"), MASK),
)
"""Secrets that are recognised by their shape alone: session ids, one-time links, signed tokens."""


def scrub(text: str) -> str:
    """``text`` with every known secret, in every encoding, and every session id or one-time link replaced by ``***``."""
    for form in _forms():
        if form in text:
            text = _replace(text, form)
    for shape, mask in SHAPES:
        text = shape.sub(mask, text)
    return text


def scrub_bytes(data: bytes) -> bytes:
    """As `scrub`, for bytes of any encoding that keeps ASCII. Anything but the secrets stays as it is."""
    return scrub(data.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")


def holds_secret(text: str) -> bool:
    """Whether a known secret stands in ``text``, in any encoding."""
    return any(form in text and _replace(text, form) != text for form in _forms())


_forms_of: tuple[frozenset[str], list[str]] = (frozenset(), [])


def _forms() -> list[str]:
    """The encodings of all known secrets, longest first; listed anew only when a secret was added."""
    global _forms_of
    known = known_secrets()
    if known != _forms_of[0]:
        with _lock:
            forms = {form for found in _known.values() for form in found}
        _forms_of = (known, sorted(forms, key=len, reverse=True))
    return _forms_of[1]


def _replace(text: str, form: str) -> str:
    """A short code such as 123456 is replaced only where it is a number of its own, not part of a time stamp or of 123456.7.

    Where a trace has the same digits as a bare JSON value, they become 0: asterisks there would make it unreadable.
    """
    if form.isdigit() and len(form) <= 8:
        text = re.sub(rf'(?:(?<=[:,\[])|(?<=": )){form}(?=[,\]}}])', "0", text)
        return re.sub(rf"(?<!\d)(?<!\d\.){form}(?!\.?\d)", MASK, text)
    return text.replace(form, MASK)


@contextmanager
def private(what: str) -> Iterator[None]:
    """A phase in which secrets are typed or read: browser errors leave it without their own text.

    A slow ``fill`` prints the typed value and a failing ``expect`` prints the page, so neither text may pass.

    Args:
        what: what was going on, as in ``"typing the password"``.

    Raises:
        UnexpectedPage: instead of any Playwright error or failed ``expect``.
    """
    from playwright.sync_api import Error as PlaywrightError  # late: this module is needed before a browser is
    from playwright.sync_api import TimeoutError as PlaywrightTimeout

    try:
        yield
    except PlaywrightTimeout:
        raise UnexpectedPage(f"While {what}: the page did not get ready in time.") from None
    except (PlaywrightError, AssertionError):
        raise UnexpectedPage(f"While {what}: the page did not behave as known.") from None
