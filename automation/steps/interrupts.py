"""A signal that ends the run is never lost.

Python raises ``KeyboardInterrupt`` wherever the main thread is just then. In a callback that nobody waits for, such as the
handler of a browser event, it may be reported and dropped. So that it came is noted too, and the run checks between steps.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

SIGNALS: Final = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
"""As far as this system has them: SIGBREAK is Ctrl-Break and the closing of the console on Windows."""


class _Noted:
    came = False


@contextmanager
def signals_as_interrupt() -> Iterator[None]:
    """While this is open, SIGTERM and SIGHUP end a run as Ctrl-C does, and each is noted. Only for the main thread."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        _Noted.came = True
        raise KeyboardInterrupt

    _Noted.came = False
    names = [name for name in SIGNALS if hasattr(signal, name)]
    before = {name: signal.signal(getattr(signal, name), interrupt) for name in names}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)
        _Noted.came = False  # it was for what has ended now, not for a later run in the same process


def raise_if_noted() -> None:
    """Raise KeyboardInterrupt when a signal came that nothing has reacted to."""
    if _Noted.came:
        raise KeyboardInterrupt


def reacted() -> None:
    """The signal that came has ended what it was meant to end."""
    _Noted.came = False
