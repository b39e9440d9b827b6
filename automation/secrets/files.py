"""Files that nobody else may read, written so that a kill leaves the old or the new one, never a half."""

from __future__ import annotations

import glob
import os
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from automation.errors import RunbookError, SettingsError

LEFT_AFTER: Final = 60.0
"""Seconds after which a closed temporary file is a leftover, where locks do not say it (Windows)."""


def private_folder(path: Path) -> Path:
    """Make a folder and those above it, each with mode 0700. One that exists keeps its mode: it may be anybody's. Returns it."""
    missing = [one for one in (path, *path.parents) if not one.exists()]
    for one in reversed(missing):
        one.mkdir(mode=0o700, exist_ok=True)
    if not path.is_dir():
        raise NotADirectoryError(20, "Not a directory", str(path))
    return path


def write_private(path: Path, data: bytes | str) -> Path:
    """Write a file with mode 0600 in one step: a temporary file beside it is renamed. Returns the path."""
    with written_beside(path, data) as temporary:
        temporary.replace(path)
    return path


@contextmanager
def written_beside(path: Path, data: bytes | str) -> Iterator[Path]:
    """A temporary file (0600) with ``data``, on the disk, to be renamed to ``path`` in this block; else it is removed.

    Temporary files of writers that were killed are removed first.
    """
    _clear_leftovers(path)
    handle, temporary = _locked_temporary(path)
    try:
        try:
            with os.fdopen(handle, "wb", closefd=False) as file:
                file.write(data.encode(errors="backslashreplace") if isinstance(data, str) else data)
                file.flush()
                os.fsync(handle)
        finally:
            if sys.platform == "win32":  # an open file can't be renamed or removed there
                os.close(handle)
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)
        if sys.platform != "win32":
            os.close(handle)


def _locked_temporary(path: Path) -> tuple[int, Path]:
    """A new file beside ``path``, locked while it is open: so another writer sees that it is not a leftover."""
    while True:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.{os.getpid()}-")  # mkstemp makes it 0600
        with suppress(OSError):  # a file system without locks: then nobody can take it for a leftover either
            _lock(handle, wait=True)
        if sys.platform != "win32" and os.fstat(handle).st_nlink == 0:  # it was removed as a leftover before it was locked
            os.close(handle)
            continue
        return handle, Path(name)


def _clear_leftovers(path: Path) -> None:
    """Remove temporary files of processes that were killed while they wrote this file: they may hold a secret.

    A living writer holds a lock on its file. Whether a process with the writer's number is alive says nothing: in a
    container the number is the same each time.
    """
    for left in path.parent.glob(f".{glob.escape(path.name)}.*-*"):
        if re.fullmatch(r"\d+-\w+", left.name.removeprefix(f".{path.name}.")) is not None:
            with suppress(OSError):
                _remove_leftover(left)


def _remove_leftover(left: Path) -> None:
    """Remove it. Raises OSError when its writer is alive."""
    if sys.platform == "win32":  # no file that is in use can be removed there; a writer renames its file soon after closing it
        if time.time() - left.stat().st_mtime > LEFT_AFTER:
            left.unlink()
    else:
        with left.open("rb") as file:
            _lock(file.fileno(), wait=False)
            left.unlink(missing_ok=True)


def _lock(handle: int, *, wait: bool) -> None:
    """Lock an open file until it is closed. Raises OSError when somebody else holds the lock and we don't wait."""
    if sys.platform != "win32":
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))


@contextmanager
def user_lock(name: str, wait: float, busy: RunbookError) -> Iterator[None]:
    """Hold a lock among this user's processes on this machine; the system gives it up with its process, however that ends.

    Another thread than the one that took it may release it.

    Args:
        wait: seconds to wait for another process to release it.
        busy: raised when it did not.

    Raises:
        SettingsError: there is something else in the place of the lock.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(private_folder(state_folder() / "locks") / f"{name}.lock", mode=0o600, thread_local=False)
    try:
        lock.acquire(timeout=wait)
    except Timeout:
        raise busy from None
    except OSError as error:  # a link or a folder in its place
        reason = f"The lock {lock.lock_file} can't be taken: {error.strerror}."
        raise SettingsError(reason, next="Remove it, then run again.") from None
    try:
        yield
    finally:
        lock.release()


def state_folder() -> Path:
    """Where locks and what must outlive a run are kept: the user's state folder (``XDG_STATE_HOME`` on Linux).

    Raises:
        SettingsError: it can't be made, as for a user without a home folder.
    """
    try:
        folder = private_folder(state_path())
        ours = _is_ours(folder)
    except (OSError, RuntimeError) as error:  # RuntimeError: there is no home folder at all
        raise SettingsError(
            f"The folder for locks and pending deliveries can't be made: {getattr(error, 'strerror', None) or error}.", next=_STATE
        ) from None
    if not ours:  # somebody who made it before us, as is possible in /tmp, could exchange what is in it
        raise SettingsError(f"The state folder {folder} is another user's.", next=_STATE)
    return folder


_STATE: Final = "Set XDG_STATE_HOME to a folder that this user may write, and nobody else."


def _is_ours(folder: Path) -> bool:
    """Whether the folder belongs to this user, or to root. Rights of everybody in it are taken away: it is made by us alone."""
    ours = True  # no owners by number on Windows; the folder's ACL says who may write
    if sys.platform != "win32":
        found = folder.stat()
        if found.st_uid == os.geteuid() and found.st_mode & 0o002:
            folder.chmod(0o700)
        ours = found.st_uid in (0, os.geteuid()) or os.geteuid() == 0
    return ours


def state_path() -> Path:
    """As `state_folder`, but nothing is made. Raises RuntimeError when there is no home folder at all."""
    from platformdirs import user_state_path

    return user_state_path("external-client-app-runbook", appauthor=False)
