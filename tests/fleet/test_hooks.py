"""The hooks: after a refresh with the Salesforce CLI, and from Apex ``SandboxPostCopy`` over a webhook."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import threading
import urllib.error
import urllib.request
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fleet.test_deploy import DEPLOY, after_command, understood


class TestAfterRefresh:
    """The hook after ``sf org refresh sandbox``."""

    script = DEPLOY / "hooks" / "after-refresh.sh"

    @pytest.fixture
    def machine(self, tmp_path: Path) -> Path:
        """A folder with an ``sf`` and a ``python`` that note how they are called and end as they are told."""
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


class TestWebhook:
    """From Apex ``SandboxPostCopy`` to the job."""

    def test_the_apex_class_is_whole(self) -> None:
        """It implements the interface, and calls what the receiver understands."""
        apex = DEPLOY / "hooks" / "apex" / "ExternalClientAppsPostCopy.cls"
        text = apex.read_text()
        assert "implements SandboxPostCopy" in text
        assert text.count("{") == text.count("}")
        assert "'sandbox' => sandbox" in text
        meta = ET.parse(f"{apex}-meta.xml").getroot()  # noqa: S314 - our own file
        assert [child.tag.rpartition("}")[2] for child in meta] == ["apiVersion", "status"]

    @pytest.fixture
    def receiver(self, tmp_path: Path) -> Iterator[tuple[Any, str, Path]]:
        """A receiver whose job writes down for which sandbox it was started."""
        spec = importlib.util.spec_from_file_location("receive", DEPLOY / "hooks" / "receive.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        orgs, calls = tmp_path / "orgs.toml", tmp_path / "calls"
        orgs.write_text("[orgs.dev]\n[orgs.uat]\n")
        gate = tmp_path / "gate"
        script = f"import sys; open({str(calls)!r}, 'a').write(sys.argv[2] + '\\n'); open({str(gate)!r}).read()"
        os.mkfifo(gate)
        with module.Receiver(("127.0.0.1", 0), orgs, [sys.executable, "-c", script], pause=0.0) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            yield server, f"http://127.0.0.1:{server.server_port}/", gate
            server.shutdown()

    @staticmethod
    def call(url: str, body: bytes) -> int:
        request = urllib.request.Request(url, body, method="POST")  # noqa: S310 - loopback
        try:
            with urllib.request.urlopen(request) as answer:  # noqa: S310 - loopback
                return int(answer.status)
        except urllib.error.HTTPError as error:
            error.close()
            return error.code

    def test_a_call_starts_the_job_once(self, receiver: tuple[Any, str, Path]) -> None:
        """While it runs, further calls for the sandbox are taken as the same."""
        _, url, gate = receiver
        assert self.call(url, b'{"sandbox": "dev", "organizationId": "00D"}') == 202
        assert self.call(url, b'{"sandbox": "dev"}') == 200
        gate.write_text("go")
        assert (gate.parent / "calls").read_text() == "dev\n"

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            (b'{"sandbox": "unknown"}', 404),
            (b'{"sandbox": "../x"}', 400),
            (b'{"sandbox": "--help"}', 400),
            (b'{"sandbox": 5}', 400),
            (b"[]", 400),
            (b"no json", 400),
            (b" " * 5000, 400),
        ],
    )
    def test_nothing_else_is_believed(self, receiver: tuple[Any, str, Path], body: bytes, status: int) -> None:
        """Only the name of an org of the file."""
        _, url, gate = receiver
        assert self.call(url, body) == status
        assert not (gate.parent / "calls").exists()
