"""What a kill in the middle of scrubbing leaves behind is deleted by a later run, and nothing else is."""

from __future__ import annotations

import os
import time
from pathlib import Path

from automation.artifacts import RAW, STALE, remove_leftovers


def test_only_old_unscrubbed_parts_are_deleted(tmp_path: Path) -> None:
    run = tmp_path / "20260101T000000Z-acme.my.salesforce.com"
    run.mkdir()
    old, fresh, trace = run / RAW.format(1), run / RAW.format(2), run / "trace-1.zip"
    for file in (old, fresh, trace):
        file.write_bytes(b"")
    for file in (old, trace):
        os.utime(file, (time.time() - 2 * STALE,) * 2)

    remove_leftovers(tmp_path)

    assert sorted(path.name for path in run.iterdir()) == [fresh.name, trace.name]
