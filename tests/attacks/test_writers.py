"""A writer that is killed leaves the old pair or the new one; of two writers of one place one is refused."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.attacks.conftest import Attacks

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pipes, modes, forks and scripts of POSIX")

KILLS, ROUNDS = 40, 15


def _counted(what: str, kind: str, folder: Path, times: int) -> list[int]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.attacks.killed", what, kind, str(folder), str(times)],
        capture_output=True, text=True, check=True, timeout=300, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    found: list[int] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("kind", ["dotenv", "json"])
def test_a_killed_writer_leaves_a_whole_pair(kind: str, attacks: Attacks, tmp_path: Path) -> None:
    """And the next one clears up behind it."""
    whole, left = _counted("killed", kind, tmp_path, KILLS)
    attacks.count(KILLS, KILLS - whole)
    assert (whole, left) == (KILLS, 0)


@pytest.mark.parametrize("kind", ["dotenv", "json"])
def test_of_two_writers_one_is_refused(kind: str, attacks: Attacks, tmp_path: Path) -> None:
    one_says, _ = _counted("together", kind, tmp_path, ROUNDS)
    attacks.count(ROUNDS, ROUNDS - one_says)
    assert one_says == ROUNDS
