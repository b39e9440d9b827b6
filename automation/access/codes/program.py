"""Running a program of the user's that prints one word: a code or a token."""

from __future__ import annotations

import shlex
import subprocess
import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import IO, Final, cast

from automation.errors import SettingsError, VerificationNeeded

MOST: Final = 65_536
"""Bytes of output that are read; a program that prints more is ended."""


class Program:
    """A program of the user's, run without a shell.

    Args:
        setting: which one names it.
        line: the command line, taken apart as a POSIX shell would.
        advice: what to do when its output can't be used.

    Raises:
        SettingsError: a quote is not closed; the settings' rule refuses it earlier.
    """

    def __init__(self, setting: str, line: str, advice: str) -> None:
        self._setting = setting
        self._advice = advice
        try:
            self._argv = shlex.split(line)
        except ValueError:
            raise SettingsError(f"{setting} has a quote that is not closed.") from None

    def unusable(self, why: str) -> VerificationNeeded:
        """The error for output that can't be used; ``why`` never holds what was printed."""
        return VerificationNeeded(f"The program of {self._setting} {why}.", next=self._advice)

    def output(self, environment: Mapping[str, str], timeout: float) -> str:
        """What it prints on stdout; bytes that are not UTF-8 are replaced. What it prints on stderr is dropped.

        Args:
            timeout: seconds; after them the program is killed. A child of it that keeps stdout open is not waited for.

        Raises:
            VerificationNeeded: it can't be started, fails, prints too much or takes too long.
        """
        try:
            program = subprocess.Popen(self._argv, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0)
        except OSError as error:
            raise self.unusable(f"can't be started: {error.strerror}") from None
        except ValueError:  # a NUL, or a lone surrogate, in an argument
            raise self.unusable("can't be started: an argument holds a character that no argument can hold") from None
        pipe, printed = cast("IO[bytes]", program.stdout), bytearray()
        reader = threading.Thread(target=_read, args=(pipe, printed), daemon=True)
        reader.start()
        reader.join(timeout)
        late, endless = reader.is_alive(), len(printed) > MOST
        if late or endless:
            program.kill()
            reader.join(1)
        pipe.close()
        exit_code = _exit_code(program, timeout)
        if late or exit_code is None:
            raise self.unusable(f"did not answer within {timeout:g} s")
        if endless:
            raise self.unusable(f"printed more than {MOST} bytes")
        if exit_code != 0:
            raise self.unusable(f"ended with exit code {exit_code}")
        return printed.decode("utf-8-sig", errors="replace")


def _exit_code(program: subprocess.Popen[bytes], timeout: float) -> int | None:
    """How the program ended; None when it closed its output, did not end and was killed."""
    try:
        return program.wait(timeout)
    except subprocess.TimeoutExpired:
        program.kill()
        program.wait()
        return None


def _read(pipe: IO[bytes], into: bytearray) -> None:
    with suppress(OSError, ValueError):  # closed meanwhile: a child of the program held it open
        while len(into) <= MOST and (piece := pipe.read(MOST)):
            into += piece
