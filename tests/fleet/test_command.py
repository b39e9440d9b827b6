"""The command as a user starts it, on orgs that need no browser."""

from __future__ import annotations

import json
import stat
import subprocess
import sys

from automation.delivery.dotenv_file import DotenvFile
from tests.fleet.fleet_double import FleetOnReplica, leaks


def test_nothing_to_do_is_one_line(fleet: FleetOnReplica) -> None:
    """No run folder, no browser; every org is in the history."""
    for name in ("a", "b"):
        fleet.set_up(name)
    done = fleet.run()
    assert (done.exit_code, done.stderr.count("\n")) == (0, 1)
    assert done.stderr.startswith("2 orgs: 2 up to date (")
    assert not (fleet.folder / "runs").exists()
    assert [row["found"] for row in fleet.history("a")] == ["up_to_date"]
    assert leaks(fleet.folder, fleet.secret_values()) == []


def test_only_the_named_orgs_are_checked(fleet: FleetOnReplica) -> None:
    """An unknown name is wrong usage."""
    for name in ("a", "b"):
        fleet.set_up(name)
    assert set(fleet.run("--only", "b").orgs) == {"b"}
    assert fleet.orgs["a"].events() == [] or not fleet.orgs["a"].events("token given")
    wrong = fleet.run("--only", "c")
    assert (wrong.exit_code, "there are a, b" in wrong.stderr) == (2, True)


def test_an_org_in_mid_refresh_makes_75(fleet: FleetOnReplica) -> None:
    """The scheduler shall try again; the others were done."""
    fleet.set_up("busy").refresh(copying=900.0)
    fleet.set_up("fine")
    done = fleet.run()
    assert done.exit_code == 75
    assert (done.orgs["busy"]["outcome"], done.orgs["fine"]["outcome"]) == ("waiting", "unchanged")
    assert "1 up to date, 1 to retry later" in done.stderr


def test_a_plan_starts_nothing(fleet: FleetOnReplica) -> None:
    """It shows which orgs need work, and why."""
    fleet.set_up("gone").refresh()
    fleet.set_up("fine")
    done = fleet.run("--plan", "--exit-code")
    assert done.exit_code == 3
    assert done.orgs["gone"]["outcome"] == "planned"
    assert "gone: planned: app missing; the org does not know the delivered key" in done.stderr
    assert fleet.orgs["gone"].events("login page") == []


def test_a_new_target_gets_the_pair_without_a_browser(fleet: FleetOnReplica) -> None:
    """0600, and reported as a change."""
    fleet.set_up("a")
    fleet.deliver = '["dotenv:credentials/{name}.env", "dotenv:credentials/second-{name}.env"]'
    done = fleet.run()
    second = fleet.folder / "credentials" / "second-a.env"
    assert (done.exit_code, done.orgs["a"]["outcome"], done.orgs["a"]["browser"]) == (0, "delivered", False)
    assert DotenvFile(str(second)).read() == DotenvFile(str(fleet.folder / "credentials" / "a.env")).read()
    assert stat.S_IMODE(second.stat().st_mode) == 0o600
    assert fleet.run().orgs["a"]["outcome"] == "unchanged"


def test_a_target_that_fails_fails_its_org_and_is_tried_again(fleet: FleetOnReplica) -> None:
    """The pair is kept; once the target works, it is delivered without a browser."""
    fleet.set_up("a")
    blocked = fleet.folder / "blocked"
    blocked.write_text("a file where a folder is wanted")
    fleet.deliver = '["dotenv:credentials/{name}.env", "json:blocked/{name}.json"]'
    failed = fleet.run()
    assert (failed.exit_code, failed.orgs["a"]["error"]["kind"]) == (1, "delivery_failed")
    blocked.unlink()
    assert fleet.run().orgs["a"]["outcome"] == "delivered"
    assert leaks(fleet.folder, fleet.secret_values(), skip=("credentials", "blocked")) == []


def test_people_are_notified_and_a_broken_notifier_fails_nothing(fleet: FleetOnReplica) -> None:
    """From the orgs file and the command line alike."""
    fleet.set_up("a")
    said = fleet.folder / "sent.json"
    fleet.extra = (
        f'[notify]\nalways = ["command:{sys.executable} -c \'import sys; open(\\"{said}\\", \\"w\\").write(sys.stdin.read())\'"]\n'
    )
    done = fleet.run("--notify", "always=apprise:env:NOT_SET", "--notify", "failure=command:/not/there")
    assert done.exit_code == 0
    assert json.loads(said.read_text())["summary"].startswith("1 org: 1 up to date")
    assert "The notification by apprise failed: env:NOT_SET: there is no such variable" in done.stderr
    assert "/not/there" not in done.stderr


def test_a_wrong_orgs_file_ends_with_78_before_anything_is_done(fleet: FleetOnReplica) -> None:
    """One line per mistake."""
    fleet.set_up("a")
    fleet.extra = '[limits]\nlogin = 3\n[orgs.b]\npassword = "in-clear-text"\n'
    done = fleet.run()
    assert (done.exit_code, done.stdout) == (78, "")
    assert "[limits] login: there is no such key" in done.stderr
    assert "[orgs.b] password: a secret in clear text is refused" in done.stderr
    assert "in-clear-text" not in done.stderr
    assert fleet.orgs["a"].events("token given") == []


def test_a_secret_that_is_not_there_fails_its_org_alone(fleet: FleetOnReplica) -> None:
    """And only where it is needed: no browser, no password."""
    fleet.set_up("fine")
    fleet.add("new")
    del fleet.secrets["FLEET_PASSWORD_fine"], fleet.secrets["FLEET_PASSWORD_new"]
    done = fleet.run()
    assert done.exit_code == 1
    assert done.orgs["fine"]["outcome"] == "unchanged"
    assert done.orgs["new"]["error"]["message"] == "env:FLEET_PASSWORD_new: there is no such variable in the environment."


def test_the_history_is_a_table_for_people(fleet: FleetOnReplica) -> None:
    """Of the runs, or of one org."""
    fleet.set_up("a")
    fleet.run()
    command = [sys.executable, "-m", "automation.refresh_sandboxes", "history"]
    for more, said in ([], "Browsers"), (["a"], "up_to_date"), (["z"], "No run on z is recorded."):
        done = subprocess.run(
            [*command, *more], cwd=fleet.folder, env=fleet.environment(), capture_output=True, text=True, check=True
        )
        assert said in done.stdout
