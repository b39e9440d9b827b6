"""``python -m automation.replica`` for people."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys

import pytest

from automation.replica.__main__ import how_to, main
from automation.replica.handles import OrgHandle
from automation.replica.server.listeners import listening


def test_it_says_how_to_open_it_and_what_to_log_in_with(org: OrgHandle) -> None:
    """Proxy, CA, browser command, login, settings."""
    text = how_to(org.replica, org)
    wanted = (org.replica.proxy_url, str(org.replica.ca_file), "--proxy-server=", org.admin.password, "export SF_LOGIN_URL=")
    assert all(part in text for part in wanted)


def test_it_serves_until_it_is_stopped() -> None:
    """A termination signal ends it with 0, and nothing is printed after the help."""
    command = [sys.executable, "-m", "automation.replica", "--set", "look=summer25", "--set", "list_size=3"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines: list[str] = []
        while not lines or "Stop with Ctrl-C." not in lines[-1]:
            lines.append(process.stdout.readline())
            assert lines[-1]
        process.send_signal(signal.SIGTERM)
        out, errors = process.communicate(timeout=20)
    assert (process.returncode, out, errors) == (0, "", "")


def test_help_names_the_options(capsys: pytest.CaptureFixture[str]) -> None:
    """And exits 0."""
    with pytest.raises(SystemExit) as leaving:
        main(["--help"])
    assert leaving.value.code == 0
    assert "--set KNOB=VALUE" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("knob", "said"), [("look=autumn", "can't be 'autumn'"), ("lok=x", "did you mean 'look'?"), ("list_size=x", "of the kind int")]
)
def test_a_variant_that_does_not_exist_is_named(knob: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--set", knob]) == 2
    assert said in capsys.readouterr().err


def test_listening_sockets_say_that_they_are_tcp() -> None:
    """Else asyncio leaves Nagle's algorithm on, and each answer waits 40 ms."""
    with listening(0) as listener:
        assert listener.proto == socket.IPPROTO_TCP
