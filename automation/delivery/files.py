"""The files that pairs are delivered to, which are the user's: read with a limit, rewritten with owner, rights and links kept.

``json:PATH``: the unit as one JSON object in a file of its own.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import sys
from contextlib import suppress
from pathlib import Path
from typing import ClassVar, Final

from automation.delivery import unit
from automation.delivery.target import Target
from automation.delivery.unit import Held
from automation.errors import DeliveryFailed
from automation.secrets import files
from automation.secrets.credentials import Credentials
from automation.secrets.text_files import home_expanded

LARGEST: Final = 1 << 20
"""Bytes. A file of settings is far smaller; a larger one is something else."""

_NO_REPLACING: Final = (errno.EBUSY, errno.EXDEV, errno.EACCES, errno.EPERM, errno.EROFS)
"""Why a file can't be replaced although it may be written: it is mounted by itself, or its folder or owner is not ours."""


class FileTarget(Target):
    """A target that is a file. ``kind``: the word before the colon."""

    kind: ClassVar[str]

    def __init__(self, path: str) -> None:
        self.path = home_expanded(path)
        if "\0" in path:
            raise ValueError("a path can't hold a NUL character")
        self.name = f"{self.kind}:{self.path}"

    @property
    def place(self) -> str:
        return f"file:{os.path.realpath(self.path)}"


class JsonFile(FileTarget):
    """A JSON file. It holds the unit, and keys of the user's beside it, which stay."""

    kind = "json"

    def _held(self) -> Held:
        return unit.held_in_text(read_text(self.path) or "")

    def _put(self, credentials: Credentials, held: Held) -> None:
        write_text(self.path, unit.to_text(credentials, held.rest, indent=2) + "\n")


def require_regular(path: Path) -> None:
    """Refuse devices, pipes, sockets and folders by DeliveryFailed. What is not there, or can't be checked, passes."""
    with suppress(OSError, ValueError):
        if not stat.S_ISREG(path.stat().st_mode):
            what = "Is a directory" if path.is_dir() else "Not a regular file"
            raise DeliveryFailed(f"{path} can't be read: {what}.", next="Name a file for this target, or remove what is there.")


def read_text(path: Path) -> str | None:
    """The text of a file, line ends as they are; None when there is no such file. Raises DeliveryFailed for what is no text."""
    require_regular(path)
    try:
        _finish_cut_off(path)
        with os.fdopen(
            os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb"
        ) as file:  # a pipe made meanwhile can't block
            data = file.read(LARGEST + 1)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise DeliveryFailed(f"{path} can't be read: {getattr(error, 'strerror', error)}.", next=_RIGHTS) from None
    if len(data) > LARGEST:
        raise DeliveryFailed(f"{path} is larger than {LARGEST >> 20} MB and was left as it is.", next="Name another file.")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise DeliveryFailed(f"{path} is no UTF-8 text and was left as it is.", next="Save it as UTF-8, or name another.") from None


def write_text(path: Path, text: str) -> None:
    """Write a file. A new one gets mode 0600, and folders that are made for it 0700.

    One that exists keeps owner, group, extended attributes, and a mode that gives others nothing, such as 0640; one
    that everybody may read gets 0600. It is replaced at once, so a crash leaves the old text. Where that would break
    something - the file has further hard links, is mounted by itself, or its owner can't be given - it is written in
    place, with the whole new text kept aside until that is done. A symbolic link stays one. Raises DeliveryFailed when
    it could not be written; the old text is there.
    """
    require_regular(path)
    real = Path(os.path.realpath(path))
    try:
        files.private_folder(real.parent)
        if real.exists():
            _rewrite(real, text.encode())
        else:
            files.write_private(real, text)
    except (OSError, ValueError) as error:
        raise DeliveryFailed(f"{path} can't be written: {getattr(error, 'strerror', error)}.", next=_RIGHTS) from None


_RIGHTS: Final = "Give this user the right to read and write that place, make room on the disk, or name another place."


def _rewrite(real: Path, data: bytes) -> None:
    old = real.stat()
    if old.st_nlink == 1:
        try:
            with files.written_beside(real, data) as new:
                _take_over(real, old, new)
                new.replace(real)
        except OSError as error:
            if error.errno not in _NO_REPLACING:
                raise
        else:
            return
    _write_in_place(real, data)
    with suppress(PermissionError):  # somebody else's file
        real.chmod(_mode(old))


def _take_over(real: Path, old: os.stat_result, new: Path) -> None:
    """Give ``new`` what ``real`` has. Raises OSError when it can't get the same owner."""
    if sys.platform != "win32":  # there are neither owners by number nor modes there; the folder's ACL holds for the new file
        made = new.stat()
        if (made.st_uid, made.st_gid) != (old.st_uid, old.st_gid):
            os.chown(new, old.st_uid, old.st_gid)
        if sys.platform == "linux":
            for name in os.listxattr(real):
                with suppress(OSError):  # as far as this user may
                    os.setxattr(new, name, os.getxattr(real, name))
        new.chmod(_mode(old))


def _mode(old: os.stat_result) -> int:
    """Who lets everybody read a file meant no secret to be in it; who lets a group read it alone did."""
    mode = stat.S_IMODE(old.st_mode)
    return 0o600 if mode & 0o007 else mode & 0o770 | 0o600


def _write_in_place(real: Path, data: bytes) -> None:
    """Overwrite a file. What a crash or a full disk cuts off is finished from a copy, now or when the file is read next."""
    aside = _aside(real)
    files.private_folder(aside.parent)
    files.write_private(aside, data)
    before = real.read_bytes()
    try:
        _overwrite(real, data)
    except OSError:
        _overwrite(real, before)  # it fits: these blocks are its own
        aside.unlink()
        raise
    aside.unlink()  # not in a finally: after an interruption the copy is needed


def _overwrite(real: Path, data: bytes) -> None:
    with real.open("r+b") as file:
        file.write(data)
        file.truncate()
        file.flush()
        os.fsync(file.fileno())


def _finish_cut_off(path: Path) -> None:
    real = Path(os.path.realpath(path))
    aside = _aside(real)
    if aside.exists() and real.exists():
        _overwrite(real, aside.read_bytes())
        aside.unlink()


def _aside(real: Path) -> Path:
    return files.state_path() / "rewriting" / hashlib.sha256(os.fsencode(real)).hexdigest()[:16]
