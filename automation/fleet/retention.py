"""What the job itself made and nobody needs any more: old run folders and old rows of the history."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from automation.fleet.history import History

_FOLDER: Final = re.compile(r"(\d{8}T\d{6})Z-fleet")
"""The folder of one run of the job in ``runs``. Runs on a single org, and folders named by ``--output``, are never touched."""


def forget(history: History, days: int, runs: Path = Path("runs"), now: datetime | None = None) -> None:
    """Delete what is older than ``days`` days; 0 keeps everything. Never raises for a file."""
    if days == 0:
        return
    history.forget(days)
    before = f"{(now or datetime.now(UTC)) - timedelta(days=days):%Y%m%dT%H%M%S}"
    for folder in runs.glob("*-fleet") if runs.is_dir() else ():
        named = _FOLDER.fullmatch(folder.name)
        if named is not None and named[1] < before and folder.is_dir() and not folder.is_symlink():
            shutil.rmtree(folder, ignore_errors=True)
