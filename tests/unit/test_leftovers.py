"""What a kill in the middle of scrubbing leaves behind is deleted by a later run, and nothing else is."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from automation.artifacts.run_folder import STALE, make_run_folder, remove_leftovers


def test_only_old_unscrubbed_parts_are_deleted(tmp_path: Path) -> None:
    run = tmp_path / "20260101T000000Z-acme.my.salesforce.com"
    run.mkdir()
    old, fresh, trace = run / ".trace-1.raw", run / ".trace-2.raw", run / "trace-1.zip"
    for file in (old, fresh, trace):
        file.write_bytes(b"")
    for file in (old, trace):
        os.utime(file, (time.time() - 2 * STALE,) * 2)

    remove_leftovers(tmp_path)

    assert sorted(path.name for path in run.iterdir()) == [fresh.name, trace.name]


def test_those_in_folders_of_the_users_choice_and_of_a_fleet_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    chosen, fleet = tmp_path / "chosen", tmp_path / "runs" / "20260101T000000Z-fleet" / "dev"
    for folder in (chosen, fleet):
        folder.mkdir(parents=True, mode=0o700)
        (folder / ".trace-1.raw").write_bytes(b"")
        os.utime(folder / ".trace-1.raw", (time.time() - 2 * STALE,) * 2)

    make_run_folder("acme.my.salesforce.com", chosen)
    make_run_folder("acme.my.salesforce.com")

    assert not list(tmp_path.rglob(".trace-*"))
