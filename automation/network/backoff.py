"""Waiting for something elsewhere: delays that grow, under a limit, interruptible."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from automation.steps.time_spent import waiting_for_org


def _wait(seconds: float) -> None:
    """Wait on an event that nobody sets: Ctrl-C ends it at once."""
    with waiting_for_org():
        threading.Event().wait(seconds)


@dataclass(frozen=True)
class Patience:
    """How long and how often to try again. Times in seconds.

    No jitter: one run asks for one app, and a test sees the same delays every time.

    Attributes:
        limit: no try begins later than this after the first.
        unknown_key_limit: the same for "the org does not know this key"; None means ``limit``.
        policy_limit: the same while the org answers as if policies saved a moment ago were not there; 0 means that such
            an answer is final, as it is when nothing was saved.
        unreachable_limit: the same while the org can't be reached or answers 5xx; never more than ``limit``.
        busy_limit: the same while it says that it is inactive or had an internal error.
        first: the first delay.
        factor: by how much each delay is longer than the one before.
        longest: no delay is longer.
        wait, clock: replaced in tests.
    """

    limit: float
    unknown_key_limit: float | None = None
    policy_limit: float = 0.0
    unreachable_limit: float = 120.0
    busy_limit: float = 120.0
    first: float = 0.5
    factor: float = 1.5
    longest: float = 20.0
    wait: Callable[[float], None] = _wait
    clock: Callable[[], float] = time.monotonic

    def start(self) -> Tries:
        """Begin to count time."""
        return Tries(self, self.clock(), self.first)


@dataclass
class Tries:
    """The tries made so far under one `Patience`."""

    patience: Patience
    started: float
    _next: float
    count: int = field(default=1)

    @property
    def elapsed(self) -> float:
        """Seconds since the first try began."""
        return self.patience.clock() - self.started

    def again(self, limit: float | None = None, at_least: float = 0.0) -> float | None:
        """The delay before the next try, or None when time is up. The last delay is cut so that it ends at the limit.

        Args:
            limit: another limit than the patience's own.
            at_least: what the other side asked for (``Retry-After``), in seconds.
        """
        left = (self.patience.limit if limit is None else limit) - self.elapsed
        if left <= 0:
            return None
        delay = min(max(self._next, at_least), left)
        self._next = min(self._next * self.patience.factor, self.patience.longest)
        self.count += 1
        return delay
