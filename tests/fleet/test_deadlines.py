"""No thread, server or program holds the job: deadlines, and the end on a signal."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from automation.delivery.dotenv_file import DotenvFile
from automation.fleet.pool import Pool, TimeIsUp, bounded, next_done
from automation.secrets import Secret
from automation.secrets.credentials import Credentials
from tests.fleet.fleet_double import APP, ROOT

ORGS = """
[defaults]
login_url = "https://acme--{name}.sandbox.my.salesforce.com"
username = "admin@acme.com"
password = "env:PW"
https_proxy = "http://127.0.0.1:PORT"
deliver = ["dotenv:{name}.env"]
[defaults.app]
contact_email = "admin@acme.com"
callback_url = "https://acme.example/oauth"
run_as = "sync@acme.com"
[orgs.one]
[orgs.two]
"""


def deliver(folder: Path, name: str) -> None:
    """A delivered pair, so that the org is asked for a token."""
    url = f"https://acme--{name}.sandbox.my.salesforce.com"
    host, token_url = url.removeprefix("https://"), f"{url}/services/oauth2/token"
    pair = Credentials(Secret("3MVGkey"), Secret("s3cretword"), token_url, url, "00D000000000001AAA", host, APP, "2026")
    DotenvFile(str(folder / f"{name}.env")).write(pair)


@pytest.fixture
def dripping() -> Iterator[int]:
    """A proxy that sends a byte of its answer now and then, and never ends."""
    stop = threading.Event()
    server = socket.create_server(("127.0.0.1", 0))

    def drip(connection: socket.socket) -> None:
        with suppress(OSError), connection:
            while not stop.wait(0.05):
                connection.send(b"H")

    def serve() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=drip, args=(server.accept()[0],), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    yield server.getsockname()[1]
    stop.set()
    server.close()


@pytest.fixture
def job(tmp_path: Path, dripping: int) -> Iterator[Any]:
    """``job(text)`` starts the command on two orgs behind that proxy, ``text`` added to the orgs file."""
    started: list[subprocess.Popen[str]] = []

    def start(more: str) -> subprocess.Popen[str]:
        (tmp_path / "orgs.toml").write_text(ORGS.replace("PORT", str(dripping)) + more)
        for name in ("one", "two"):
            deliver(tmp_path, name)
        environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "XDG_STATE_HOME": str(tmp_path / "state")}
        command = [sys.executable, "-m", "automation.refresh_sandboxes", "--json"]
        pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        started.append(subprocess.Popen(command, cwd=tmp_path, env=environment, **pipes))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def notifying(path: Path) -> str:
    script = f'import sys; open(r\\"{path}\\", \\"w\\").write(sys.stdin.read())'
    return f"[notify]\nalways = [\"command:{sys.executable} -c '{script}'\"]\n"


def test_an_org_that_drips_ends_at_its_deadline_and_people_are_notified(job: Any, tmp_path: Path) -> None:
    """Each org fails with the reason, the job ends, the exit code says so."""
    process = job("[limits]\ndeadline = 1\n" + notifying(tmp_path / "notified"))
    out, err = process.communicate(timeout=60)
    assert process.returncode == 1, err
    assert out.count('"kind": "deadline"') == 2
    assert "2 orgs: 2 failed" in err
    assert (tmp_path / "notified").read_text().count('"kind": "deadline"') == 2


def test_a_stop_ends_a_job_that_drips_and_people_are_notified(job: Any, tmp_path: Path) -> None:
    """130, with all orgs in the output, although both checks go on."""
    process = job(notifying(tmp_path / "notified"))
    connected = threading.Event()
    for _ in range(100):
        if (tmp_path / "state").exists() or connected.wait(0.05):
            break
    connected.wait(1.0)
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 130, err
    assert out.count('"kind": "interrupted"') == 2
    assert (tmp_path / "notified").read_text().count('"kind": "interrupted"') == 2


def test_a_piece_that_is_late_gives_its_place_to_the_next() -> None:
    """And what it comes to later is thrown away."""
    release, pool = threading.Event(), Pool(1, "test")
    late = pool.submit(0.05, release.wait)
    following = pool.submit(5.0, lambda: "done")
    finished: set[Future[Any]] = {late, following}
    while finished:
        finished -= next_done(finished, pool)
    assert isinstance(late.exception(), TimeIsUp)
    assert following.result() == "done"
    release.set()


def test_what_a_piece_raises_reaches_whoever_asked() -> None:
    """Also what nobody foresaw."""

    def fail() -> None:
        raise KeyError("x")

    with pytest.raises(KeyError):
        bounded(5.0, fail)


def test_no_more_pieces_at_once_than_places() -> None:
    """The others wait for their turn, without losing any of their time."""
    running: list[int] = []
    most: list[int] = []
    lock = threading.Lock()

    def work() -> None:
        with lock:
            running.append(1)
            most.append(len(running))
        threading.Event().wait(0.01)
        with lock:
            running.pop()

    pool = Pool(2, "test")
    left = {pool.submit(5.0, work) for _ in range(8)}
    while left:
        left -= next_done(left, pool)
    assert max(most) <= 2
