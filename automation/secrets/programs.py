"""Running a program that prints something: its output and its time have a limit, and no child of it is waited for."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, Final, cast

MOST: Final = 65_536
"""Bytes of output that are read; a program that prints more is ended."""


class ProgramFailed(Exception):
    """The program gave no output that can be used; the text says why, never what it printed."""


@dataclass(frozen=True)
class Ended:
    """A program that has ended, and what it printed; of standard error the first `MOST` bytes."""

    exit_code: int
    out: bytes
    err: bytes


def run(
    argv: Sequence[str], environment: Mapping[str, str], timeout: float, *, most: int = MOST, stdin: int | None = None
) -> Ended:
    """Run a program to its end.

    Args:
        timeout: seconds; after them the program is killed. A child of it that keeps stdout open is not waited for.
        most: bytes of standard output.
        stdin: as for `subprocess`; by default it is shared with this process.

    Raises:
        ProgramFailed: it can't be started, prints too much or takes too long.
    """
    try:
        program = subprocess.Popen(argv, env=environment, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0)
    except OSError as error:
        raise ProgramFailed(f"can't be started: {error.strerror}") from None
    except (ValueError, IndexError):  # a NUL, or a lone surrogate, in an argument; nothing but quotes
        raise ProgramFailed("can't be started: an argument holds a character that no argument can hold") from None
    out, err = _Reader(program.stdout, most, ends=True), _Reader(program.stderr, MOST)
    out.thread.join(timeout)
    late, endless = out.thread.is_alive(), len(out.read) > most
    if late or endless:
        program.kill()
        out.thread.join(1)
    exit_code = _exit_code(program, timeout)
    err.thread.join(1)
    for pipe in (program.stdout, program.stderr):
        cast("IO[bytes]", pipe).close()
    if late or exit_code is None:
        raise ProgramFailed(f"did not answer within {timeout:g} s")
    if endless:
        raise ProgramFailed(f"printed more than {most} bytes")
    return Ended(exit_code, bytes(out.read), bytes(err.read[:MOST]))


class _Reader:
    """Reads a pipe in a thread that nobody has to wait for. ``ends``: stop behind ``most`` bytes, rather than pass over them."""

    def __init__(self, pipe: IO[bytes] | None, most: int, *, ends: bool = False) -> None:
        self.read = bytearray()
        self._pipe, self._most, self._ends = cast("IO[bytes]", pipe), most, ends
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        with suppress(OSError, ValueError):  # closed meanwhile: a child of the program held it open
            while piece := self._pipe.read(MOST):
                if len(self.read) <= self._most:
                    self.read += piece
                elif self._ends:
                    return


def _exit_code(program: subprocess.Popen[bytes], timeout: float) -> int | None:
    """How the program ended; None when it closed its output, did not end and was killed."""
    try:
        return program.wait(timeout)
    except subprocess.TimeoutExpired:
        program.kill()
        program.wait()
        return None
