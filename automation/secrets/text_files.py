"""Small files and outputs as people's tools write them: with a byte order mark, too large, nested too deeply, or no text."""

from __future__ import annotations

import codecs
import json
import os
import tomllib
from pathlib import Path
from typing import Any, Final

from automation.errors import SettingsError

MOST_BYTES: Final = 2**20
"""More than any settings, secret or label file has; a device such as /dev/zero has no end."""


def decoded(data: bytes) -> str:
    """UTF-8 with or without a byte order mark, or UTF-16 with one, as Windows PowerShell writes it. Raises ValueError."""
    utf16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return data.decode("utf-16" if utf16 else "utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError("is no text in UTF-8") from None


def is_file(path: Path) -> bool:
    """Whether a file is there; one that may not be looked at is not there, where `Path.is_file` raises."""
    return os.path.isfile(path)  # noqa: PTH113


def read_text(path: Path) -> str:
    """The text of a file. Raises ValueError with the reason, without any of the text, when it can't be read."""
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a path with a NUL
        raise ValueError(f"can't be read ({getattr(error, 'strerror', None) or error})") from None
    if len(data) > MOST_BYTES:
        raise ValueError(f"is larger than {MOST_BYTES // 2**20} MB")
    return decoded(data)


def json_object(text: str | bytes) -> dict[str, Any] | None:
    """The object that a JSON text is; None for anything else: other JSON or text, cut off, badly encoded, nested without end."""
    try:
        tree = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return tree if isinstance(tree, dict) else None


def read_toml(path: Path, what: str, *, next: str | None = None) -> dict[str, Any]:
    """The tables of a TOML file.

    Args:
        path: the file.
        what: what it is, for the message: ``"app file"``.
        next: what to do about it.

    Raises:
        SettingsError: it can't be read, or is no TOML.
    """
    try:
        return tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as error:
        reason = f"is no TOML: {error}"
    except RecursionError:
        reason = "is nested too deeply"
    except ValueError as error:
        reason = str(error)
    reason = "holds a number that is too long" if reason.startswith("Exceeds the limit") else reason
    raise SettingsError(f"The {what} {path} {reason}.", next=next)


def home_expanded(text: str) -> Path:
    """The path with ``~`` filled in. Raises ValueError where there is no such home folder, as for a user without one."""
    try:
        return Path(text).expanduser()
    except RuntimeError:
        raise ValueError("names the home folder of a user who has none here; give the whole path") from None
