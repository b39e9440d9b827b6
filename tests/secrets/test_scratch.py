"""Temporary files are in a folder of the run's own, and a killed run's folder is gone after the next run began."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from automation.errors import SettingsError
from automation.secrets.scratch import scratch_folder

KILLED = """
import os, signal
from automation.secrets.scratch import scratch_folder
with scratch_folder() as folder:
    (folder / "session").write_text("00D...!secret")
    print(folder, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_it_is_private_and_goes_with_the_run() -> None:
    with scratch_folder() as folder:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        (folder / "deep").mkdir()
        (folder / "deep" / "file").write_text("x")
    assert not folder.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_the_folder_of_a_killed_run_is_swept_and_that_of_a_running_one_is_not() -> None:
    """The lock says whether somebody is there; neither age nor process ids do, which containers give out again."""
    killed = subprocess.run(
        [sys.executable, "-c", KILLED], capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2]
    )
    left = Path(killed.stdout.strip())
    assert (left / "session").exists()
    with scratch_folder() as running, scratch_folder() as other:
        assert not left.exists()
        assert running.exists()
        assert other.exists()


def test_a_folder_whose_run_was_killed_before_it_locked_it_is_swept_too() -> None:
    with scratch_folder() as folder:
        half = folder.parent / "half-made"
        half.mkdir()
    with scratch_folder():
        assert not half.exists()


def test_a_state_folder_that_cannot_be_written_is_a_clear_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    with pytest.raises(SettingsError, match="can't be made"), scratch_folder():
        pass
