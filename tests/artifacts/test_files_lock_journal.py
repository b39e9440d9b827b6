"""What a run writes and locks: private modes, whole files, one run per org."""

from __future__ import annotations

import os
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from automation.artifacts.run_folder import Journal, make_run_folder
from automation.errors import AnotherRun, SettingsError, UsageError
from automation.run.guards import org_lock
from automation.secrets import Secret
from automation.secrets.files import private_folder, state_folder, write_private, written_beside
from automation.steps import Step, unchanged
from tests.journals import read_journal
from tests.step_results import step_result


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_files_and_folders_are_their_owners_alone(tmp_path: Path) -> None:
    folder = private_folder(tmp_path / "a" / "b")
    assert mode(folder) == 0o700
    assert mode(write_private(folder / "file", "text")) == 0o600


def test_a_folder_that_exists_keeps_its_mode(tmp_path: Path) -> None:
    """It may be shared by others, such as ``/tmp``; a new one, and those above it, are private under any umask."""
    (tmp_path / "open").mkdir(mode=0o755)
    before = os.umask(0)
    try:
        made = private_folder(tmp_path / "open" / "a" / "b")
    finally:
        os.umask(before)
    assert [mode(one) for one in (made, made.parent, private_folder(tmp_path / "open"))] == [0o700, 0o700, 0o755]


def test_a_leftover_of_a_killed_write_is_removed_though_its_process_number_is_alive(tmp_path: Path) -> None:
    """In a container every run has the same number; files that only look alike stay."""
    left, alike = tmp_path / f".file.{os.getpid()}-abcd_123", tmp_path / ".file.backup-1"
    for one in (left, alike):
        one.write_text("secret")
    write_private(tmp_path / "file", "new")
    assert sorted(one.name for one in tmp_path.iterdir() if one.is_file()) == [".file.backup-1", "file"]


def test_a_write_that_goes_on_is_no_leftover(tmp_path: Path) -> None:
    """Another writer of the same file leaves it alone."""
    path = tmp_path / "file"
    with written_beside(path, "mine") as temporary:
        write_private(path, "other")
        assert temporary.read_text() == "mine"
        temporary.replace(path)
    assert path.read_text() == "mine"


def test_a_user_without_a_state_folder_is_helped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As with HOME=/ or HOME=/nonexistent."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    with pytest.raises(SettingsError, match="can't be made") as caught:
        state_folder()
    assert "XDG_STATE_HOME" in caught.value.next


def test_a_write_that_fails_leaves_the_old_file_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_private(tmp_path / "file", "old")

    def full(_: int) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="disk full"):
        write_private(path, "new")
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir() if one.is_file()] == [("file", "old")]


def test_run_folders_are_named_by_time_and_host_and_never_shared() -> None:
    now = datetime(2026, 11, 24, 10, 20, 30, tzinfo=UTC)
    first, second = (make_run_folder("acme.my.salesforce.com", now=now) for _ in range(2))
    assert str(first) == "runs/20261124T102030Z-acme.my.salesforce.com"
    assert str(second) == "runs/20261124T102030Z-acme.my.salesforce.com-2"
    assert mode(first) == mode(first.parent) == 0o700


def test_a_run_folder_of_the_users_choice_is_taken_as_it_is(tmp_path: Path) -> None:
    assert make_run_folder("x", tmp_path / "mine") == tmp_path / "mine"


def test_a_run_folder_that_can_not_be_made_is_wrong_usage(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="can't be made"):
        make_run_folder("x", tmp_path / "file" / "folder")


def test_two_runs_on_one_org_do_not_meet() -> None:
    with org_lock("acme.my.salesforce.com"):
        with pytest.raises(AnotherRun, match=r"working on acme\.my\.salesforce\.com") as caught, org_lock("acme.my.salesforce.com"):
            pass
        assert caught.value.exit_code == 75
        with org_lock("other.my.salesforce.com"):
            pass
    with org_lock("acme.my.salesforce.com"):
        pass
    assert state_folder().name == "external-client-app-runbook"


def test_the_journal_says_which_step_was_cut_off(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    Secret("hunter2-hunter2")
    journal.note("run_begun", host="acme")
    journal.step_started(Step("1.7", "Create", "Create", lambda: unchanged("")))
    journal.step_ended(step_result("1.7", "changed", 0.1, "saw hunter2-hunter2", title="Create", section="Create"))
    journal.step_started(Step("2.1", "Open", "Configure", lambda: unchanged("")))
    with (tmp_path / "journal.jsonl").open("a") as file:
        file.write('{"at": "2026-')
    events = read_journal(tmp_path / "journal.jsonl")
    assert [(event["event"], event.get("step")) for event in events] == [
        ("run_begun", None),
        ("step_begun", "1.7"),
        ("step_ended", "1.7"),
        ("step_begun", "2.1"),
    ]
    assert events[2]["note"] == "saw ***"
    assert mode(tmp_path / "journal.jsonl") == 0o600


def test_on_windows_a_leftover_is_known_by_its_age(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Locks do not say it there; the temporary file of a writer that has just closed it stays."""
    old, new = tmp_path / ".keys.json.1-old", tmp_path / ".keys.json.1-new"
    for left in (old, new):
        left.write_text("{}")
    os.utime(old, (0, 0))
    monkeypatch.setattr("automation.secrets.files.sys.platform", "win32")
    write_private(tmp_path / "keys.json", "{}")
    assert [path.name for path in (old, new) if path.exists()] == [new.name]
