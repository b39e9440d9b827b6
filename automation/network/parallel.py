"""Several questions at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import partial
from typing import TypeVar

T = TypeVar("T")


def in_background(call: Callable[[], T]) -> Future[T]:
    """Begin a call in a thread that nobody has to wait for.

    The thread is a daemon, unlike those of a ThreadPoolExecutor: Ctrl-C or SIGTERM ends the program although a server has
    not answered yet.
    """
    future: Future[T] = Future()

    def settle() -> None:
        try:
            future.set_result(call())
        except BaseException as error:  # noqa: BLE001  raised again where the result is asked for
            future.set_exception(error)

    threading.Thread(target=settle, daemon=True).start()
    return future


def together(calls: Sequence[Callable[[], T]], most: int = 6) -> list[T]:
    """The results of all calls in their order, ``most`` at a time; raises the error of the first that failed."""
    places = threading.Semaphore(most)

    def one(call: Callable[[], T]) -> T:
        with places:
            return call()

    return [future.result() for future in [in_background(partial(one, call)) for call in calls]]
