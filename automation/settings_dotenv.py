"""Reading ``.env`` as python-dotenv does, but saying where a line of ours would not mean what it seems to."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from automation.errors import SettingsError
from automation.settings_table import SECRET_FILES, SETTINGS

OURS: Final = re.compile(
    rf"^\s*(?:export\s+)?(?P<name>{'|'.join((*SECRET_FILES, *(one.name for one in SETTINGS)))})\b", re.MULTILINE
)
COMMENT_BEHIND: Final = re.compile(r"^[^=]*=[ \t]*[^'\"\s#][^\n]*?[ \t]#")
"""A value without quotes and a ``#`` behind it: all from there is a comment to every reader of such files."""


def read_dotenv(path: Path | None) -> dict[str, str]:
    """The values of a file in the form of ``.env``; nothing is interpolated. No file has no values.

    Raises:
        SettingsError: the file can't be read, a line of one of our settings can't be understood, or a secret may be cut
            off by a comment: a wrong password counts towards the user's lock.
    """
    if path is None or not path.is_file():
        return {}
    from dotenv.parser import parse_stream  # late: --help does not need it

    try:
        with path.open(encoding="utf-8-sig") as file:
            bindings = list(parse_stream(file))
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} can't be read: {error}.") from None
    for binding in bindings:
        ours = OURS.search(binding.original.string)
        if binding.error and ours is not None:
            raise SettingsError(f"{path}: the line of {ours['name']} can't be understood; write {ours['name']}='value'.")
        if binding.key in SECRET_FILES.values() and binding.value and COMMENT_BEHIND.search(binding.original.string.lstrip()):
            raise SettingsError(
                f"{path}: {binding.key} has a # behind a space, which begins a comment; put the value in single quotes, "
                "and a comment on a line of its own."
            )
    return {one.key: one.value for one in bindings if one.key is not None and one.value is not None}
