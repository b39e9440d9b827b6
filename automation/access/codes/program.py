"""Running a program of the user's that prints one word: a code or a token."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import IO, Final, cast

MOST: Final = 65_536
"""Bytes of output that are read; a program that prints more is ended."""


class ProgramFailed(Exception):
    """The program gave no output that can be used; the text says why, never what it printed."""


def output_of(argv: Sequence[str], environment: Mapping[str, str], timeout: float) -> str:
    """What the program prints on stdout; bytes that are not UTF-8 are replaced. What it prints on stderr is dropped.

    Args:
        timeout: seconds; after them the program is killed. A child of it that keeps stdout open is not waited for.

    Raises:
        ProgramFailed: it can't be started, fails, prints too much or takes too long.
    """
    try:
        program = subprocess.Popen(argv, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0)
    except OSError as error:
        raise ProgramFailed(f"can't be started: {error.strerror}") from None
    except ValueError:  # a NUL, or a lone surrogate, in an argument
        raise ProgramFailed("can't be started: an argument holds a character that no argument can hold") from None
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
        raise ProgramFailed(f"did not answer within {timeout:g} s")
    if endless:
        raise ProgramFailed(f"printed more than {MOST} bytes")
    if exit_code != 0:
        raise ProgramFailed(f"ended with exit code {exit_code}")
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
