"""How slow the org is: latencies of the replica for the measurements, and a machine's description."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from automation.replica import OrgHandle

SAVES = ("createApp", "savePolicies", "saveSettings")
OPENS = ("getApp",)
"""What the app's page asks for when it is opened from the list or follows ``Create``: a page too, though the browser loads none."""


@dataclass(frozen=True)
class Profile:
    """Latencies of an org.

    Attributes:
        latency: milliseconds by kind of request, and ``jitter``, see `automation.replica.variants`.
        first_page: seconds that the first Setup page of a run takes longer than later ones.
        save: seconds that a save takes longer than other calls.
        page_within: the same for a page that opens inside the one that is there.
    """

    name: str
    latency: dict[str, float] = field(default_factory=dict)
    first_page: float = 0.0
    save: float = 0.0
    page_within: float = 0.0

    def variants(self) -> dict[str, Any]:
        """The knobs of a new org. A new key works at once: that wait is no part of a script that proves nothing."""
        return {"latency": self.latency, "propagation_seconds": 0.0}

    def arm(self, org: OrgHandle) -> None:
        """Make the next Setup page the first one of a run."""
        org.clear_faults()
        if self.first_page:
            org.fault("delay", kind="page", seconds=self.first_page)
        for seconds, actions in ((self.save, SAVES), (self.page_within, OPENS)):
            for action in actions if seconds else ():
                org.fault("delay", action=action, seconds=seconds, times=0)


REAL = {"page": 1_500.0, "aura": 150.0, "static": 50.0, "token": 300.0, "rest": 150.0}
"""First Setup page 4 s, later ones 1.5 s, saves 1.2 s, static files 50 ms, token 300 ms; other calls are a guess."""

PROFILES = {
    profile.name: profile
    for profile in (
        Profile("none"),
        Profile("real-org", REAL, first_page=2.5, save=1.05, page_within=1.35),
        Profile("jitter", {**REAL, "jitter": 0.5, "seed": 7}, first_page=2.5, save=1.05, page_within=1.35),
    )
}


def machine() -> str:
    """Processor, cores, memory, load and versions, in one line."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    load = f", load {os.getloadavg()[0]:.0f} at the start" if hasattr(os, "getloadavg") else ""
    return f"{_processor()}, {cores} cores, {_memory():.0f} GB, {platform.system()}, Python {platform.python_version()}{load}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def _memory() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
