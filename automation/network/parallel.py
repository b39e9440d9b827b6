"""Several questions at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import TypeVar

T = TypeVar("T")


def in_background(call: Callable[[], T]) -> Future[T]:
    """Begin a call in a thread that nobody has to wait for.

    The thread is a daemon, unlike those of a ThreadPoolExecutor: Ctrl-C or SIGTERM ends the program although a server has
    not answered yet.
    """
    future: Future[T] = Future()
    threading.Thread(target=_settle, args=(future, call), daemon=True).start()
    return future


def together(calls: Sequence[Callable[[], T]], workers: int = 6) -> list[T]:
    """The results of all calls in their order; raises the error of the first that failed. See `in_background`."""
    futures: list[Future[T]] = [Future() for _ in calls]
    waiting: SimpleQueue[tuple[Future[T], Callable[[], T]]] = SimpleQueue()
    for pair in zip(futures, calls, strict=True):
        waiting.put(pair)
    for _ in range(min(workers, len(futures))):
        threading.Thread(target=_work, args=(waiting,), daemon=True).start()
    return [future.result() for future in futures]


def _work(waiting: SimpleQueue[tuple[Future[T], Callable[[], T]]]) -> None:
    with suppress(Empty):
        while True:
            _settle(*waiting.get_nowait())


def _settle(future: Future[T], call: Callable[[], T]) -> None:
    try:
        future.set_result(call())
    except BaseException as error:  # noqa: BLE001  raised again where the result is asked for
        future.set_exception(error)
