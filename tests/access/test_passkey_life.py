"""The life of a software passkey over processes that share nothing but its file, and a sandbox refresh."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from automation.access.passkey_store import Passkey, PasskeyStore
from tests.access.test_passkeys import KEY
from tests.faults.processes import ROOT, command
from tests.faults.wanted import make_app

if TYPE_CHECKING:
    from automation.replica import OrgHandle

LOGIN_ALONE = ("--until", "1.1")
NO_OTHER_MEANS = {"SF_IMAP_URL": "", "SF_IMAP_USERNAME": "", "SF_IMAP_PASSWORD": ""}


@dataclass
class Life:
    """Runs commands as processes of their own; each has a folder of its own, so none finds what another delivered."""

    org: OrgHandle
    folder: Path
    number: int = field(default=0, init=False)

    @property
    def file(self) -> Path:
        """``SF_PASSKEY_FILE``."""
        return self.folder / "keys" / "passkeys.json"

    @property
    def kept(self) -> Passkey:
        """The one entry of the file."""
        (one,) = PasskeyStore(self.file).all()
        return one

    def run(self, *arguments: str) -> tuple[int, dict[str, Any]]:
        """``create_app`` with the passkey as its only method of verification: exit code, and what ``--json`` says."""
        self.number += 1
        settings = {"SF_PASSKEY_FILE": str(self.file), **NO_OTHER_MEANS}
        with command(self.org, self.folder / f"run-{self.number}", "--json", *arguments, settings=settings) as running:
            code = running.ended()
            return code, json.loads((running.folder / "stdout").read_text())

    def shell(self, line: str) -> subprocess.CompletedProcess[str]:
        """A command as a user types it."""
        environment = {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
        return subprocess.run(line, shell=True, env=environment, capture_output=True, text=True, timeout=60, check=False)  # noqa: S602

    def command(self, rest: str) -> subprocess.CompletedProcess[str]:
        """``python -m automation.access.passkeys``."""
        return self.shell(f"python -m automation.access.passkeys --file '{self.file}' {rest}")

    def names(self, event: str) -> list[str]:
        """The names of the org's events that hold a word."""
        return [one["name"] for one in self.org.events() if event in one["name"]]


@pytest.fixture
def life(new_org: Callable[..., OrgHandle], tmp_path: Path) -> Life:
    """An org that demands a passkey at login, and verifies with it before key and secret."""
    return Life(new_org(after_password=["enrol_passkey"], reveal_method="passkey"), tmp_path)


def _delete_line(error: dict[str, Any]) -> str:
    """The command between the brackets of the message's advice."""
    return str(error["next"].partition("(")[2].partition(")")[0])


@pytest.mark.browser
def test_a_passkey_lives_from_enrolment_to_the_refresh(life: Life) -> None:
    """Enrolled by one process; used by others at login and reveal; useless after a refresh, which is said; then renewed."""
    code, reported = life.run("--enrol-passkey", *LOGIN_ALONE)
    assert (code, reported["error"]) == (0, None)
    assert life.names("passkey") == ["passkey enrolled"]
    assert stat.S_IMODE(life.file.stat().st_mode) == 0o600
    made = life.kept
    assert life.org.org_id.startswith(made.org_id or "?")

    life.org.set(after_password=["passkey"])
    make_app(life.org)
    code, reported = life.run()
    assert (code, reported["outcome"], reported["proof"]["token"]) == (0, "unchanged", True)
    assert life.names("passkey") == ["passkey enrolled", "passkey used", "passkey used"]
    assert [one["purpose"] for one in life.org.events("screen passed")][-2:] == ["login", "reveal"]
    counters = [one["counter"] for one in life.org.events("passkey used")]
    assert counters == sorted(set(counters))
    assert life.kept.sign_count >= counters[-1]

    listed = life.command("list").stdout
    assert made.host in listed
    assert str(made.org_id) in listed
    assert made.private_key.reveal() not in listed

    life.org.refresh()
    code, reported = life.run(*LOGIN_ALONE)
    error = reported["error"]
    assert (code, error["kind"], error["step"]) == (77, "verification_needed", "1.1")
    assert "did not take the passkey" in error["message"]
    for named in (made.host, made.username, str(life.file), str(made.org_id)):
        assert named in error["message"]
    assert "--enrol-passkey" in error["next"]

    deleted = life.shell(_delete_line(error))
    assert (deleted.returncode, deleted.stdout.split()[0]) == (0, "1")
    assert PasskeyStore(life.file).all() == []
    life.org.set(after_password=["enrol_passkey"])
    assert life.run("--enrol-passkey", *LOGIN_ALONE)[0] == 0
    assert life.kept.id != made.id
    assert life.kept.org_id != made.org_id


@pytest.mark.browser
def test_a_refreshed_org_that_wants_a_new_passkey(life: Life) -> None:
    """Where the refreshed org asks to register one, the message says that the kept one is of the org before."""
    host = life.org.login_url.removeprefix("https://")
    made = replace(KEY, host=host, rp_id=host, username=life.org.admin.username, org_id=life.org.org_id[:15])
    PasskeyStore(life.file).save(made)
    life.org.refresh()
    code, reported = life.run(*LOGIN_ALONE)
    assert (code, reported["error"]["kind"]) == (77, "person_needed")
    assert "no longer knows the stored one" in reported["error"]["message"]
    assert str(made.org_id) in reported["error"]["message"]
    assert life.kept.id == made.id
    assert life.shell(_delete_line(reported["error"])).returncode == 0
