"""Folders for temporary files that may hold a secret, such as a session in a trace: what a killed run leaves, the next removes."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from automation.errors import SettingsError
from automation.secrets.files import state_folder

LOCK: Final = "in-use.lock"
VARIABLES: Final = ("TMPDIR", "TMP", "TEMP")
"""What programs read to find the folder for temporary files, on all systems."""


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A fresh folder, mode 0700, below the state folder; removed at the end, or by the next one that is made after a kill.

    Raises:
        SettingsError: it can't be made.
    """
    try:
        path, lock = _make(state_folder() / "tmp")
    except OSError as error:
        raise SettingsError(
            f"No folder for temporary files can be made in the state folder: {error.strerror}.",
            next="Make room there, or set XDG_STATE_HOME to a folder that can be written.",
        ) from None
    try:
        yield path
    finally:
        lock.release()
        shutil.rmtree(path, ignore_errors=True)


def _make(home: Path) -> tuple[Path, FileLock]:
    """One process at a time: a folder that nobody has locked by then belongs to nobody."""
    home.mkdir(mode=0o700, exist_ok=True)
    with FileLock(home / "sweep.lock", mode=0o600):
        _sweep(home)
        path = Path(tempfile.mkdtemp(prefix="", dir=home))
        lock = FileLock(path / LOCK, mode=0o600)
        lock.acquire()
    return path, lock


def _sweep(home: Path) -> None:
    """Remove the folders of processes that are gone: the system gives up the lock of a process however it ends."""
    for folder in home.iterdir():
        if not folder.is_dir() or folder.is_symlink():
            continue
        try:
            with FileLock(folder / LOCK, mode=0o600).acquire(blocking=False):
                pass
        except Timeout:
            continue
        except OSError:  # something else in the place of the lock: it is held by nobody
            pass
        shutil.rmtree(folder, ignore_errors=True)
