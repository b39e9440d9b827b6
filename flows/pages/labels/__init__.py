"""The texts that Salesforce shows, as data: one file per language, each label with its source.

A label is looked up by a dotted key (``create.name``). A file of the user's own (setting ``LABELS_FILE``) may replace
or add labels, so that a renamed control is mended without touching code.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from automation.errors import SettingsError, UnexpectedPage

FOLDER = Path(__file__).parent


class LabelMissing(UnexpectedPage):
    """No text is known for this label in the org's language."""

    kind = "label_missing"


@dataclass(frozen=True)
class Label:
    """The texts a control may carry, most likely first, and where they were seen."""

    texts: tuple[str, ...]
    source: str


class Labels:
    """The labels of one language.

    Args:
        language: two-letter code of a file in this folder, e.g. ``en``.
        own_file: a TOML file in the same form, whose labels win.

    Raises:
        SettingsError: the language has no file, or a file is malformed.
    """

    def __init__(self, language: str = "en", own_file: Path | None = None) -> None:
        self.language = language
        self._own_file = own_file
        self._labels = _read(_file_of(language))
        if own_file is not None:
            self._labels |= _read(own_file)

    def __getitem__(self, key: str) -> str:
        """The most likely text of a label. Raises LabelMissing."""
        return self.label(key).texts[0]

    def label(self, key: str) -> Label:
        """The label itself. Raises LabelMissing, which names the label and the file to extend."""
        try:
            return self._labels[key]
        except KeyError:
            raise LabelMissing(
                f'No text is known for the label "{key}" in language "{self.language}".',
                next=f"Add it to flows/pages/labels/{self.language}.toml or to your LABELS_FILE, "
                "or run with a user whose language is English.",
            ) from None

    def knows(self, key: str) -> bool:
        """Whether this language has the label."""
        return key in self._labels

    def pattern(self, key: str) -> re.Pattern[str]:
        """Matches an accessible name that is exactly one of the texts.

        Required fields carry a ``*`` before the text in some Lightning releases, and in none in others.
        """
        return exactly(*self.label(key).texts)

    def containing(self, key: str) -> re.Pattern[str]:
        """Matches a text that contains one of the texts, for sentences."""
        return re.compile("|".join(_flexible(text) for text in self.label(key).texts), re.IGNORECASE)

    def keys(self) -> list[str]:
        """All keys of this language, sorted."""
        return sorted(self._labels)


def exactly(*texts: str) -> re.Pattern[str]:
    """A pattern for exactly these texts, with or without the mark of a required field."""
    return re.compile(r"^\s*\*?\s*(?:" + "|".join(_flexible(text) for text in texts) + r")\s*\*?\s*$")


def _flexible(text: str) -> str:
    """Escape a text, letting white space and the two kinds of apostrophe vary."""
    spaced = re.sub(r"(?:\\?\s)+", r"\\s+", re.escape(text))
    return re.sub("['’]", "['’]", spaced)


def languages() -> list[str]:
    """The languages that have a file."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def _file_of(language: str) -> Path:
    path = FOLDER / f"{language}.toml"
    if not path.exists():
        raise SettingsError(
            f'The org speaks "{language}", which has no label file.',
            next=f"Run with a user whose language is one of {', '.join(languages())}, or write {path.name} beside en.toml.",
        )
    return path


def _read(path: Path) -> dict[str, Label]:
    try:
        tree = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"The label file {path} can't be read: {error}.") from None
    return {
        f"{table}.{name}": _label(path, f"{table}.{name}", entry)
        for table, entries in tree.items()
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
