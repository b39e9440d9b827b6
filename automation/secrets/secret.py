"""Values that must never be shown: the `Secret` type, the scrubber, and private phases.

A value is made a `Secret` the moment it is read. From then on it shows as ``***``, and `scrub` removes it, in every
encoding in which it was seen to travel, from any text that is about to be kept or printed.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import Final

from automation.errors import UnexpectedPage
from automation.secrets.encodings import encodings

MASK: Final = "***"
SHORTEST: Final = 4
"""Values shorter than this are not searched for: they would turn every text to asterisks."""

LONGEST: Final = 2**16
"""Values longer than this are searched for only as they are: nothing that long is a secret, and its forms would fill the memory."""

CODE: Final = 8
"""Digits that a short code has at most: it is replaced only where it is a number of its own."""

HEAD: Final = 4
"""Characters by which texts are looked up; shorter ones are not taken."""


class FormIndex:
    """Finds any of very many texts in one; the time depends on the text, not on how many are searched for.

    They are kept by their first characters, and among those by their length.
    """

    def __init__(self) -> None:
        self._by_head: dict[str, dict[int, set[str]]] = {}

    def add(self, forms: Iterable[str]) -> None:
        """Look for these too."""
        for form in forms:
            if len(form) < HEAD:
                continue
            by_length = self._by_head.get(form[:HEAD], {})
            if len(form) in by_length:
                by_length[len(form)].add(form)
            else:  # another dict, as a thread may be going through this one; longest first: a secret may begin as another does
                self._by_head[form[:HEAD]] = dict(sorted([*by_length.items(), (len(form), {form})], reverse=True))

    def finds(self, text: str) -> bool:
        """Whether any of them is in the text."""
        return next(self._found(text), None) is not None

    def replaced(self, text: str, mask: str) -> str:
        """The text with each of them replaced; the first and longest wins where two overlap."""
        parts, at = [], 0
        for begin, end in self._found(text):
            parts += [text[at:begin], mask]
            at = end
        return "".join([*parts, text[at:]]) if parts else text

    def _found(self, text: str) -> Iterator[tuple[int, int]]:
        heads, end = self._by_head, 0
        for at in [at for at in range(len(text) - HEAD + 1) if text[at : at + HEAD] in heads]:
            if at >= end and (length := self._length_at(text, at)):
                end = at + length
                yield at, end

    def _length_at(self, text: str, at: int) -> int:
        for length, forms in self._by_head[text[at : at + HEAD]].items():
            if text[at : at + length] in forms:
                return length
        return 0


_known: dict[str, list[str]] = {}
"""Known values and the forms of each that are searched for."""
_index = FormIndex()
"""All forms that are searched for, but short codes."""
_codes: set[str] = set()
_lock = threading.Lock()


class Secret:
    """A value that shows as ``***`` and that the scrubber knows from now on.

    Args:
        value: the clear text. An empty one is allowed and is not searched for.
        hides: the part of it that is searched for, when the rest is no secret (the password in a proxy's URL).
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
    if len(value) < SHORTEST or value in _known:
        return
    forms = encodings(value) if len(value) <= LONGEST else [value]
    with _lock:
        _known[value] = forms
        _look_for(forms)


def _look_for(forms: Collection[str]) -> None:
    codes = {form for form in forms if form.isdigit() and len(form) <= CODE}
    _codes.update(codes)
    _index.add(form for form in forms if form not in codes)


def known_secrets() -> frozenset[str]:
    """All values that the scrubber looks for, in clear text; for leak tests and the scrubber alone."""
    with _lock:
        return frozenset(_known)


SHAPES: Final = (
    (re.compile(r"00D[A-Za-z0-9]{12,15}(?:!|%21|\\u0021)[A-Za-z0-9._%-]{20,}"), MASK),
    (re.compile(r"(frontdoor\.jsp|contentDoor)\?[^\s\"'<>\\]+"), rf"\1?{MASK}"),
    (re.compile(r"\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}"), MASK),
)
"""Secrets that are recognised by their shape alone: session ids, one-time links, signed tokens."""


def scrub(text: str) -> str:
    """``text`` with every known secret, in every encoding, and every session id or one-time link replaced by ``***``."""
    text = _without_codes(_index.replaced(text, MASK))
    for shape, mask in SHAPES:
        text = shape.sub(mask, text)
    return text


def quoted(words: object, most: int = 200) -> str:
    """What somebody else said, fit for a message: one printable line without secrets; an exception without words by its type."""
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
    if isinstance(words, Exception) and not text.strip():
        text = type(words).__name__
    if text[:2] in {"b'", 'b"'}:
        text = text[2:-1]  # imaplib puts the bytes of an answer into its errors as Python writes them
    line = " ".join("".join(char if char.isprintable() else " " for char in scrub(text[: 4 * most])).split())
    return scrub(line)[:most].rstrip(" .")  # once more: what blanks and control characters kept apart


def holds_secret(text: str) -> bool:
    """Whether a known secret is in ``text``, in any encoding."""
    return _index.finds(text) or _without_codes(text) != text


_NUMBER: Final = re.compile(r"(?<!\d)\d{4,8}(?!\d)")


def _without_codes(text: str) -> str:
    """A short code such as 123456 is replaced only where it is a number of its own, not part of a time stamp or of 123456.7.

    Where a trace has the same digits as a bare JSON value, they become 0: asterisks there would make it unreadable.
    """
    return _NUMBER.sub(lambda found: _code_or_number(text, found), text) if _codes else text


def _code_or_number(text: str, found: re.Match[str]) -> str:
    if found.group() not in _codes:
        return found.group()
    before, after = text[max(0, found.start() - 3) : found.start()], text[found.end() : found.end() + 2]
    if before.endswith((":", ",", "[", '": ')) and after.startswith((",", "]", "}")):
        return "0"
    part_of_a_number = re.search(r"\d\.$", before) or re.match(r"\.\d", after)
    return found.group() if part_of_a_number else MASK


@contextmanager
def private(what: str) -> Iterator[None]:
    """A phase in which secrets are typed or read, as ``"typing the password"``: browser errors leave it without their own text.

    A slow ``fill`` prints the typed value and a failing ``expect`` prints the page, so neither text may pass.

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
