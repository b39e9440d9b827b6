"""The command on a replica: it repairs exactly what needs it, survives kills, and leaks nothing."""

from __future__ import annotations

import os
import signal
import threading
from typing import Any

import pytest

from tests.fleet.fleet_double import APP, FleetOnReplica, leaks

pytestmark = pytest.mark.browser


def logins(fleet: FleetOnReplica) -> dict[str, int]:
    """How often somebody logged in to an org with a browser."""
    return {name: len(org.events("logged in")) for name, org in fleet.orgs.items()}


def test_one_command_repairs_what_needs_it_and_a_second_does_nothing(fleet: FleetOnReplica) -> None:
    """A refreshed one, and one whose pair nobody delivered, are repaired with proven credentials; the one in order is not touched.

    A deleted app is found as a refreshed org is: ``test_check``.
    """
    for name in ("good", "fresh"):
        fleet.set_up(name)
    fleet.add("new")
    fleet.make_app("new")
    fleet.orgs["fresh"].refresh()
    first = fleet.run()
    assert first.exit_code == 0, first.stderr
    assert first.found() == {"good": "up_to_date", "fresh": "app_missing", "new": "not_set_up"}
    assert {name: line["browser"] for name, line in first.orgs.items()} == {"good": False, "fresh": True, "new": True}
    assert logins(fleet)["good"] == 0
    assert fleet.apps() == {name: [APP] for name in fleet.orgs}
    assert all(line["proof"]["token"] and line["proof"]["read_back"] for line in first.orgs.values())
    second = fleet.run()
    assert second.exit_code == 0
    assert set(second.found().values()) == {"up_to_date"}
    assert "no browser started" in second.stderr
    assert [run["browsers"] for run in fleet.history()] == [0, 2]
    assert [row["outcome"] for row in fleet.history("fresh")] == ["unchanged", "created"]
    assert leaks(fleet.folder, fleet.secret_values()) == []
    assert (next(fleet.folder.glob("runs/*-fleet")) / "index.html").exists()


def test_codes_in_a_shared_mailbox_are_never_mixed_up(fleet: FleetOnReplica) -> None:
    """Two orgs at the same time, one mailbox, and emails that do not say whose code it is: nobody types a wrong one."""
    for name in ("one", "two"):
        fleet.add(name, mail_names_user=False, mail_delay_seconds=1.5)
        fleet.make_app(name)
    done = fleet.run("--jobs", "2")
    assert done.exit_code == 0, done.stderr
    for org in fleet.orgs.values():
        assert all(user["bad_codes"] == 0 for user in org.truth()["users"])
        assert org.events("wrong code") == []


@pytest.mark.slow
def test_a_job_that_is_killed_at_any_moment_is_made_good_by_the_next(fleet: FleetOnReplica) -> None:
    """No second app and no lost pair, whether the command, or a worker with its browser, is killed in mid-run."""
    fleet.add("kill")
    org = fleet.orgs["kill"]
    for after in ("createApp", "savePolicies"):
        process = fleet.start("-v", "--json")
        assert _until(lambda after=after: bool(org.events(after)), process)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    done = _until_free(fleet)
    assert done.exit_code == 0, done.stderr
    assert fleet.apps() == {"kill": [APP]}
    assert done.orgs["kill"]["credentials"]["delivered_to"] == ["dotenv:credentials/kill.env"]
    assert fleet.run().found() == {"kill": "up_to_date"}
    assert [run["ended"] is None for run in fleet.history()][-2:] == [True, True]
    assert leaks(fleet.folder, fleet.secret_values()) == []


def test_one_failing_org_never_stops_another(fleet: FleetOnReplica) -> None:
    """A refused password fails its org alone, and the exit code is 1."""
    fleet.add("bad")
    fleet.set_up("fine")
    fleet.secrets["FLEET_PASSWORD_bad"] = "not-the-password-at-all"
    done = fleet.run()
    assert done.exit_code == 1
    assert (done.orgs["bad"]["error"]["kind"], done.orgs["fine"]["outcome"]) == ("login_refused", "unchanged")
    assert leaks(fleet.folder, fleet.secret_values()) == []


def _until(happened: Any, process: Any) -> bool:
    """Wait for something to happen on the replica while the command runs."""
    pause = threading.Event()
    while process.poll() is None:
        if happened():
            return True
        pause.wait(0.1)
    return False


def _until_free(fleet: FleetOnReplica) -> Any:
    """Run until no orphan of a killed command holds the org any more (75 says so)."""
    pause = threading.Event()
    done = fleet.run()
    for _ in range(30):
        if done.exit_code != 75:
            break
        pause.wait(1.0)
        done = fleet.run()
    return done


def test_stopping_ends_the_runs_cleanly(fleet: FleetOnReplica) -> None:
    """SIGTERM, as from systemd: workers end, the history says so, the exit code is 130, and nothing is left running."""
    org = fleet.add("stop")
    process = fleet.start("--json")
    assert _until(lambda: bool(org.events()), process)
    os.kill(process.pid, signal.SIGTERM)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert fleet.history()[0]["exit_code"] == 130
    fleet.deliver_pair("stop", fleet.make_app("stop"))
    assert fleet.run().found() == {"stop": "up_to_date"}, "nothing holds the org"
