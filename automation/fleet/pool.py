"""Work beside the main thread that can't hold the job: every piece has a deadline, and none is joined without one.

Threads can't be ended, so one that is still busy at its deadline is given up: its place is free for the next piece, and what it
comes to is thrown away. The threads are daemons. A library that such a thread uses may have started threads of its own that the
interpreter joins at its end; `end_if_held` ends the process without that.

Programs that threads started are ended by `kill_all`: each was started with ``start_new_session=True``, which Windows ignores.
"""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, InvalidStateError, wait
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

Result = TypeVar("Result")


class TimeIsUp(Exception):
    """A piece of work was given up at its deadline."""


_given_up: Final[list[threading.Thread]] = []


@dataclass
class _Piece:
    future: Future[Any]
    work: Callable[[], Any]
    seconds: float
    ends: float = 0.0
    thread: threading.Thread | None = None

    def start(self, name: str) -> None:
        self.ends = time.monotonic() + self.seconds
        self.thread = threading.Thread(target=self._run, name=name, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        try:
            result = self.work()
        except BaseException as error:  # noqa: BLE001 - handed to whoever asks for the result
            with suppress(InvalidStateError):  # it was given up meanwhile
                self.future.set_exception(error)
        else:
            with suppress(InvalidStateError):
                self.future.set_result(result)

    def give_up_if_late(self, now: float) -> None:
        if self.thread is None or self.future.done() or now < self.ends:
            return
        with suppress(InvalidStateError):  # it has just ended
            self.future.set_exception(TimeIsUp(f"not done within {self.seconds:g} s"))
            _given_up.append(self.thread)


@dataclass
class Pool:
    """Runs so many pieces at the same time as it has places. For one thread to use, which calls `next_done` again and again.

    Seconds may be ``math.inf`` for work that keeps a deadline of its own.
    """

    places: int
    name: str
    _waiting: deque[_Piece] = field(default_factory=deque)
    _busy: list[_Piece] = field(default_factory=list)

    def submit(self, seconds: float, work: Callable[[], Result]) -> Future[Result]:
        """Have a piece done. It fails with `TimeIsUp` when it takes longer than ``seconds`` from its start."""
        future: Future[Result] = Future()
        self._waiting.append(_Piece(future, work, seconds))
        self.tend()
        return future

    def tend(self) -> float | None:
        """Give up what is late, begin what waits for a place. Answers the seconds until the next deadline."""
        now = time.monotonic()
        for piece in self._busy:
            piece.give_up_if_late(now)
        self._busy = [piece for piece in self._busy if not piece.future.done()]
        while self._waiting and len(self._busy) < self.places:
            piece = self._waiting.popleft()
            piece.start(self.name)
            self._busy.append(piece)
        return min((max(piece.ends - now, 0.0) for piece in self._busy if math.isfinite(piece.ends)), default=None)

    def drop_waiting(self) -> None:
        self._waiting.clear()


def next_done(futures: Iterable[Future[Any]], *pools: Pool, within: float | None = None) -> set[Future[Any]]:
    """Those futures that are done, once there is one; empty after ``within`` seconds."""
    ends = None if within is None else time.monotonic() + within
    listed = list(futures)
    while True:
        limits = [seconds for pool in pools if (seconds := pool.tend()) is not None]
        limits += [] if ends is None else [max(ends - time.monotonic(), 0.0)]
        done = wait(listed, timeout=min(limits, default=None), return_when=FIRST_COMPLETED).done
        if done or (ends is not None and time.monotonic() >= ends):
            return done


def bounded(seconds: float, work: Callable[[], Result], name: str = "bounded") -> Result:
    """Do one thing in a thread of its own. Raises `TimeIsUp` after ``seconds``, and whatever it raises itself."""
    pool = Pool(1, name)
    future = pool.submit(seconds, work)
    next_done([future], pool)
    return future.result()


def end_if_held(exit_code: int) -> None:
    """End the process at once if work that was given up still goes on: the interpreter might wait for it without limit."""
    if any(thread.is_alive() for thread in _given_up):
        with suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(exit_code)


def interrupt(worker: subprocess.Popen[Any]) -> None:
    """Ask a worker to end cleanly. Windows has no signal for that: there a worker sees that its standard input ends."""
    with suppress(OSError):
        if sys.platform != "win32":
            worker.send_signal(signal.SIGTERM)
        elif worker.stdin is not None:
            worker.stdin.close()


def kill_all(program: subprocess.Popen[Any]) -> None:
    """End a program that still runs at once, and with it what it started."""
    if program.poll() is not None:
        return
    with suppress(OSError):
        if sys.platform == "win32":
            subprocess.run(["taskkill", "/F", "/T", "/PID", str(program.pid)], capture_output=True, check=False)
        else:
            os.killpg(program.pid, signal.SIGKILL)
