"""``command:CMD``: a program of the user's gets the unit as JSON on its standard input."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import PurePath
from typing import ClassVar, Final

from automation.child_environment import command_environment
from automation.credentials import Credentials
from automation.delivery import unit
from automation.errors import DeliveryFailed
from automation.secrets import scrub

TIMEOUT: Final = 120.0
"""Seconds until a delivery program is taken for hanging."""


class Command:
    """A program, started without a shell. Exit code 0 means that it has taken the pair.

    The pair is never an argument, as every user of the machine can list those. The program's output is thrown away but
    for the last line of its standard error, which is scrubbed and told when it fails.
    """

    can_read: ClassVar[bool] = False

    def __init__(self, text: str, timeout: float = TIMEOUT) -> None:
        self.arguments = shlex.split(text)  # ValueError: a quotation that does not end
        if not self.arguments:
            raise ValueError("names no program")
        self.timeout = timeout

    @property
    def name(self) -> str:
        return f"command:{PurePath(self.arguments[0]).name}"  # arguments may hold a token of the user's

    def read(self) -> Credentials | None:
        return None

    def write(self, credentials: Credentials) -> None:
        try:
            done = subprocess.run(
                self.arguments,
                env=command_environment(),
                input=unit.to_text(credentials).encode(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                timeout=self.timeout,
                check=False,
            )
        except subprocess.TimeoutExpired:
            trouble = f"did not end within {self.timeout:g} s and was stopped"
        except OSError as error:
            trouble = f"could not be started ({error.strerror})"
        else:
            if done.returncode == 0:
                return
            trouble = f"ended with {done.returncode}{_last_line(done.stderr)}"
        raise DeliveryFailed(f"The delivery program {PurePath(self.arguments[0]).name} {trouble}.")


def _last_line(output: bytes) -> str:
    lines = scrub(output.decode("utf-8", "replace")).strip().splitlines()
    return f": {lines[-1][:200]}" if lines else ""
