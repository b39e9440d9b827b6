"""The history: what it keeps, what it survives, and that it grows with the tool."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from automation.errors import OrgUnavailable, SettingsError
from automation.fleet import history as history_module
from automation.fleet.check import Known
from automation.fleet.history import History, StateBusy
from automation.fleet.orgs import Org
from automation.fleet.outcome import OrgOutcome, line_of, of_error
from automation.fleet.runner import forget

ORG = Org("dev", "acme--dev.sandbox.my.salesforce.com", {"ECA_API_NAME": "App"}, {}, 60.0)


def good(fingerprint: str = "f00", app_id: str | None = "0xI1") -> OrgOutcome:
    line = line_of(ORG)
    line["org"]["id"], line["app"]["id"] = "00D1", app_id
    line["proof"]["token"], line["credentials"]["consumer_key_sha256"] = True, fingerprint
    return OrgOutcome("dev", "up_to_date", "why", line, 0)


def test_what_was_proven_is_known_to_the_next_run(tmp_path: Path) -> None:
    """As long as the name means the same host."""
    with History(tmp_path / "h.sqlite3") as history:
        history.note(history.begin(1), good())
        assert history.known("dev", ORG.host) == Known("00D1", "0xI1", "f00")
        assert history.known("dev", "other.my.salesforce.com") == Known()


def test_an_app_id_is_kept_only_for_its_key(tmp_path: Path) -> None:
    """A check does not always learn the app's id; that of another key would be another app's."""
    with History(tmp_path / "h.sqlite3") as history:
        history.note(history.begin(1), good())
        history.note(history.begin(1), good(app_id=None))
        assert history.known("dev", ORG.host).app_id == "0xI1"
        history.note(history.begin(1), good("bar", None))
        assert history.known("dev", ORG.host).app_id is None


def test_a_failure_changes_nothing_that_is_known(tmp_path: Path) -> None:
    """It is reported, with cause and fix."""
    with History(tmp_path / "h.sqlite3") as history:
        history.note(history.begin(1), good())
        run = history.begin(1)
        history.note(run, of_error(ORG, OrgUnavailable("nobody answers")))
        history.end(run, 1)
        assert history.known("dev", ORG.host).fingerprint == "f00"
        newest = history.of_org("dev")[0]
        assert (newest["outcome"], newest["error"], newest["error_kind"]) == ("failed", "nobody answers", "org_unavailable")
        assert (history.runs()[0]["failed"], history.runs()[0]["exit_code"]) == (1, 1)


def test_a_killed_run_loses_nothing_that_was_reported(tmp_path: Path) -> None:
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
        assert history.of_org("dev")[0]["found"] == "up_to_date"
        assert history.runs()[0]["ended"] is None


def test_verification_emails_are_counted_per_mailbox(tmp_path: Path) -> None:
    """Over the runs of the last hour."""
    with History(tmp_path / "h.sqlite3") as history:
        history.note_emails("one", 2)
        history.note_emails("one", 2)
        assert (history.emails("one"), history.emails("two")) == (4, 0)


def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    """Ids and hosts are nobody else's business either."""
    with History(tmp_path / "deep" / "h.sqlite3") as history:
        assert stat.S_IMODE(history.path.stat().st_mode) == 0o600


class TestTrouble:
    """The file is refused before anything is done, or never stops the job; and nobody is advised to throw it away."""

    @staticmethod
    def filled(path: Path, rows: int = 400) -> None:
        with History(path) as history:
            run = history.begin(1)
            for number in range(rows):
                history.note(run, OrgOutcome(f"org{number}", "up_to_date", "why " * 20, line_of(ORG), 0))

    @pytest.mark.parametrize("what", ["folder", "fifo", "below a file", "NUL", "too long", "corrupt", "truncated", "text", "newer"])
    def test_what_can_not_be_used_is_refused_with_a_reason(self, tmp_path: Path, what: str) -> None:
        path = tmp_path / "h.sqlite3"
        if what == "folder":
            path.mkdir()
        elif what == "fifo":
            os.mkfifo(path)
        elif what == "text":
            path.write_bytes(b"this is no database, it is a text of some length" * 20)
        elif what in ("corrupt", "truncated", "newer"):
            self.filled(path)
            self.spoil(path, what)
        else:
            (tmp_path / "file").touch()
            path = {"NUL": Path("a\0b"), "too long": tmp_path / ("x" * 300)}.get(what, tmp_path / "file" / "h.sqlite3")
        with pytest.raises(SettingsError) as caught:
            History(path)
        assert "--state" in caught.value.next
        assert not {"move", "delete", "remove"} & set(caught.value.next.lower().split())

    @staticmethod
    def spoil(path: Path, what: str) -> None:
        if what == "newer":
            base = sqlite3.connect(path)
            base.execute("PRAGMA user_version = 99")
            base.close()
            return
        data = path.read_bytes()
        path.write_bytes(data[: len(data) // 2] + (b"" if what == "truncated" else b"\xff" * (len(data) // 2)))

    def test_a_file_that_is_held_is_tried_later(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """75, and the history is left alone."""
        monkeypatch.setattr(history_module, "LOCKED", 0.05)
        path = tmp_path / "h.sqlite3"
        self.filled(path, 1)
        with held(path), pytest.raises(StateBusy) as caught:
            History(path)
        assert caught.value.exit_code == 75

    def test_what_could_not_be_written_is_written_later(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Outcomes and emails count meanwhile."""
        monkeypatch.setattr(history_module, "LOCKED", 0.05)
        monkeypatch.setattr(history_module, "LOCKED_AGAIN", 0.01)
        with History(tmp_path / "h.sqlite3") as history:
            run = history.begin(1)
            with held(history.path):
                history.note(run, good())
                history.note_emails("box", 2)
                assert "locked" in (history.trouble or "")
                assert history.emails("box") == 2
            history.end(run, 0)
            assert history.trouble is None
            assert history.known("dev", ORG.host).fingerprint == "f00"
            assert (history.emails("box"), history.runs()[0]["exit_code"]) == (2, 0)

    def test_a_file_that_breaks_in_mid_job_stops_nothing(self, tmp_path: Path) -> None:
        """As when a disk is full: it is reported at the end."""
        with History(tmp_path / "h.sqlite3") as history:
            run = history.begin(1)
            history._base.execute("PRAGMA query_only = ON")
            history.note(run, good())
            history.note_emails("box", 2)
            history.forget(90)
            history.end(run, 0)
            assert history.known("dev", ORG.host) == Known()
        assert history.trouble is not None


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Another program is writing."""
    base = sqlite3.connect(path, isolation_level=None)
    base.execute("BEGIN IMMEDIATE")
    yield
    base.execute("ROLLBACK")
    base.close()


def test_old_runs_are_forgotten_and_what_was_proven_is_not(tmp_path: Path) -> None:
    """Folders of the job's runs as well; nothing else in ``runs`` is touched."""
    runs = tmp_path / "runs"
    old, mine = (
        "20260101T000000Z-fleet",
        ("20260101T000000Z-acme", "20260101T000000Z-fleet-x", "notes-fleet", "20991231T000000Z-fleet"),
    )
    for name in (old, *mine):
        (runs / name / "dev").mkdir(parents=True)
    (runs / "20250101T000000Z-fleet").symlink_to(tmp_path)
    with History(tmp_path / "h.sqlite3") as history:
        history.note(history.begin(1), good())
        history._base.execute("UPDATE runs SET began = '2026-01-01T00:00:00Z'")
        history.begin(1)
        forget(history, 0, runs)
        assert (len(history.runs()), (runs / old).exists()) == (2, True)
        forget(history, 90, runs)
        assert (len(history.runs()), history.of_org("dev")) == (1, [])
        assert history.known("dev", ORG.host).fingerprint == "f00"
    assert {path.name for path in runs.iterdir()} == {*mine, "20250101T000000Z-fleet"}
    assert tmp_path.exists()
