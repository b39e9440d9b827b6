"""The contest: each way to do the procedure as a command of its own, in turns, on new orgs of one replica."""

from __future__ import annotations

import itertools
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tests.bench.parts import medians, of_report, of_script
from tests.bench.resources import watch

if TYPE_CHECKING:
    from automation.replica import OrgHandle, Replica
    from tests.bench.profiles import Profile

ROOT: Final = Path(__file__).resolve().parents[2]
BY_HAND: Final = ("literal", "naive", "floor")
NEEDS_APP: Final = ("unchanged", "plan", "look")
"""Ways that want an org on which everything was done: they follow ``full`` on its org."""

COUNTS: Final = "round-trips.json"

FLAGS: Final[Mapping[str, tuple[str, ...]]] = {
    "full": (),
    "full, --tracing off": ("--tracing", "off"),
    "full, --tracing on": ("--tracing", "on"),
    "unchanged": (),
    "plan": ("--plan",),
}
ALL: Final = (*BY_HAND, *FLAGS, "look", "help")
"""``look``: the check of the scheduled job, which proves a delivered pair without a browser."""


@dataclass(frozen=True)
class Taken:
    """What one command took: wall seconds, processor seconds of it and all that it started, round trips to the browser."""

    wall: float
    cpu: float
    round_trips: int
    parts: Mapping[str, float] = field(default_factory=dict)
    """Seconds by part, see `tests.bench.parts`; empty for ways without parts."""

    def __str__(self) -> str:
        return f"{self.wall:.2f} s, {self.cpu:.2f} s of CPU, {self.round_trips} round trips"


@dataclass
class Contest:
    """Collects what each way took under one profile."""

    replica: Replica
    profile: Profile
    report: Callable[[str], None] = print
    taken: dict[str, list[Taken]] = field(default_factory=lambda: defaultdict(list))

    def rounds(self, ways: list[str], number: int) -> None:
        """Each way once per round, beginning with another one each time, so that a busy minute strikes all alike."""
        for turn in range(number):
            shift = turn % len(ways)
            for way in _with_followers([*ways[shift:], *ways[:shift]]):
                self._once(way)

    def _once(self, ways: tuple[str, ...]) -> None:
        """One way, with those that follow it on its org."""
        org = self.replica.new_org(f"acme--m{next(_numbers)}.sandbox", 1, **self.profile.variants())
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            for way in ways:
                self.profile.arm(org)
                taken = _timed(way, _command(way, org, Path(folder)), _environment(org, Path(folder)), Path(folder))
                self.taken[way].append(taken)
                self.report(f"{self.profile.name}: {way}: {taken}")
        self.replica.world.orgs.pop(org.my_domain, None)

    def summary(self) -> dict[str, dict[str, Any]]:
        """Of each way: median and worst seconds, and medians of CPU seconds, of round trips and of its parts."""
        return {
            way: {
                "median": round(statistics.median(one.wall for one in taken), 2),
                "worst": round(max(one.wall for one in taken), 2),
                "cpu": round(statistics.median(one.cpu for one in taken), 2),
                "round_trips": statistics.median_low(one.round_trips for one in taken),
                "rounds": len(taken),
                "parts": medians([one.parts for one in taken if one.parts]),
            }
            for way, taken in self.taken.items()
        }


_numbers = itertools.count(1)


def _with_followers(ways: list[str]) -> list[tuple[str, ...]]:
    followers = tuple(way for way in NEEDS_APP if way in ways)
    return [("full", *followers) if way == "full" else (way,) for way in ways if way not in NEEDS_APP]


def _command(way: str, org: OrgHandle, folder: Path) -> list[str]:
    counted = ["-m", "tests.bench.counted", str(folder / COUNTS)]
    if way in BY_HAND:
        return [*counted, "tests.bench.by_hand", way]
    if way == "help":
        return ["-m", "automation.create_app", "--help"]
    if way == "look":
        return ["-m", "automation.refresh_sandboxes", "--orgs", str(_orgs_file(org, folder)), "--plan", "-q"]
    return [*counted, "automation.create_app", "-q", *FLAGS[way]]


def _environment(org: OrgHandle, folder: Path) -> dict[str, str]:
    """The org's settings, and nothing of the developer's."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    own = {"PYTHONPATH": str(ROOT), "XDG_STATE_HOME": str(folder / "state"), "CREDENTIALS_TO": _target(folder)}
    patient = {"TIMEOUT_PAGE": "120", "TIMEOUT_ACTION": "60"}  # a busy machine is no failure
    return {**kept, **own, **patient, **org.environment(), "PASSWORD_OF_ADMIN": org.admin.password}


def _target(folder: Path) -> str:
    return f"dotenv:{folder / 'delivered.env'}"


def _orgs_file(org: OrgHandle, folder: Path) -> Path:
    """An orgs file with this one org."""
    known = org.environment()
    table: dict[str, Any] = {
        "login_url": org.login_url,
        "username": org.admin.username,
        "add_suffix": False,
        "password": "env:PASSWORD_OF_ADMIN",
        "deliver": [_target(folder)],
        "https_proxy": known["HTTPS_PROXY"],
        "no_proxy": "",
        "ca_file": known["SF_CA_FILE"],
    }
    app = {"contact_email": org.admin.email, "callback_url": known["ECA_CALLBACK_URL"], "run_as": org.run_as}
    path = folder / "orgs.toml"
    path.write_text(f"[orgs.one]\n{_toml(table)}\n[orgs.one.app]\n{_toml(app)}")
    return path


def _toml(values: Mapping[str, Any]) -> str:
    return "".join(f"{name} = {json.dumps(value)}\n" for name, value in values.items())


def _timed(way: str, command: list[str], environment: dict[str, str], folder: Path) -> Taken:
    """Run a command to its end. Raises RuntimeError with the end of what it said when it failed."""
    began = time.monotonic()
    with (folder / "stdout").open("w", encoding="utf-8") as out, (folder / "stderr").open("w", encoding="utf-8") as err:
        process = subprocess.Popen([sys.executable, *command], env=environment, cwd=folder, stdout=out, stderr=err, text=True)
        used = watch(process, limit=300)
        wall = time.monotonic() - began
    stdout, stderr = ((folder / name).read_text(encoding="utf-8") for name in ("stdout", "stderr"))
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}: {stderr[-1500:]}")
    parts = of_script(stdout, wall) if way in BY_HAND else of_report(folder, wall) if way in FLAGS else {}
    return Taken(wall, used.cpu, _round_trips(folder / COUNTS), parts)


def _round_trips(file: Path) -> int:
    """What `tests.bench.counted` left; 0 for a command without a browser."""
    if not file.exists():
        return 0
    counts = json.loads(file.read_text(encoding="utf-8"))
    file.unlink()
    return sum(counts.values())
