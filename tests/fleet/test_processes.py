"""Workers and programs end with what they started; also as Windows does it, whose calls are stood in for."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import psutil  # type: ignore[import-untyped]
import pytest

from automation.fleet import pool

PARENT = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
print(child.pid, flush=True)
child.wait()
"""


@pytest.fixture
def program() -> Iterator[subprocess.Popen[str]]:
    """A program that waits for one that it started, and has printed that one's number."""
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as running:
        yield running
        running.kill()


def test_what_a_program_started_ends_with_it(program: subprocess.Popen[str]) -> None:
    assert program.stdout is not None
    child = psutil.Process(int(program.stdout.readline()))
    pool.kill_all(program)
    program.wait(10)
    child.wait(10)
    pool.kill_all(program)  # one that has ended is left alone: its number may be another's now


def test_windows_ends_the_whole_tree(program: subprocess.Popen[str], monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(subprocess, "run", lambda command, **_: asked.append(command))
    pool.kill_all(program)
    assert asked == [["taskkill", "/F", "/T", "/PID", str(program.pid)]]


@pytest.mark.parametrize("platform", ["linux", "win32"])
def test_a_worker_is_asked_to_end(platform: str, program: subprocess.Popen[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """By a signal; on Windows, where a signal would kill it, by the end of its standard input."""
    signals: list[int] = []
    with monkeypatch.context() as patch:  # the fixture's own end needs the real one
        patch.setattr(sys, "platform", platform)
        patch.setattr(program, "send_signal", signals.append)
        pool.interrupt(program)
    assert program.stdin is not None
    assert (len(signals), program.stdin.closed) == ((1, False) if platform == "linux" else (0, True))
