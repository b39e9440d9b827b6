"""The hooks: after a refresh with the Salesforce CLI, and from Apex ``SandboxPostCopy`` over a webhook."""

from __future__ import annotations

import importlib.util
import os
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fleet.test_deploy import DEPLOY, after_command, understood


class TestAfterRefresh:
    """The hook after ``sf org refresh sandbox``."""

    script = DEPLOY / "hooks" / "after-refresh.sh"

    @pytest.fixture
    def machine(self, tmp_path: Path) -> Path:
        """A folder with an ``sf`` and a ``python`` that note how they are called and end as they are set to."""
        for name in ("sf", "python"):
            path = tmp_path / name
            path.write_text(f'#!/bin/sh\necho {name} "$@" >> {tmp_path}/calls\nread code < {tmp_path}/{name}.code\n'
                            f"sed -i 1d {tmp_path}/{name}.code\nexit $code\n")  # fmt: skip
            path.chmod(0o700)
        return tmp_path

    def run(self, machine: Path, sf: str, python: str) -> tuple[int, list[str]]:
        (machine / "sf.code").write_text(sf + "\n")
        (machine / "python.code").write_text("\n".join(python.split()) + "\n")
        env = {"PATH": f"{machine}:/usr/bin:/bin", "PYTHON": "python", "PAUSE": "0", "TRIES": "3", "ORGS": "x.toml"}
        done = subprocess.run(["sh", str(self.script), "dev", "prod"], env=env, check=False)
        return done.returncode, (machine / "calls").read_text().splitlines()

    def test_it_refreshes_and_brings_the_app_back(self, machine: Path) -> None:
        code, calls = self.run(machine, "0", "0")
        assert code == 0
        assert calls[0].startswith("sf org refresh sandbox --name dev --target-org prod")
        assert calls[1] == "python -m automation.refresh_sandboxes --orgs x.toml --only dev"
        understood(after_command(calls[1].split()))

    def test_it_tries_again_while_the_copy_goes_on(self, machine: Path) -> None:
        """68: the CLI stopped waiting; 75: the job says that it is too early."""
        code, calls = self.run(machine, "68", "75 75 0")
        assert (code, len(calls)) == (0, 4)

    def test_it_gives_up_in_the_end(self, machine: Path) -> None:
        assert self.run(machine, "68", "75 75 75 75")[0] == 75

    def test_a_failure_is_passed_on(self, machine: Path) -> None:
        """Of the job and of the refresh, which then is not followed by a job."""
        assert self.run(machine, "0", "1")[0] == 1
        (machine / "calls").unlink()
        code, calls = self.run(machine, "1", "0")
        assert (code, len(calls)) == (1, 1)


KEY = "k3y-of-at-least-twenty-characters"
BEARER = {"Authorization": f"Bearer {KEY}"}


def load_receiver() -> Any:
    """The receiver's module, which is a script outside of every package."""
    spec = importlib.util.spec_from_file_location("receive", DEPLOY / "hooks" / "receive.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


receive = load_receiver()


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[tuple[Any, str, Path]]:
    """A receiver whose job writes down for which sandbox it was started, and ends when the gate says so."""
    orgs, calls, gate = tmp_path / "orgs.toml", tmp_path / "calls", tmp_path / "gate"
    orgs.write_text("[orgs.dev]\n[orgs.uat]\n[orgs.qa]\n")
    script = f"import sys; open({str(calls)!r}, 'a').write(sys.argv[2] + '\\n'); open({str(gate)!r}).read()"
    os.mkfifo(gate)
    command = [sys.executable, "-c", script]
    with receive.Receiver(("127.0.0.1", 0), orgs, KEY, command, jobs=1, pause=0.0, rest=0.0) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield server, f"http://127.0.0.1:{server.server_port}/", gate
        server.shutdown()
        server.stop()


def call(url: str, body: bytes, headers: dict[str, str] = BEARER) -> int:
    request = urllib.request.Request(url, body, headers, method="POST")  # noqa: S310 - loopback
    try:
        with urllib.request.urlopen(request) as answer:  # noqa: S310 - loopback
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code


def until(happened: Callable[[], bool]) -> None:
    """Wait for something that other threads and processes do."""
    for _ in range(400):
        with suppress(OSError):
            if happened():
                return
        threading.Event().wait(0.02)
    pytest.fail("it did not happen")


class TestWebhook:
    """From Apex ``SandboxPostCopy`` to the job."""

    def test_the_apex_class_is_whole(self) -> None:
        """It implements the interface, and calls what the receiver understands."""
        apex = DEPLOY / "hooks" / "apex" / "ExternalClientAppsPostCopy.cls"
        text = apex.read_text()
        assert "implements SandboxPostCopy" in text
        assert text.count("{") == text.count("}")
        assert "'sandbox' => sandbox" in text
        assert "'Authorization', 'Bearer ' + KEY" in text
        meta = ET.parse(f"{apex}-meta.xml").getroot()  # noqa: S314 - our own file
        assert [child.tag.rpartition("}")[2] for child in meta] == ["apiVersion", "status"]

    def test_calls_during_a_job_make_one_more(self, receiver: tuple[Any, str, Path]) -> None:
        """However many they are: a sandbox that was refreshed meanwhile is not forgotten, and no loop of calls starts many jobs."""
        _, url, gate = receiver
        assert call(url, b'{"sandbox": "dev", "organizationId": "00D"}') == 202
        assert [call(url, b'{"sandbox": "dev"}') for _ in range(3)] == [200] * 3
        for count in (1, 2):
            until(lambda count=count: (gate.parent / "calls").read_text() == "dev\n" * count)  # type: ignore[misc]
            gate.write_text("go")
        until(lambda: not receiver[0]._attending)
        assert (gate.parent / "calls").read_text() == "dev\n" * 2

    def test_no_more_jobs_at_once_than_allowed(self, receiver: tuple[Any, str, Path]) -> None:
        """The others wait for their turn."""
        server, url, gate = receiver
        assert [call(url, f'{{"sandbox": "{name}"}}'.encode()) for name in ("dev", "uat", "qa")] == [202] * 3
        for count in (1, 2, 3):
            until(lambda count=count: len((gate.parent / "calls").read_text().split()) == count)  # type: ignore[misc]
            assert len(server._running) == 1
            gate.write_text("go")
        until(lambda: not server._attending)
        assert sorted((gate.parent / "calls").read_text().split()) == ["dev", "qa", "uat"]

    def test_a_job_that_can_not_be_started_is_tried_again(self, receiver: tuple[Any, str, Path], tmp_path: Path) -> None:
        """As without memory for a moment: the sandbox is not forgotten, and not attended for ever."""
        server, url, gate = receiver
        command, server.command = server.command, [str(tmp_path / "none")]
        server.tries, server.pause = 10_000, 0.001
        assert call(url, b'{"sandbox": "dev"}') == 202
        server.command = command
        until(lambda: (gate.parent / "calls").read_text() == "dev\n")
        gate.write_text("go")
        until(lambda: not server._attending)

    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"Authorization": KEY},
            {"Authorization": "Bearer "},
            {"Authorization": f"Bearer {KEY}x"},
            {"Authorization": f"bearer {KEY}"},
            {"Authorization": "Bearer ü"},
            {"X-Key": KEY},
        ],
    )
    def test_a_call_without_the_key_starts_nothing(self, receiver: tuple[Any, str, Path], headers: dict[str, str]) -> None:
        """And learns nothing about the orgs."""
        _, url, gate = receiver
        assert [call(url, body, headers) for body in (b'{"sandbox": "dev"}', b'{"sandbox": "x"}', b"")] == [401] * 3
        assert not (gate.parent / "calls").exists()

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            (b'{"sandbox": "unknown"}', 404),
            (b'{"sandbox": "../x"}', 400),
            (b'{"sandbox": "--help"}', 400),
            (b'{"sandbox": 5}', 400),
            (b"[]", 400),
            (b"no json", 400),
            (b"\xff\xfe", 400),
            (b"[" * 4000, 400),
            (b'{"sandbox": ' + b"9" * 4000 + b"}", 400),
            (b" " * 5000, 400),
        ],
    )
    def test_nothing_else_is_believed(self, receiver: tuple[Any, str, Path], body: bytes, status: int) -> None:
        """Only the name of an org of the file."""
        _, url, gate = receiver
        assert call(url, body) == status
        assert not (gate.parent / "calls").exists()

    @pytest.mark.parametrize("text", ["x = ", "orgs = 5", "\0", "x = " + "[" * 5000, "x = " + "9" * 5000, None])
    def test_an_orgs_file_that_can_not_be_read_starts_nothing(self, receiver: tuple[Any, str, Path], text: str | None) -> None:
        """The call is answered with 503, or with 404 where the file has no orgs."""
        server, url, gate = receiver
        if text is None:
            server.orgs.unlink()
        else:
            server.orgs.write_text(text)
        assert call(url, b'{"sandbox": "dev"}') == (404 if text == "orgs = 5" else 503)
        assert not (gate.parent / "calls").exists()

    def test_slow_clients_are_cut_off(self, receiver: tuple[Any, str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
        """A call has its time as a whole; connections beyond the limit are closed unread."""
        server, url, _ = receiver
        monkeypatch.setattr(receive, "SECONDS", 0.5)
        before = threading.active_count()
        with ExitStack() as slow:
            for _ in range(60):
                connection = slow.enter_context(socket.create_connection(server.server_address))
                with suppress(OSError):
                    connection.sendall(b"POST / HTTP/1.0\r\nContent-Length: 100\r\n\r\n{")
            assert threading.active_count() - before <= 2 * receive.CONNECTIONS
            until(lambda: call(url, b'{"sandbox": "nobody"}') == 404)

    def test_the_log_is_clean(self, receiver: tuple[Any, str, Path], capsys: pytest.CaptureFixture[str]) -> None:
        """Whatever a request line holds, it makes one line without control characters; headers are not logged."""
        server, url, _ = receiver
        for line in (b"GET /\x1b[2J HTTP/1.0", b"\x9b\x1b]52;c;x\x07 \r fake line", b"POST " + b"x" * 70000, b"A B C D"):
            with socket.create_connection(server.server_address) as connection, suppress(OSError):
                connection.sendall(line + b"\r\n\r\n")
                while connection.recv(4096):
                    continue
        call(url, b"x", {"Authorization": "Bearer s3cr3t"})
        err = capsys.readouterr().err
        assert err.count("\n") >= 4
        assert all(char.isprintable() or char == "\n" for char in err)
        assert not any(line.startswith(" fake") for line in err.splitlines())
        assert "s3cr3t" not in err
        assert KEY not in err

    @settings(max_examples=60)
    @given(method=st.sampled_from([b"POST /", b"GET /", b""]), parts=st.lists(st.binary(max_size=20), min_size=4, max_size=4))
    def test_no_bytes_raise_in_the_handler(self, method: bytes, parts: list[bytes]) -> None:
        """Request lines, headers and bodies of any kind."""
        line, name, length, body = parts
        ours, theirs = socket.socketpair()
        server = SimpleNamespace(key=b"k", orgs=Path("none"), knows=lambda _: False)
        with ours, theirs, patch.object(receive, "log", lambda _: None):
            theirs.sendall(method + line + b"\r\n" + name + b": x\r\nContent-Length: " + length + b"\r\n\r\n" + body)
            theirs.shutdown(socket.SHUT_WR)
            receive.Call(ours, ("client", 1), server)

    @pytest.mark.parametrize("key", ["", "short", "with blanks inside it here", "ü" * 30])
    def test_a_weak_key_is_refused_at_the_start(self, tmp_path: Path, key: str) -> None:
        """As is a file that is not there."""
        (tmp_path / "key").write_text(key)
        for path in (tmp_path / "key", tmp_path / "none", tmp_path):
            with pytest.raises(SystemExit):
                receive.read_key(path)

    def test_a_stop_ends_the_jobs(self, tmp_path: Path) -> None:
        """SIGTERM, as from systemd: nothing is left running."""
        (tmp_path / "key").write_text(KEY)
        (tmp_path / "orgs.toml").write_text("[orgs.dev]")
        (tmp_path / "automation").mkdir()
        (tmp_path / "automation" / "__init__.py").touch()
        (tmp_path / "automation" / "refresh_sandboxes.py").write_text(
            "import os, time; open('pid', 'w').write(str(os.getpid())); os.rename('pid', 'started'); time.sleep(60)"
        )
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        command = [sys.executable, str(DEPLOY / "hooks" / "receive.py"), "--key-file", "key", "--port", str(port)]
        environment = {"PYTHONPATH": str(tmp_path), "PATH": "/usr/bin:/bin"}
        server = subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.DEVNULL)
        try:
            until(lambda: call(f"http://127.0.0.1:{port}/", b'{"sandbox": "dev"}') in (200, 202))
            until((tmp_path / "started").exists)
            server.terminate()
            assert server.wait(20) == 0
        finally:
            server.kill()
            server.wait()
        with pytest.raises(ProcessLookupError):
            os.kill(int((tmp_path / "started").read_text()), 0)
