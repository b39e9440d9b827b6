"""Reading ``.env`` as python-dotenv does, but saying where a line of ours would not mean what it seems to."""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path
from typing import Final

from automation.errors import SettingsError
from automation.secrets.text_files import is_file, read_text
from automation.settings.table import SECRET_FILES, SETTINGS

_NAMES: Final = "|".join((*SECRET_FILES, *(one.name for one in SETTINGS)))
OURS: Final = re.compile(
    rf"^\s*(?:export\s+)?(?P<windows>(?i:setx?\s+|\$(?:env:)?))?(?P<name>{_NAMES})\b",
    re.MULTILINE,
)
COMMENT_BEHIND: Final = re.compile(r"^[^=]*=[ \t]*[^'\"\s#][^\n]*?[ \t]#")
"""A value without quotes and a ``#`` behind it: all from there is a comment to every reader of such files."""
QUOTED: Final = re.compile(r"[^=]*=[ \t]*(?P<quote>['\"])")


def read_dotenv(path: Path | None) -> dict[str, str]:
    """The values of a file in the form of ``.env``; nothing is interpolated. No file has no values.

    Raises SettingsError: the file can't be read, a line of one of our settings can't be understood, or a secret may be cut off by
    a comment: a wrong password counts towards the user's lock.
    """
    if path is None or not is_file(path):
        return {}
    from dotenv.parser import parse_stream  # late: --help does not need it

    try:
        bindings = list(parse_stream(StringIO(read_text(path), newline=None)))
    except ValueError as error:
        raise SettingsError(f"{path} {error}.") from None
    for binding in bindings:
        ours = OURS.search(binding.original.string)
        if ours is not None and (binding.error or ours["windows"]):
            raise SettingsError(f"{path}: the line of {ours['name']} can't be understood; write {ours['name']}='value'.")
        if binding.key is not None and binding.key in SECRET_FILES.values() and binding.value:
            _check_secret(path, binding.key, binding.value, binding.original.string.lstrip())
    return {one.key: one.value for one in bindings if one.key is not None and one.value is not None}


def _check_secret(path: Path, name: str, value: str, line: str) -> None:
    """Raise where the reader makes something else of a secret than what its author sees."""
    if COMMENT_BEHIND.search(line):
        raise SettingsError(
            f"{path}: {name} has a # behind a space, which begins a comment; put the value in single quotes, "
            "and a comment on a line of its own."
        )
    quoted = QUOTED.match(line)
    if quoted is not None and f"{quoted['quote']}{value}{quoted['quote']}" not in line:
        raise SettingsError(
            f"{path}: {name} has a backslash inside quotes, which changes the value (\\t becomes a tab, \\\\ one backslash); "
            f"write the value without quotes, or into a file of its own that {name}_FILE names."
        )
