"""``python -m flows.pages.labels``: how well each language is known, and whether a label file of your own is valid."""

from __future__ import annotations

import argparse
import difflib
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from automation.errors import RunbookError, SettingsError


def report() -> Iterator[str]:
    """One line per language: labels with evidence, guesses, and those that are missing, by name."""
    from flows.pages.labels import Labels, languages

    english = Labels("en")
    for language in languages():
        labels = Labels(language)
        missing = [key for key in english.keys() if labels.lacks(key)]  # noqa: SIM118  a method, not a mapping's
        known, guesses = len(labels.keys()) - len(missing), len(labels.guesses())
        yield f"{language}: {known} labels, {guesses} of them guesses, {len(missing)} missing (the English text is used)"
        yield from (f'  missing: {key}  ("{english[key]}")' for key in missing)


def problems_of(file: Path) -> list[str]:
    """What is wrong with a label file: labels that nothing uses.

    Raises:
        SettingsError: it can't be read, or is malformed.
    """
    from flows.pages.labels import Labels, keys_in

    known = Labels("en").keys()
    unknown = [key for key in keys_in(file) if key not in known]
    return [f"{key}: there is no such label{_nearest(key, known)}" for key in unknown]


def _nearest(key: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(key, known, 1)
    return f"; did you mean {near[0]}?" if near else ""


def main(arguments: Sequence[str] | None = None) -> int:
    """The command: 0 when all is right, 78 when a file of your own is not."""
    parser = argparse.ArgumentParser(prog="python -m flows.pages.labels", description=__doc__)
    parser.add_argument("file", type=Path, nargs="?", help="a label file of your own (LABELS_FILE) to check")
    given = parser.parse_args(arguments)
    try:
        problems = problems_of(given.file) if given.file is not None else []
    except RunbookError as error:
        problems = [error.message]
    print("\n".join(problems or ([f"{given.file} is valid"] if given.file is not None else report())))
    return SettingsError.exit_code if problems else 0


if __name__ == "__main__":
    sys.exit(main())
