"""What programs that were started have used: processor time and memory."""

from __future__ import annotations

import resource

import psutil  # type: ignore[import-untyped]


def cpu_seconds() -> float:
    """CPU seconds of ended programs and all that they started: says more than wall time on a machine that does other things."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def pss(pid: int) -> int:
    """Proportional set sizes of a program and all that it started, in bytes: shared pages are counted once."""
    try:
        tree = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0
    return sum(map(_own, tree))


def _own(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().pss)
    except (psutil.Error, OSError):
        return 0  # it has just ended
