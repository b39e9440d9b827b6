"""Small files and outputs as people's tools write them: with a byte order mark, too large, nested too deeply, or no text."""

from __future__ import annotations

import codecs
import json
import os
import threading
import tomllib
from pathlib import Path
from typing import Any, Final

from automation.errors import SettingsError

MOST_BYTES: Final = 2**20
"""More than any settings, secret or label file has; a device such as /dev/zero has no end."""

LARGEST_SECRET: Final = 2**16
"""Bytes of a file that holds nothing but a secret; the longest are keys and certificates."""

PATIENCE: Final = 10.0
"""Seconds for what is no regular file, such as a pipe that a secret is passed by: one that nobody writes to has no end either."""


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


def read_text(path: Path, most: int = MOST_BYTES) -> str:
    """The text of a file. Raises ValueError as `read_bytes` does, or when it is no text."""
    return decoded(read_bytes(path, most))


def read_bytes(path: Path, most: int = MOST_BYTES) -> bytes:
    """What is in a file. Raises ValueError with the reason, without any of it, when it can't be read."""
    try:
        data = _head(path, most + 1) if is_file(path) else _head_in_time(path, most + 1)
    except (OSError, ValueError) as error:  # ValueError: a path with a NUL
        raise ValueError(f"can't be read ({getattr(error, 'strerror', None) or error})") from None
    if len(data) > most:
        raise ValueError(f"is larger than {f'{most // 2**20} MB' if most >= 2**20 else f'{most // 2**10} KB'}")
    return data


def _head(path: Path, count: int) -> bytes:
    with path.open("rb") as file:
        return file.read(count)


def _head_in_time(path: Path, count: int) -> bytes:
    """As `_head`, in a thread that is left behind when the time is up: already opening a pipe waits for its writer."""
    found: list[bytes | OSError | ValueError] = []

    def read() -> None:
        try:
            found.append(_head(path, count))
        except (OSError, ValueError) as error:
            found.append(error)

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    thread.join(PATIENCE)
    if not found:
        raise TimeoutError(0, f"nothing came within {PATIENCE:g} s")
    if isinstance(found[0], bytes):
        return found[0]
    raise found[0]


def json_value(text: str | bytes) -> Any:
    """The value of a JSON text. Raises ValueError when it is none, or is nested too deeply."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        deep = isinstance(error, RecursionError)
        raise ValueError("is nested too deeply" if deep else "is no JSON") from None


def read_json(path: Path, most: int = MOST_BYTES) -> Any:
    """The value of a JSON file. Raises ValueError as `read_text` and `json_value` do."""
    return json_value(read_text(path, most))


def json_object(text: str | bytes) -> dict[str, Any] | None:
    """The object that a JSON text is; None for anything else: other JSON or text, cut off, badly encoded, nested without end."""
    try:
        tree = json_value(text)
    except ValueError:
        return None
    return tree if isinstance(tree, dict) else None


def read_toml(path: Path, what: str, *, next: str | None = None) -> dict[str, Any]:
    """The tables of a TOML file; ``what`` it is, as ``"app file"``, is for the message.

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
