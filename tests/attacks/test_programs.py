"""Programs that we start, ``sf`` among them, may print anything, for ever or never, and may not end."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from automation.access import cli
from automation.access.cli import CliLogin
from automation.access.codes import CodeRequest, Method, tokens
from automation.access.codes.command import CodeCommand
from automation.delivery.command import CommandTarget
from automation.fleet import references
from automation.network.parallel import in_background
from automation.settings import load_settings
from tests.attacks.conftest import Attacks
from tests.attacks.texts import ours_or_value
from tests.org_api.org_double import pair

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pipes, modes, forks and scripts of POSIX")

WAIT = 0.5
"""Seconds that each may take here."""

ENDLESS = 17.0
"""Seconds after which it is waited for, not read: the programs here live for 20 and more."""

SETTINGS = {
    "SF_LOGIN_URL": "https://acme--dev.sandbox.my.salesforce.com",
    "SF_CLI_ORG": "dev",
    "ECA_CONTACT_EMAIL": "admin@acme.com",
    "ECA_CALLBACK_URL": "https://acme.example/oauth",
    "ECA_RUN_AS": "integration@acme.com.dev",
}


def _sf(line: str) -> Any:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("shutil.which", lambda _: shlex.split(line)[0])
        return CliLogin("dev", load_settings(SETTINGS, None)).url()


USERS: dict[str, Callable[[str], Any]] = {
    "sf": _sf,
    "code": lambda line: CodeCommand(line).code(CodeRequest(Method.EMAIL, True, "u", None), WAIT),
    "token": lambda line: tokens.TokenCommand(line).token(),
    "reference": lambda line: references.resolve(f"command:{line}"),
    "delivery": lambda line: CommandTarget(line, WAIT).write(pair()),
}

WRITE = "import os, sys, time, signal\nout = sys.stdout.buffer\n"
PROGRAMS: dict[str, str] = {
    "says nothing": "",
    "fails": "sys.exit(3)",
    "fails with words": 'print(\'{"name": "X", "message": "no"}\'); print(\'Error: no\', file=sys.stderr); sys.exit(1)',
    "is killed": "os.kill(os.getpid(), signal.SIGKILL)",
    "no encoding": "out.write(bytes(range(128, 256)))",
    "UTF-16": "out.write('123456'.encode('utf-16'))",
    "NULs": "out.write(b'\\0' * 100)",
    "colours": "out.write(b'\\x1b[31m123456\\x1b[0m')",
    "terminal sequences": "out.write(b'\\x1b]52;c;eA==\\x07\\x1b[2J')",
    "deep": "out.write(b'[' * 50000)",
    "deep objects": "out.write(b'{\"a\":' * 10000)",
    "two objects": 'print(\'{"a": 1}{"result": 5}\')',
    "null": "print('null')",
    "wrong types": 'print(\'{"status": 0, "result": {"url": [1]}}\')',
    "a stranger's link": 'print(\'{"status": 0, "result": {"url": "https://evil.example/?otp=1"}}\')',
    "prints for ever": "while True: out.write(b'x' * 65536)",
    "complains for ever": "while True: sys.stderr.write('x' * 65536)",
    "never ends": "time.sleep(60)",
    "ignores signals": "signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)",
    "closes its output": "out.flush(); os.close(1); time.sleep(60)",
    "leaves a child": "print('123456', flush=True)\nif os.fork() == 0: time.sleep(20); os._exit(0)",
    "closes its input": "os.close(0)",
    "a long line": "out.write(b'9' * 60000)",
}


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    """Makes the command line of a program."""
    for module, limit in ((cli, "TIMEOUT"), (tokens, "COMMAND_TIMEOUT"), (references, "TIMEOUT")):
        monkeypatch.setattr(module, limit, WAIT)
    numbers = count()

    def make(script: str) -> str:
        file = tmp_path / f"program-{next(numbers)}"
        file.write_text(f"#!{sys.executable} -SE\n{WRITE}{script}\n")
        file.chmod(0o700)
        return shlex.quote(str(file))

    return make


@pytest.mark.parametrize("user", USERS)
def test_any_program_is_borne(user: str, attacks: Attacks, program: Callable[[str], str]) -> None:
    """Read, or refused by us; nobody waits for what never ends."""

    def begun(script: str) -> Future[Any]:
        return in_background(partial(ours_or_value, partial(USERS[user], program(script))))

    if user == "sf":  # found on a PATH that all threads share
        attacks.each(PROGRAMS, lambda script: begun(script).result(ENDLESS))
        return
    attacks.each({name: begun(script) for name, script in PROGRAMS.items()}, lambda running: running.result(ENDLESS))


LINES = (
    "",
    " ",
    "''",
    '""',
    "'open",
    "back\\",
    "a\0b",
    "\ud800",
    "/",
    "/dev/null",
    "/not/there",
    "~nosuchuser/x",
    "-x",
    "a" * 200_000,
)


@pytest.mark.parametrize("user", [name for name in USERS if name != "sf"])
def test_any_command_line_is_refused(user: str, attacks: Attacks) -> None:
    """By us, or where a target or reference is made by ValueError, which its setting turns into ours."""
    attacks.each({ascii(line)[:40]: line for line in LINES}, lambda line: ours_or_value(lambda: USERS[user](line), ValueError))
