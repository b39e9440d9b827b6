"""Twenty-four sandboxes: five refreshed, two broken, one drifted. Takes minutes; run with ``-m slow``."""

from __future__ import annotations

import random
import resource
import signal
import threading
import time

import pytest

from tests.fleet.fleet_double import APP, FleetOnReplica, leaks

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NAMES = [f"sb{number:02}" for number in range(24)]
REFRESHED, BROKEN, DRIFTED = NAMES[2:7], NAMES[10:12], NAMES[20:21]
WORK = {*REFRESHED, *BROKEN, *DRIFTED}


def begun(fleet: FleetOnReplica) -> FleetOnReplica:
    """All set up; then eight get into the state that needs work."""
    for name in NAMES:
        fleet.set_up(name)
    for name in REFRESHED:
        fleet.orgs[name].refresh()
    fleet.change_app(BROKEN[0], secret="rotated-by-somebody-elsewhere-entirely")
    fleet.change_app(BROKEN[1], policies={"clientCredentialsEnabled": False})
    fleet.change_app(DRIFTED[0], doc={"contactEmail": "somebody@else.example"})
    return fleet


def cpu() -> float:
    """CPU seconds of the commands that have ended, and all that they started."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def touched(fleet: FleetOnReplica) -> set[str]:
    """Orgs that somebody logged in to with a browser."""
    return {name for name, org in fleet.orgs.items() if org.events("logged in")}


def test_one_command_repairs_exactly_eight_and_a_second_does_nothing(fleet: FleetOnReplica) -> None:
    """The second starts no browser and takes under two seconds of CPU in all."""
    begun(fleet)
    began = time.monotonic()
    first = fleet.run("--jobs", "2")
    seconds = time.monotonic() - began
    assert first.exit_code == 0, first.stderr
    assert {name for name, line in first.orgs.items() if line["browser"]} == WORK
    assert touched(fleet) == WORK
    assert {name: first.found()[name] for name in sorted(WORK)} == {
        **dict.fromkeys(REFRESHED, "app_missing"), BROKEN[0]: "secret_rejected", BROKEN[1]: "policy_rejected",
        DRIFTED[0]: "drifted",
    }  # fmt: skip
    assert fleet.apps() == {name: [APP] for name in NAMES}
    used = cpu()
    second = fleet.run("--jobs", "2")
    used = cpu() - used
    print(f"\neight repaired in {seconds:.1f} s; nothing to do with {used:.2f} s of CPU")
    assert second.exit_code == 0
    assert set(second.found().values()) == {"up_to_date"}
    assert fleet.history()[0]["browsers"] == 0
    assert touched(fleet) == WORK
    assert leaks(fleet.folder, fleet.secret_values()) == []
    assert used < 2.0


def test_kills_at_random_moments_converge(fleet: FleetOnReplica) -> None:
    """Six times killed, then left alone: one app per org, every pair proven and delivered."""
    moments = random.Random(7)  # noqa: S311 - the same moments every time
    names = NAMES[:4]
    for name in names:
        fleet.add(name)
    pause = threading.Event()
    for _ in range(6):
        process = fleet.start("--json", "--jobs", "2")
        pause.wait(moments.uniform(2.0, 25.0))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        pause.wait(moments.uniform(0.0, 2.0))
    done = fleet.run("--jobs", "2")
    for _ in range(10):
        if done.exit_code != 75:
            break
        done = fleet.run("--jobs", "2")
    assert done.exit_code == 0, done.stderr
    assert fleet.apps() == {name: [APP] for name in names}
    assert fleet.run().found() == dict.fromkeys(names, "up_to_date")
    assert leaks(fleet.folder, fleet.secret_values()) == []
