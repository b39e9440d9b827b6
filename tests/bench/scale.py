"""Several sandboxes at once under the real-org profile: throughput against ideal, CPU and memory."""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from automation.replica import start
from tests.bench.profiles import PROFILES
from tests.bench.resources import Used, idle_seconds, watch
from tests.fleet.fleet_double import FleetOnReplica

if TYPE_CHECKING:
    from automation.replica import Replica

MAIL_SECONDS: Final = 5.0
"""How late codes arrive: a guess at an ordinary mail server; most of a run is this wait."""
LIMITS: Final = "\n[limits]\nlogins = 64\nemails_per_hour = 10000\n"


def measure(numbers: Sequence[int], report: Callable[[str], None] = print) -> list[dict[str, Any]]:
    """For each N, N sandboxes with ``--jobs N``. Ideal: as many per minute as N times the rate of one alone."""
    rows: list[dict[str, Any]] = []
    with start() as replica:
        for jobs in sorted({1, *numbers}):
            row = _one(replica, jobs)
            alone = rows[0]["per_minute"] if rows else row["per_minute"]
            row["of_ideal"] = round(row["per_minute"] / (alone * jobs), 3)
            rows.append(row)
            report(f"scale: {row}")
    return rows


def _one(replica: Replica, jobs: int) -> dict[str, Any]:
    profile = PROFILES["real-org"]
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        fleet = FleetOnReplica(replica, Path(folder), f"scale{jobs}", extra=LIMITS)
        for number in range(jobs):
            # mailboxes of their own: orgs that share one take turns
            profile.arm(fleet.add(f"s{number}", own_mailbox=True, mail_delay_seconds=MAIL_SECONDS, **profile.variants()))
        idle, began = idle_seconds(), time.monotonic()
        used = _until_done(fleet, jobs)
        seconds, idle = time.monotonic() - began, idle_seconds() - idle
    return {
        "jobs": jobs,
        "seconds": round(seconds, 1),
        "per_minute": round(jobs / seconds * 60, 2),
        "cpu": round(used.cpu / jobs, 2),
        "busy": round(1 - idle / seconds / (os.cpu_count() or 1), 2),
        "peak_mb": round(used.peak.whole / 2**20),
        "pages_mb": round(used.peak.pages / 2**20),
    }


def _until_done(fleet: FleetOnReplica, jobs: int) -> Used:
    process = fleet.start("--jobs", str(jobs), "-q", "--tracing", "off")
    output: list[str] = []
    reader = threading.Thread(target=lambda: output.extend(process.communicate()))
    reader.start()
    used = watch(process, with_memory=True)
    reader.join()
    if process.returncode:
        raise RuntimeError(f"refresh_sandboxes ended with {process.returncode}: {output[-1][-1000:]}")
    return used
