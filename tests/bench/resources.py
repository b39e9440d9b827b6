"""What a program that was started uses, with all that it starts: processor time and memory."""

from __future__ import annotations

import resource
import subprocess
import threading
import time
from dataclasses import dataclass
from typing import Final

import psutil  # type: ignore[import-untyped]

LOOK_EVERY: Final = 0.25
"""Seconds between two looks at processor time: at most so much of a page's last moment is missed."""
MEMORY_EVERY: Final = 2.0
"""The same of memory: a look takes 20 ms of processor time per browser (measured)."""


@dataclass(frozen=True, order=True)
class Memory:
    """Proportional set sizes in bytes, which count shared memory once: of all, and of that the browser's pages alone."""

    whole: int = 0
    pages: int = 0


@dataclass(frozen=True)
class Used:
    """CPU seconds, and the most memory at once (nothing when it was not asked for)."""

    cpu: float
    peak: Memory


def watch(process: subprocess.Popen[str], *, with_memory: bool = False, limit: float = 900.0) -> Used:
    """Wait for a program's end and measure meanwhile; nothing else may be started and waited for.

    The kernel counts processes that are waited for. Chromium's pages are not: their parent, the zygote, is killed
    first. They took two thirds of a run's processor time (measured), so they are looked at while they live.

    Raises:
        subprocess.TimeoutExpired: it took more than ``limit`` seconds.
    """
    before, deadline, next_memory = _waited_for(), time.monotonic() + limit, 0.0
    ended = _end_of(process)
    of_pages: dict[int, float] = {}
    peak = Memory()
    while not ended.wait(LOOK_EVERY):
        tree = _tree(process.pid)
        of_pages |= _of_zygotes(tree)
        if with_memory and time.monotonic() >= next_memory:
            peak, next_memory = max(peak, _memory(tree)), time.monotonic() + MEMORY_EVERY
        if time.monotonic() > deadline:
            process.kill()
            raise subprocess.TimeoutExpired(process.args, limit)
    return Used(_waited_for() - before + sum(of_pages.values()), peak)


def _end_of(process: subprocess.Popen[str]) -> threading.Event:
    """Is set the moment it ends: waiting with a time limit would look only every 50 ms."""
    ended = threading.Event()

    def wait() -> None:
        process.wait()
        ended.set()

    threading.Thread(target=wait, daemon=True).start()
    return ended


def idle_seconds() -> float:
    """CPU seconds in which a core of this machine had nothing to do, since it was started."""
    times = psutil.cpu_times()
    return float(times.idle + getattr(times, "iowait", 0.0))


def _waited_for() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _tree(pid: int) -> list[psutil.Process]:
    try:
        top = psutil.Process(pid)
        return [top, *top.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _of_zygotes(tree: list[psutil.Process]) -> dict[int, float]:
    """CPU seconds so far of the processes that a zygote started, by process id."""
    zygotes = {process.pid for process in tree if _is(process, "zygote")}
    used = {}
    for process in tree:
        try:
            if process.ppid() in zygotes:
                times = process.cpu_times()
                used[process.pid] = times.user + times.system
        except psutil.Error:
            continue  # it has just ended
    return used


def _memory(tree: list[psutil.Process]) -> Memory:
    held = [(_pss(process), _is(process, "renderer")) for process in tree]
    return Memory(sum(size for size, _ in held), sum(size for size, is_page in held if is_page))


def _pss(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().pss)
    except (psutil.Error, OSError):
        return 0  # it has just ended


def _is(process: psutil.Process, kind: str) -> bool:
    """Whether it is a part of Chromium of this kind."""
    try:
        return f"--type={kind}" in process.cmdline()
    except (psutil.Error, OSError):
        return False
