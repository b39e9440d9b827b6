"""The texts that Salesforce shows, as data: one file per language, each label with its source.

A label is looked up by a dotted key (``create.name``). A file of the user's own (setting ``LABELS_FILE``) may replace
or add labels, so that a renamed control is mended without touching code.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from automation.errors import SettingsError, UnexpectedPage
from automation.text_files import read_toml

FOLDER = Path(__file__).parent


class LabelMissing(UnexpectedPage):
    """No text is known for this label in the org's language."""

    kind = "label_missing"

    def __init__(self, key: str, language: str, english: str) -> None:
        meant = f' (English: "{english}")' if english and language != "en" else ""
        super().__init__(
            f'No text is known for the label "{key}"{meant} in language "{language}".',
            next=f"Add it to flows/pages/labels/{language}.toml or to your LABELS_FILE, "
            "or run with a user whose language is English.",
        )
        self.key = key
        self.english = english


@dataclass(frozen=True)
class Label:
    """The texts a control may carry, most likely first, and where they were seen."""

    texts: tuple[str, ...]
    source: str


BEFORE_LOGIN = ("login.", "identity.")
"""Labels of pages that come before the user's language is known: the texts of all languages count, the user's first."""


class Labels:
    """The labels of one language.

    Args:
        language: two-letter code of a file in this folder, e.g. ``en``.
        own_file: a TOML file in the same form, whose labels win. It may stand in for a language that has no file.

    Raises:
        SettingsError: the language has no file, or a file is malformed.
    """

    def __init__(self, language: str = "en", own_file: Path | None = None) -> None:
        self._own = {} if own_file is None else _read(own_file)
        self.speak(language)

    def speak(self, language: str) -> None:
        """Change to another language in place, so that all who hold these labels go on in it.

        Raises:
            SettingsError: the language has no file, and there is no file of the user's own.
        """
        of_language = _of_language(language, needed=not self._own)
        self.language = language
        self._labels = _with_all_texts(of_language) | self._own

    def __getitem__(self, key: str) -> str:
        """The most likely text of a label. Raises LabelMissing."""
        return self.label(key).texts[0]

    def label(self, key: str) -> Label:
        """The label itself. Raises LabelMissing, which names the label and the file to extend."""
        try:
            return self._labels[key]
        except KeyError:
            english = _builtin("en").get(key)
            raise LabelMissing(key, self.language, english.texts[0] if english else "") from None

    def knows(self, key: str) -> bool:
        """Whether this language has the label."""
        return key in self._labels

    def pattern(self, key: str) -> re.Pattern[str]:
        """Matches an accessible name that is exactly one of the texts.

        Required fields carry a ``*`` before the text in some Lightning releases, and in none in others.
        """
        return written_as(*self.label(key).texts)

    def with_value(self, key: str) -> re.Pattern[str]:
        """As `pattern`, for a combobox whose name may add its value, as on record pages (guess).

        ``Stage - Current Selection: New`` and ``Stage, New``.
        """
        return re.compile(self.pattern(key).pattern.removesuffix("$") + r"(?:(?:\s[-–]|,)\s.*)?$", re.IGNORECASE)

    def containing(self, *keys: str) -> re.Pattern[str]:
        """Matches a text that contains one of the texts, for sentences."""
        texts = [text for key in keys for text in self.label(key).texts]
        return re.compile("|".join(_flexible(text) for text in texts), re.IGNORECASE)

    def same(self, key: str, shown: str | None) -> bool:
        """Whether a text that a page shows is one of a label's texts."""
        return shown is not None and self.pattern(key).match(shown) is not None

    def keys_of(self, text: str) -> list[str]:
        """Keys of all labels whose most likely text this is; the same word may stand on several pages."""
        return [key for key, label in self._labels.items() if label.texts[0] == text]

    def guesses(self) -> list[str]:
        """Keys of labels that nobody was seen to document, sorted; those of the login pages work in any language."""
        return [key for key in self.keys() if self._labels[key].source.startswith("guess") and not key.startswith(BEFORE_LOGIN)]

    def keys(self) -> list[str]:
        """All keys of this language, sorted."""
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


def _of_language(language: str, *, needed: bool) -> Mapping[str, Label]:
    labels = _builtin(language)
    if not labels and needed:
        raise SettingsError(
            f'The org speaks "{language}", which has no label file.',
            next=f"Run with a user whose language is one of {', '.join(languages())} (English is best known), or give the labels "
            f"of {language} in a LABELS_FILE in the form of flows/pages/labels/en.toml.",
        )
    return labels


def _with_all_texts(labels: Mapping[str, Label]) -> dict[str, Label]:
    """Add to the labels of `BEFORE_LOGIN` the texts of all other languages."""
    found = dict(labels)
    for other in map(_builtin, languages()):
        for key, label in other.items():
            if key.startswith(BEFORE_LOGIN):
                known = found.get(key, Label((), label.source))
                found[key] = Label(tuple(dict.fromkeys((*known.texts, *label.texts))), known.source)
    return found


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
