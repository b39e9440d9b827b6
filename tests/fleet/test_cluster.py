"""The job on a Dask cluster: a real scheduler, two worker processes, and everything they say to each other."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import psutil  # type: ignore[import-untyped]
import pytest

from automation.secrets.encodings import encodings
from tests.fleet.fleet_double import APP, FleetOnReplica, leaks

pytest.importorskip("distributed")


class Wire:
    """A TCP relay that keeps every byte which passes, in both directions."""

    def __init__(self, port: int) -> None:
        self.seen = bytearray()
        self._target = port
        self._ready = threading.Event()
        self.port = 0
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        self._ready.wait(10)

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop, self._ended = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._relay, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._ended.wait()
        server.close()

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            writer.close()
            return
        try:
            await asyncio.gather(self._pass(reader, back), self._pass(there, writer))
        except asyncio.CancelledError:
            return  # the test is over
        finally:
            writer.close()
            back.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65536):
                self.seen += data
                writer.write(data)
                await writer.drain()
        except OSError:
            return
        finally:
            writer.close()

    def close(self) -> None:
        """End all connections."""
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(10)


@dataclass
class Cluster:
    """A scheduler and its workers, whose every connection goes over a `Wire`."""

    fleet: FleetOnReplica
    stack: ExitStack
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)
    wires: list[Wire] = field(default_factory=list)

    def __post_init__(self) -> None:
        port = free_port()
        self._start("scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard")
        until(lambda: answers(port))
        self.address = f"tcp://127.0.0.1:{self._wire(port)}"
        for _ in range(2):
            port = free_port()
            contact = f"tcp://127.0.0.1:{self._wire(port)}"
            listen = ["--listen-address", f"tcp://127.0.0.1:{port}", "--contact-address", contact]
            self.workers.append(self._start("worker", self.address, *listen, "--nthreads", "1", "--no-nanny", "--no-dashboard"))
            until(lambda port=port: answers(port))  # type: ignore[misc]

    def _wire(self, port: int) -> int:
        wire = Wire(port)
        self.wires.append(wire)
        self.stack.callback(wire.close)
        return wire.port

    def _start(self, what: str, *arguments: str) -> subprocess.Popen[bytes]:
        environment = self.fleet.environment(REFRESH_ORGS_FILE=str(self.fleet.file), DASK_DISTRIBUTED__COMM__COMPRESSION="null")
        command = [sys.executable, "-m", f"distributed.cli.dask_{what}", *arguments]
        quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        process = subprocess.Popen(command, cwd=self.fleet.folder, env=environment, **quiet)
        self.stack.callback(_end, process)
        return process

    def busy(self) -> list[subprocess.Popen[bytes]]:
        """Workers that have a run under way."""
        return [worker for worker in self.workers if worker.poll() is None and psutil.Process(worker.pid).children()]

    def leaks(self) -> list[str]:
        """Secrets that went over a wire, in any encoding."""
        everything = b"".join(bytes(wire.seen) for wire in self.wires)
        forms = {what: [form.encode() for form in encodings(value)] for what, value in self.fleet.secret_values().items()}
        return [what for what, those in forms.items() if any(form in everything for form in those)]


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def until(happened: Callable[[], bool], seconds: float = 90.0) -> None:
    """Wait for something outside of this process."""
    pause = threading.Event()
    for _ in range(int(seconds / 0.1)):
        if happened():
            return
        pause.wait(0.1)
    raise AssertionError("it did not happen in time")


@pytest.fixture
def cluster(fleet: FleetOnReplica) -> Iterator[Callable[[], Cluster]]:
    """Starts a cluster for the fleet as it is then."""
    with ExitStack() as stack:
        yield lambda: Cluster(fleet, stack)


@pytest.mark.slow
@pytest.mark.browser
def test_a_lost_workers_org_is_run_again(fleet: FleetOnReplica, cluster: Callable[[], Cluster]) -> None:
    """Two workers, one killed in mid-run: all orgs end proven, with one app each, and no secret crossed a wire."""
    fleet.set_up("good")
    for name in ("one", "two"):
        fleet.add(name, own_mailbox=True)
    running = cluster()
    process = fleet.start("--json", "--scheduler", running.address)
    until(lambda: any(fleet.orgs[name].events("createApp") for name in ("one", "two")), 240)
    os.kill(running.busy()[0].pid, signal.SIGKILL)
    out, said = process.communicate(timeout=500)
    assert process.returncode == 0, said
    assert fleet.apps() == {name: [APP] for name in fleet.orgs}
    assert '"name": "good", "found": "up_to_date"' in out
    assert fleet.run().found() == dict.fromkeys(fleet.orgs, "up_to_date")
    assert b"one-check" in running.wires[0].seen
    assert running.leaks() == []
    assert leaks(fleet.folder, fleet.secret_values()) == []


@pytest.mark.slow
def test_orgs_up_to_date_take_no_browser_on_a_cluster_either(fleet: FleetOnReplica, cluster: Callable[[], Cluster]) -> None:
    """Workers check, and the history is kept where the command runs."""
    for name in ("a", "b", "c"):
        fleet.set_up(name)
    running = cluster()
    done = fleet.run("--scheduler", running.address)
    assert done.exit_code == 0, done.stderr
    assert done.found() == dict.fromkeys("abc", "up_to_date")
    assert fleet.history()[0]["done"] == 3
    assert running.leaks() == []


@pytest.mark.slow
def test_a_scheduler_that_is_not_there_is_reported(fleet: FleetOnReplica) -> None:
    """Before anything is begun, with the way to start one."""
    fleet.add("a")
    done = fleet.run("--scheduler", "tcp://127.0.0.1:9")
    assert done.exit_code == 69
    assert "No Dask scheduler answers at tcp://127.0.0.1:9" in done.stderr
