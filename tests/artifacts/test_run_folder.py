"""``--output``: what was there before keeps its mode and its files."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from automation.artifacts.run_folder import make_run_folder
from automation.errors import UsageError

pytestmark = pytest.mark.skipif(os.name != "posix", reason="modes")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def made(path: Path, bits: int) -> Path:
    path.mkdir()
    path.chmod(bits)
    return path


def test_a_folder_that_is_made_is_private_with_those_above_it(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        folder = make_run_folder("acme", tmp_path / "a" / "b")
    finally:
        os.umask(before)
    assert folder == tmp_path / "a" / "b"
    assert mode(folder) == mode(folder.parent) == 0o700


@pytest.mark.parametrize("bits", [0o755, 0o700, 0o750])
def test_a_folder_of_the_users_own_is_used_and_keeps_its_mode(tmp_path: Path, bits: int) -> None:
    output = made(tmp_path / "out", bits)
    (output / "something else").write_text("stays")
    assert make_run_folder("acme", output) == output
    assert mode(output) == bits


@pytest.mark.parametrize("bits", [0o1777, 0o777, 0o775, 0o770])
def test_where_others_can_write_a_run_has_a_private_folder_of_its_own(tmp_path: Path, bits: int) -> None:
    """``--output /tmp`` shuts nobody out of /tmp, and nobody puts files among ours."""
    output = made(tmp_path / "shared", bits)
    first, second = make_run_folder("acme", output), make_run_folder("acme", output)
    assert first.parent == second.parent == output
    assert first != second
    assert mode(first) == 0o700
    assert mode(output) == bits


def test_the_target_of_a_link_is_not_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = made(tmp_path / "target", 0o755)
    monkeypatch.chdir(tmp_path)
    Path("runs").symlink_to(target)
    make_run_folder("acme")
    make_run_folder("acme", Path("runs"))
    assert mode(target) == 0o755


@pytest.mark.parametrize("name", ["report.html", "report.json", "trace-3.zip", "evidence", "journal.jsonl"])
def test_a_file_of_somebody_else_is_not_replaced(tmp_path: Path, name: str) -> None:
    """Files of our names that are no run's: the run goes into a folder beside them."""
    output = made(tmp_path / "out", 0o755)
    (output / name).write_text('{"not": "ours"}')
    folder = make_run_folder("acme", output)
    assert folder.parent == output
    assert [path.name for path in output.iterdir() if path.is_file()] == [name]


def test_an_earlier_runs_folder_is_used_again(tmp_path: Path) -> None:
    output = make_run_folder("acme", tmp_path / "out")
    (output / "journal.jsonl").write_text('{"at": "2026", "event": "run_begun"}\n')
    (output / "report.html").write_text("ours")
    assert make_run_folder("acme", output) == output


@pytest.mark.parametrize("what", ["file", "dangling link"])
def test_what_is_no_folder_is_wrong_usage(tmp_path: Path, what: str) -> None:
    path = tmp_path / "x"
    path.touch() if what == "file" else path.symlink_to(tmp_path / "nowhere")
    with pytest.raises(UsageError, match="can't be made"):
        make_run_folder("acme", path)
