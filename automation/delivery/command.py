"""``command:CMD``: a program of the user's gets the unit as JSON on its standard input."""

from __future__ import annotations

import hashlib
import shlex
import subprocess
import threading
from collections import deque
from contextlib import suppress
from functools import partial
from pathlib import PurePath
from subprocess import DEVNULL, PIPE
from typing import Any, ClassVar, Final

from automation.delivery import unit
from automation.delivery.target import Target
from automation.delivery.unit import Held
from automation.errors import DeliveryFailed
from automation.secrets import scrub
from automation.secrets.child_environment import command_environment
from automation.secrets.credentials import Credentials

TIMEOUT: Final = 120.0
"""Seconds until a delivery program is taken for hanging."""


class CommandTarget(Target):
    """A program, started without a shell. Exit code 0 means that it has taken the pair.

    The pair is never an argument, as every user of the machine can list those. The program's output is thrown away but
    for the last line of its standard error, which is scrubbed and shown when it fails.
    """

    can_read: ClassVar[bool] = False
    limit: ClassVar[float] = TIMEOUT + 30

    def __init__(self, text: str, timeout: float = TIMEOUT) -> None:
        self.arguments = shlex.split(text)  # ValueError: a quotation that does not end
        if not self.arguments:
            raise ValueError("names no program")
        self.timeout = timeout
        self.name = f"command:{PurePath(self.arguments[0]).name[:100]}"  # arguments may hold a token of the user's

    def _held(self) -> Held:
        return Held()  # what the program does with an older pair is its own business

    @property
    def place(self) -> str:
        return f"{self.name}#{hashlib.sha256(shlex.join(self.arguments).encode('utf-8', 'surrogateescape')).hexdigest()[:12]}"

    def _put(self, credentials: Credentials, held: Held) -> None:
        errors = deque[bytes](maxlen=2)
        try:
            code = self._run(unit.to_text(credentials).encode(), errors)
        except subprocess.TimeoutExpired:
            trouble = f"did not end within {self.timeout:g} s and was stopped"
        except (OSError, ValueError) as error:  # ValueError: a NUL in an argument
            trouble = f"could not be started ({getattr(error, 'strerror', error)})"
        else:
            if code == 0:
                return
            trouble = f"ended with exit code {code}{_last_line(b''.join(errors))}"
        raise DeliveryFailed(
            f"The delivery program {self.name.removeprefix('command:')} {trouble}.",
            next="Run the program by hand with made-up JSON on its standard input; then run again.",
        )

    def _run(self, text: bytes, errors: deque[bytes]) -> int:
        """The exit code. Of standard error only the end is kept, however much comes."""
        environment = command_environment()
        with subprocess.Popen(  # without a buffer: one can't be closed while a child of the program keeps its pipe open
            self.arguments, bufsize=0, env=environment, stdin=PIPE, stdout=DEVNULL, stderr=PIPE
        ) as process:
            if process.stdin is None or process.stderr is None:
                raise ValueError("no pipes")
            reader = threading.Thread(target=lambda: errors.extend(iter(partial(_piece, process.stderr), b"")), daemon=True)
            reader.start()
            try:
                with suppress(BrokenPipeError):  # it need not read
                    process.stdin.write(text)  # far less than a pipe takes, so it can't block
                    process.stdin.close()
                return process.wait(self.timeout)
            finally:
                process.kill()
                reader.join(1.0)


def _piece(stream: Any) -> bytes:
    with suppress(OSError, ValueError):  # closed meanwhile
        return bytes(stream.read(4096))
    return b""


def _last_line(output: bytes) -> str:
    lines = scrub(output.decode("utf-8", "replace")).strip().splitlines()
    return f": {lines[-1][:200]}" if lines else ""
