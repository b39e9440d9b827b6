"""Files that nobody else may read, written so that a kill leaves the old or the new one, never a half."""

from __future__ import annotations

import glob
import os
import re
import tempfile
from contextlib import suppress
from pathlib import Path

from automation.errors import SettingsError


def private_folder(path: Path) -> Path:
    """Make a folder (and those above it) with mode 0700 for the last one; an existing one is narrowed. Returns it."""
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.chmod(0o700)
    return path


def write_private(path: Path, data: bytes | str) -> Path:
    """Write a file with mode 0600 in one step: a temporary file beside it is renamed. Returns the path."""
    _clear_leftovers(path)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.{os.getpid()}-")  # mkstemp makes it 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data.encode() if isinstance(data, str) else data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return path


def _clear_leftovers(path: Path) -> None:
    """Remove temporary files of processes that were killed while they wrote this file: they may hold a secret."""
    for left in path.parent.glob(f".{glob.escape(path.name)}.*-*"):
        writer = re.fullmatch(r"(\d+)-\w+", left.name.removeprefix(f".{path.name}."))
        if writer is not None and not _runs(int(writer[1])):
            left.unlink(missing_ok=True)


def _runs(process: int) -> bool:
    if os.name != "posix":
        return True  # asking would end it there
    with suppress(PermissionError):
        try:
            os.kill(process, 0)
        except (ProcessLookupError, OverflowError):
            return False
    return True


def state_folder() -> Path:
    """Where locks and what must outlive a run are kept: the user's state folder (``XDG_STATE_HOME`` on Linux).

    Raises:
        SettingsError: this user has no home folder, or can't write there, as in many containers.
    """
    from platformdirs import user_state_path

    try:
        return private_folder(user_state_path("external-client-app-runbook", appauthor=False))
    except (OSError, RuntimeError) as error:  # RuntimeError: no HOME and no entry in the password database
        reason = getattr(error, "strerror", None) or "this user has no home folder"
        raise SettingsError(
            f"The folder for locks and pending deliveries can't be used: {reason}.",
            next="Set XDG_STATE_HOME to a folder that this user can write and that outlives the run.",
        ) from None
