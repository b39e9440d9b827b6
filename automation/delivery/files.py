"""Files that hold secrets: readable by their owner alone, and at every moment either the old one or the new one."""

from __future__ import annotations

import os
from pathlib import Path

from automation import files
from automation.errors import DeliveryFailed


def read_private(path: Path) -> str | None:
    """The text of a file, line ends as they are; None when there is no such file.

    Raises:
        DeliveryFailed: it is there but can't be read as text.
    """
    try:
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise DeliveryFailed(f"{path} can't be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise DeliveryFailed(f"{path} is no UTF-8 text and was left as it is.") from None


def write_private(path: Path, text: str) -> None:
    """Replace a file at once. It gets mode 0600; folders that are made for it get 0700.

    The new text is on the disk under another name before it takes the file's place, so a crash leaves the old file. A
    symbolic link stays one: the file it leads to is replaced.

    Raises:
        DeliveryFailed: it could not be written; the old file is unharmed.
    """
    target = Path(os.path.realpath(path))
    try:
        make_private_folder(target.parent)
        files.write_private(target, text)
    except OSError as error:
        raise DeliveryFailed(f"{path} can't be written: {error.strerror}.") from None


def make_private_folder(folder: Path) -> None:
    """Make a folder and those above it, with mode 0700. One that is there keeps its mode: it may be anything's folder."""
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    for one in reversed(missing):
        one.mkdir(mode=0o700, exist_ok=True)
