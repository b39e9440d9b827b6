"""The command as a process of its own, and traps that spring when the org logs an event."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automation.replica.org.events import EventLog

if TYPE_CHECKING:
    from automation.replica import OrgHandle
    from automation.replica.org.orgs import Org

ROOT = Path(__file__).resolve().parents[2]
KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "DISPLAY", "PLAYWRIGHT_NODEJS_PATH")
PATIENCE = 150.0
"""Seconds until a process counts as hanging; a busy machine is slow."""


@dataclass
class Command:
    """A running ``python -m automation.create_app``; what it prints goes to ``stdout`` and ``stderr`` in its folder."""

    process: subprocess.Popen[bytes]
    folder: Path

    @property
    def printed(self) -> bytes:
        """Everything printed so far."""
        return (self.folder / "stdout").read_bytes() + (self.folder / "stderr").read_bytes()

    def ended(self) -> int:
        """Wait for the end; answers the exit code, negative for a signal."""
        return self.process.wait(PATIENCE)

    def all_gone(self) -> None:
        """Wait until the browser and its driver have noticed that they are alone, and have ended too (Linux)."""
        for number in members(self.process.pid):
            try:
                handle = os.pidfd_open(number)
            except ProcessLookupError:
                continue
            select.select([handle], [], [], PATIENCE)
            os.close(handle)


def members(session: int) -> list[int]:
    """The living processes of a session (Linux)."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            if fields[0] != "Z" and int(fields[3]) == session:
                found.append(int(stat.parent.name))
    return found


def environment(org: OrgHandle, folder: Path, settings: Mapping[str, str]) -> dict[str, str]:
    """What a user would set, and nothing of the developer's own."""
    own = {name: os.environ[name] for name in KEPT if name in os.environ}
    return {
        **own,
        "PYTHONPATH": str(ROOT),
        "XDG_STATE_HOME": os.environ["XDG_STATE_HOME"],
        "TIMEOUT_PAGE": "30",
        "TIMEOUT_ACTION": "15",
        "TIMEOUT_SAVE": "20",
        "TIMEOUT_CODE": "20",
        "TIMEOUT_PROPAGATION": "30",
        "CREDENTIALS_TO": f"dotenv:{folder / 'delivered.env'}",
        **org.environment(),
        **settings,
    }


@contextmanager
def command(org: OrgHandle, folder: Path, *arguments: str, settings: Mapping[str, str] | None = None) -> Iterator[Command]:
    """Start it in ``folder``; what is left of its processes at the end is killed."""
    folder.mkdir(parents=True, exist_ok=True)
    line = [sys.executable, "-m", "automation.create_app", "--output", str(folder / "run"), *arguments]
    with (folder / "stdout").open("wb") as out, (folder / "stderr").open("wb") as err:
        process = subprocess.Popen(
            line, cwd=folder, env=environment(org, folder, settings or {}), stdout=out, stderr=err, start_new_session=True
        )
    try:
        yield Command(process, folder)
    finally:
        _kill_group(process)


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(PATIENCE)


class Trap(EventLog):
    """An event log that does something in the moment in which the nth event of a name comes.

    The org has not answered yet then: whatever it has just done, the other side does not know.
    """

    __slots__ = ("_left", "_name", "action", "sprung")

    def __init__(self, before: EventLog, name: str, nth: int, action: Callable[[], None]) -> None:
        super().__init__(before.events)
        self._name, self._left, self.action = name, nth, action
        self.sprung = threading.Event()

    def add(self, at: float, name: str, **details: Any) -> None:
        super().add(at, name, **details)
        if name != self._name:
            return
        self._left -= 1
        if self._left == 0:
            self.action()
            self.sprung.set()


def set_trap(org: OrgHandle, name: str, action: Callable[[], None], nth: int = 1) -> Trap:
    """Let ``action`` happen at the nth event of that name from now on; it runs on the replica's own thread."""

    def put(inner: Org) -> Trap:
        inner.events = trap = Trap(inner.events, name, nth, action)
        return trap

    return org.do(put)
