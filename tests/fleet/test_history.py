"""The history: what it keeps, what it survives, and that it grows with the tool."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from automation.errors import OrgUnavailable, SettingsError
from automation.fleet.history import History
from automation.fleet.look import Known
from automation.fleet.orgs import Org
from automation.fleet.outcome import OrgOutcome, empty_line, of_error

ORG = Org("dev", "acme--dev.sandbox.my.salesforce.com", {"ECA_API_NAME": "App"}, {}, 60.0)


def good(fingerprint: str = "f00", app_id: str | None = "0xI1") -> OrgOutcome:
    line = empty_line(ORG)
    line["org"]["id"], line["app"]["id"] = "00D1", app_id
    line["proof"]["token"], line["credentials"]["consumer_key_sha256"] = True, fingerprint
    return OrgOutcome("dev", "in_order", "why", line, 0)


def test_what_was_proven_is_known_to_the_next_run(tmp_path: Path) -> None:
    """As long as the name means the same host."""
    with History(tmp_path / "h.sqlite3") as history:
        history.note(history.begin(1), good())
        assert history.known("dev", ORG.host) == Known("00D1", "0xI1", "f00")
        assert history.known("dev", "other.my.salesforce.com") == Known()


def test_an_app_id_is_kept_only_for_its_key(tmp_path: Path) -> None:
    """A look does not always learn the app's id; that of another key would be another app's."""
    with History(tmp_path / "h.sqlite3") as history:
        history.note(history.begin(1), good())
        history.note(history.begin(1), good(app_id=None))
        assert history.known("dev", ORG.host).app_id == "0xI1"
        history.note(history.begin(1), good("bar", None))
        assert history.known("dev", ORG.host).app_id is None


def test_a_failure_changes_nothing_that_is_known(tmp_path: Path) -> None:
    """It is told, with cause and cure."""
    with History(tmp_path / "h.sqlite3") as history:
        history.note(history.begin(1), good())
        run = history.begin(1)
        history.note(run, of_error(ORG, OrgUnavailable("nobody answers")))
        history.end(run, 1)
        assert history.known("dev", ORG.host).fingerprint == "f00"
        newest = history.of_org("dev")[0]
        assert (newest["outcome"], newest["error"], newest["error_kind"]) == ("failed", "nobody answers", "org_unavailable")
        assert (history.runs()[0]["failed"], history.runs()[0]["exit_code"]) == (1, 1)


def test_a_killed_run_loses_nothing_that_was_told(tmp_path: Path) -> None:
    """Each outcome is on the disk as soon as it is noted; the run shows as one that never ended."""
    script = (
        "import os, sys; sys.path[:0] = sys.argv[2:]\n"
        "from pathlib import Path; from tests.fleet.test_history import good; from automation.fleet.history import History\n"
        "history = History(Path(sys.argv[1])); history.note(history.begin(1), good()); os.kill(os.getpid(), 9)\n"
    )
    path = tmp_path / "h.sqlite3"
    root = str(Path(__file__).resolve().parents[2])
    done = subprocess.run([sys.executable, "-c", script, str(path), root], check=False)
    assert done.returncode == -9
    with History(path) as history:
        assert history.of_org("dev")[0]["found"] == "in_order"
        assert history.runs()[0]["ended"] is None


@pytest.mark.parametrize("content", [b"this is no database, it is a text of some length" * 20, None])
def test_a_file_that_is_not_ours_is_refused(tmp_path: Path, content: bytes | None) -> None:
    """So is one that a newer version of the tool has made."""
    path = tmp_path / "h.sqlite3"
    if content is not None:
        path.write_bytes(content)
    else:
        base = sqlite3.connect(path)
        base.execute("PRAGMA user_version = 99")
        base.close()
    with pytest.raises(SettingsError):
        History(path)


def test_verification_mails_are_counted_per_mailbox(tmp_path: Path) -> None:
    """Over the runs of the last hour."""
    with History(tmp_path / "h.sqlite3") as history:
        history.note_mails("one", 2)
        history.note_mails("one", 2)
        assert (history.mails("one"), history.mails("two")) == (4, 0)


def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    """Ids and hosts are nobody else's business either."""
    with History(tmp_path / "deep" / "h.sqlite3") as history:
        assert stat.S_IMODE(history.path.stat().st_mode) == 0o600
