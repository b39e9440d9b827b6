"""The texts that Salesforce shows, as data: one file per language, each label with its source.

A label is looked up by a dotted key (``create.name``). A file of the user's own (setting ``LABELS_FILE``) may replace
or add labels, so that a renamed control is fixed without touching code.

Texts of **all** languages count on every page, as a page may mix them: Salesforce shows new parts in English first, and
an org may show English although the user's language is another. So a language is an order, and no mode: first the
user's file, then the user's language, then English, then the others.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from automation.errors import SettingsError
from automation.secrets.text_files import read_toml

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Label:
    """The texts a control may carry, and where they were seen.

    Attributes:
        texts: in the user's language, most likely first; in English where that has none.
        source: where these were seen.
        others: in the other languages.
    """

    texts: tuple[str, ...]
    source: str
    others: tuple[str, ...] = ()

    @property
    def all_texts(self) -> tuple[str, ...]:
        """Every text that counts, the user's first."""
        return (*self.texts, *self.others)


BEFORE_LOGIN = ("login.", "identity.")
"""Labels of pages that come before the user's language is known."""


class Labels:
    """The labels, in the order of one user.

    Args:
        language: two-letter code, e.g. ``ja``. One without a file in this folder leaves English first.
        own_file: a TOML file in the same form, whose texts come before all others.

    Raises:
        SettingsError: a file is malformed.
    """

    def __init__(self, language: str = "en", own_file: Path | None = None) -> None:
        self._own = {} if own_file is None else _read(own_file)
        self.speak(language)

    def speak(self, language: str) -> None:
        """Change to another language in place, so that all who hold these labels use it from then on."""
        self.language = language
        in_order = (self._own, *map(_builtin, dict.fromkeys((language, "en", *languages()))))
        self._labels = {key: _merged(key, in_order) for key in dict.fromkeys(key for labels in in_order for key in labels)}

    @property
    def known_language(self) -> bool:
        """Whether the user's language has a file here."""
        return self.language in languages()

    def __getitem__(self, key: str) -> str:
        """The most likely text of a label."""
        return self.label(key).texts[0]

    def label(self, key: str) -> Label:
        """The label itself."""
        return self._labels[key]

    def knows(self, key: str) -> bool:
        """Whether any language has the label."""
        return key in self._labels

    def lacks(self, key: str) -> bool:
        """Whether the user's language, and the user's file, have no text for it, so that the English one comes first.

        A label of a page that comes before the language is known is not missed.
        """
        return key not in self._own and key not in _builtin(self.language) and not key.startswith(BEFORE_LOGIN)

    def pattern(self, key: str) -> re.Pattern[str]:
        """Matches an accessible name that is exactly one of the texts.

        Required fields carry a ``*`` before the text in some Lightning releases, and in none in others.
        """
        return written_as(*self.label(key).all_texts)

    def likely(self, key: str) -> re.Pattern[str]:
        """As `pattern`, for the texts of the user's language alone."""
        return written_as(*self.label(key).texts)

    def with_value(self, key: str) -> re.Pattern[str]:
        """As `pattern`, for a combobox whose name may add its value, as on record pages (guess).

        ``Stage - Current Selection: New`` and ``Stage, New``.
        """
        return re.compile(self.pattern(key).pattern.removesuffix("$") + r"(?:(?:\s[-–]|,)\s.*)?$", re.IGNORECASE)

    def containing(self, *keys: str) -> re.Pattern[str]:
        """Matches a text that contains one of the texts, for sentences."""
        texts = [text for key in keys for text in self.label(key).all_texts]
        return re.compile("|".join(_flexible(text) for text in texts), re.IGNORECASE)

    def titled(self, *keys: str) -> re.Pattern[str]:
        """Matches a text that is exactly one of the texts of these labels."""
        return written_as(*(text for key in keys for text in self.label(key).all_texts))

    def beginning(self, key: str) -> re.Pattern[str]:
        """Matches a name that begins with one of the texts: ``Close panel``, ``Continue Session``."""
        return re.compile(r"^\s*(?:" + self.containing(key).pattern + r")(?!\w)", re.IGNORECASE)

    def same(self, key: str, shown: str | None) -> bool:
        """Whether a text that a page shows is one of a label's texts."""
        return shown is not None and self.pattern(key).match(shown) is not None

    def keys_of(self, text: str) -> list[str]:
        """Keys of all labels whose most likely text this is; the same word may be on several pages."""
        return [key for key, label in self._labels.items() if label.texts[0] == text]

    def guesses(self) -> list[str]:
        """Keys of labels that nobody was seen to document in this language, sorted; those of the login pages work in any."""
        known = (key for key in self.keys() if not self.lacks(key) and not key.startswith(BEFORE_LOGIN))
        return [key for key in known if self._labels[key].source.startswith("guess")]

    def keys(self) -> list[str]:
        """All keys, sorted."""
        return sorted(self._labels)


def exactly(*texts: str) -> re.Pattern[str]:
    """A pattern for exactly these texts, with or without the mark of a required field."""
    return re.compile(r"^\s*\*?\s*(?:" + "|".join(_flexible(text) for text in texts) + r")\s*\*?\s*$")


def written_as(*texts: str) -> re.Pattern[str]:
    """As `exactly`, in capitals or small letters: a label's are a matter of style (``OAuth Policies``, ``OAuth policies``)."""
    return re.compile(exactly(*texts).pattern, re.IGNORECASE)


def _flexible(text: str) -> str:
    """Escape a text, letting white space and the two kinds of apostrophe vary."""
    spaced = re.sub(r"(?:\\?\s)+", r"\\s+", re.escape(text))
    return re.sub("['’]", "['’]", spaced)


def keys_in(file: Path) -> list[str]:
    """Keys of a label file. Raises SettingsError when it is malformed."""
    return sorted(_read(file))


def languages() -> list[str]:
    """The languages that have a file."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


@functools.cache
def _builtin(language: str) -> Mapping[str, Label]:
    """A file of this folder, read once. A language without one has no labels."""
    path = FOLDER / f"{language}.toml"
    return MappingProxyType(_read(path) if path.exists() else {})


def _merged(key: str, in_order: Sequence[Mapping[str, Label]]) -> Label:
    """A label with the texts of the first that has it, and those of the others after them."""
    first, *others = (labels[key] for labels in in_order if key in labels)
    return replace(first, others=tuple(dict.fromkeys(text for other in others for text in other.texts if text not in first.texts)))


def _read(path: Path) -> dict[str, Label]:
    return {
        f"{table}.{name}": _label(path, f"{table}.{name}", entry)
        for table, entries in read_toml(path, "label file").items()
        for name, entry in _entries(path, table, entries).items()
    }


def _entries(path: Path, table: str, entries: Any) -> Mapping[str, Any]:
    if not isinstance(entries, dict):
        raise SettingsError(f"{path}: {table} must be a table of labels.")
    return entries


def _label(path: Path, key: str, entry: Any) -> Label:
    """An entry is ``{ text = "...", source = "..." }``; ``text`` may be a list of alternatives."""
    text = entry.get("text") if isinstance(entry, dict) else entry
    texts = [text] if isinstance(text, str) else text
    if not isinstance(texts, list) or not texts or not all(isinstance(one, str) and one for one in texts):
        raise SettingsError(f"{path}: {key} must have a text, or a list of texts.")
    return Label(tuple(texts), entry.get("source", "") if isinstance(entry, dict) else "")
