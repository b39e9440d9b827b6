"""Killed at any moment, the next run reads the org and finishes: one app, one delivery, nothing half-written."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from automation.errors import AnotherRun
from automation.secrets.files import state_folder
from automation.secrets.scratch import scratch_folder
from flows import create_external_client_app
from tests.e2e.conftest import NewOrg, Runbook
from tests.faults.processes import PATIENCE, ROOT, command, members, set_trap
from tests.faults.wanted import duplicates, lacking, make_app, ours
from tests.journals import read_journal

if TYPE_CHECKING:
    from automation.replica import OrgHandle

pytestmark = pytest.mark.browser

ASKED = {"after_password": ["email"], "verification": "asked"}

MOMENTS: dict[str, tuple[str, int]] = {
    "the first page of Setup": ("page opened", 1),
    "the code's mail": ("code sent", 1),
    "the login": ("logged in", 1),
    "Create, not answered": ("createApp", 1),
    "Save, not answered": ("savePolicies", 1),
    "the button of key and secret": ("consumer button", 1),
    "the code's mail at the reveal": ("code sent", 2),
    "key and secret on their way": ("reveal", 1),
    "the proof token": ("token given", 1),
    "the read-back": ("rest", 1),
    "the proof token taken back": ("token revoked", 1),
}
"""Events of the org at which the process is killed, before the org's answer has left."""

MADE = {"consumer button", "reveal", "token given", "rest", "token revoked"}
"""Events that come after the app is complete: it is there from the beginning."""

FAST = ("Create, not answered", "key and secret on their way")

SECTION_1 = "Create, not answered"
"""The next run ends with section 1: what follows is as after the others."""


def killed(org: OrgHandle, folder: Path, event: str, nth: int, how: signal.Signals) -> int:
    """Run the command and send it a signal at an event; answers its exit code."""
    with command(org, folder, "--json") as running:
        trap = set_trap(org, event, lambda: os.kill(running.process.pid, how), nth)
        code = running.ended()
    assert trap.sprung.wait(PATIENCE), running.printed.decode()
    return code


@pytest.mark.parametrize("moment", [pytest.param(name, marks=[] if name in FAST else [pytest.mark.slow]) for name in MOMENTS])
def test_killed_and_run_again(moment: str, quick_org: NewOrg, run: Runbook, tmp_path: Path) -> None:
    """kill -9 in mid-step; the journal shows where, the next run decides by the org."""
    event, nth = MOMENTS[moment]
    org = quick_org(**(ASKED if event == "code sent" else {}))
    if event in MADE:
        make_app(org)
    code = killed(org, tmp_path / "first", event, nth, signal.SIGKILL)
    assert code == -signal.SIGKILL
    assert not run.delivered.exists()
    events = read_journal(tmp_path / "first" / "run" / "journal.jsonl")
    assert events[0]["event"] == "run_begun"
    assert events[-1]["event"] != "run_ended"
    assert list(_temporary().rglob("playwright-*")), "what the killed browser had written, a session perhaps"

    delivered = tmp_path / "first" / "delivered.env"
    result = run(org, {"CREDENTIALS_TO": f"dotenv:{delivered}"}, last="1.7" if moment == SECTION_1 else None)
    assert result.error is None, run.printed.getvalue()
    assert lacking(org, delivered) == (["policies tick", "Run As", "IP relaxation", "delivery"] if moment == SECTION_1 else [])
    assert duplicates(org) == 0
    assert _strangers(tmp_path / "first") == []
    with scratch_folder():  # as each run begins that starts a browser of its own; this one used the tests'
        pass
    assert [path for path in _temporary().iterdir() if path.is_dir()] == []


def _temporary() -> Path:
    """Where all temporary files of runs are."""
    return state_folder() / "tmp"


def _strangers(folder: Path) -> list[str]:
    """Files beside the delivery that a cut-off write left."""
    known = {"stdout", "stderr", "delivered.env", "run"}
    return sorted(path.name for path in folder.iterdir() if path.name not in known)


def test_a_write_that_is_cut_off_leaves_the_old_file_and_the_next_write_clears_up(tmp_path: Path) -> None:
    """Killed with the new text on the disk and not yet in its place: the old text stays; no copy of the new one outlives it."""
    path = tmp_path / "delivered.env"
    path.write_text("old")
    script = (
        "import os, signal, sys; from pathlib import Path; from automation.secrets import files\n"
        "if sys.argv[2] == 'cut': files.os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL)\n"
        "files.write_private(Path(sys.argv[1]), 'new and secret')\n"
    )
    for how, code, text in (("cut", -signal.SIGKILL, "old"), ("whole", 0, "new and secret")):
        ended = subprocess.run([sys.executable, "-c", script, str(path), how], cwd=ROOT, check=False, timeout=PATIENCE)
        assert (ended.returncode, path.read_text()) == (code, text)
    assert [left.name for left in tmp_path.iterdir() if left.is_file()] == ["delivered.env"]


@pytest.mark.parametrize(
    ("event", "how"),
    [
        pytest.param("savePolicies", signal.SIGINT, id="Ctrl-C at Save"),
        pytest.param("code sent", signal.SIGINT, id="Ctrl-C at the login's code", marks=pytest.mark.slow),
        pytest.param("token given", signal.SIGTERM, id="SIGTERM at the proof", marks=pytest.mark.slow),
    ],
)
def test_interrupted_by_a_person(event: str, how: signal.Signals, quick_org: NewOrg, run: Runbook, tmp_path: Path) -> None:
    """130, one JSON object that says so, no stack trace, no browser left; the next run finishes."""
    org = quick_org(**(ASKED if event == "code sent" else {}))
    if event == "savePolicies":
        make_app(org, policies=False)
    with command(org, tmp_path / "first", "--json") as running:
        set_trap(org, event, lambda: os.kill(running.process.pid, how))
        assert running.ended() == 130, running.printed.decode()
        assert members(running.process.pid) == []
    reported = json.loads((tmp_path / "first" / "stdout").read_text())
    assert (reported["outcome"], reported["error"]["kind"]) == ("failed", "interrupted")
    stderr = (tmp_path / "first" / "stderr").read_text()
    assert "Run the same command again" in stderr
    assert "Traceback" not in stderr
    assert not (tmp_path / "first" / "delivered.env").exists()

    result = run(org)
    assert result.error is None, run.printed.getvalue()
    assert lacking(org, run.delivered) == []
    assert duplicates(org) == 0


def test_of_two_runs_at_once_the_second_leaves(quick_org: NewOrg, run: Runbook, tmp_path: Path) -> None:
    """75 at once and without a browser, while the first goes on undisturbed."""
    org = quick_org()
    make_app(org, policies=False)
    with command(org, tmp_path / "first") as first:
        trap = set_trap(org, "logged in", lambda: None)
        assert trap.sprung.wait(PATIENCE), first.printed.decode()
        second = run(org)
        assert first.ended() == 0, first.printed.decode()
    assert isinstance(second.error, AnotherRun)
    assert second.exit_code() == 75
    assert "Wait for the other run to end" in second.error.next
    assert second.artifacts is None
    assert lacking(org, tmp_path / "first" / "delivered.env") == []


def test_an_api_name_that_another_run_takes_before_create(quick_org: NewOrg, run: Runbook, monkeypatch: pytest.MonkeyPatch) -> None:
    """As from a second machine: 75, so that a scheduler runs it again, and not that the API name is to be changed."""
    org = quick_org()
    checked = create_external_client_app._expect_filled

    def with_another_run(*given: Any) -> None:
        checked(*given)
        make_app(org)

    monkeypatch.setattr(create_external_client_app, "_expect_filled", with_another_run)
    result = run(org)
    assert isinstance(result.error, AnotherRun), run.printed.getvalue()
    assert "Run the same command again" in result.error.next
    assert len(ours(org)) == 1


@pytest.mark.slow
def test_a_pair_revealed_before_the_kill_is_not_revealed_again(new_org: NewOrg, run: Runbook, tmp_path: Path) -> None:
    """It was kept the moment it was read: the next run proves and delivers it."""
    org = new_org(propagation_seconds=0.0)
    app = make_app(org)
    killed(org, tmp_path / "first", "token given", 1, signal.SIGKILL)
    result = run(org)
    assert result.error is None, run.printed.getvalue()
    assert (app.reveals, lacking(org, run.delivered)) == (1, [])
