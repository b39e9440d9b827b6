"""How the time of a function grows with its input: a ratio, which a slow machine leaves as it is."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any


def growth(function: Callable[[Any], object], small: Any, large: Any) -> float:
    """How many times longer the larger input takes; the best of some tries each, as a machine may be busy."""
    return min(_seconds(function, large) for _ in range(3)) / min(_seconds(function, small) for _ in range(3))


def _seconds(function: Callable[[Any], object], argument: Any) -> float:
    began = time.thread_time()
    function(argument)
    return max(time.thread_time() - began, 1e-6)
