"""What was: runs, orgs and outcomes in SQLite, never a secret.

Only the command itself writes, each outcome at once and in a transaction of its own, so a kill loses nothing that was reported.
WAL lets ``history`` read while a job runs. The form of the file has a number (``user_version``).

The file is checked when it is opened, before anything is done. From then on nothing that happens to it stops a job: what can't be
written is kept and written with the next outcome, and ``trouble`` says so.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from automation.errors import LoginRefused, SettingsError, TryAgainLater
from automation.fleet.check import Known
from automation.fleet.outcome import OrgOutcome
from automation.secrets.files import state_folder

VERSION: Final = 2
"""The first that is released."""
TABLES: Final = (
    """CREATE TABLE runs (
        id INTEGER PRIMARY KEY, began TEXT NOT NULL, ended TEXT, orgs INTEGER NOT NULL, exit_code INTEGER
    )""",
    """CREATE TABLE outcomes (
        run INTEGER NOT NULL REFERENCES runs(id), org TEXT NOT NULL, at TEXT NOT NULL,
        found TEXT NOT NULL, why TEXT NOT NULL, outcome TEXT NOT NULL, browser INTEGER NOT NULL, seconds REAL NOT NULL,
        host TEXT NOT NULL, org_id TEXT, app_id TEXT, key_fingerprint TEXT, error_kind TEXT, error TEXT, next TEXT,
        artifacts TEXT, PRIMARY KEY (run, org)
    )""",
    "CREATE INDEX outcomes_of_org ON outcomes (org, run)",
    """CREATE TABLE orgs (
        org TEXT PRIMARY KEY, host TEXT NOT NULL, org_id TEXT, app_id TEXT, key_fingerprint TEXT, proven TEXT
    )""",
    "CREATE TABLE emails (mailbox TEXT NOT NULL, at TEXT NOT NULL, number INTEGER NOT NULL)",
    "CREATE INDEX emails_of_box ON emails (mailbox, at)",
)
BEGIN: Final = "BEGIN IMMEDIATE"
"""A transaction, which `sqlite3.Connection` as a context manager ends: it alone writes, and waits for others at its beginning."""
LOCKED: Final = 10.0
"""Seconds to wait for another program that holds the file."""
LOCKED_AGAIN: Final = 0.5
"""The same once that was in vain: the job goes on."""
REFUSALS: Final = 3
"""After so many refused logins in a row the job tries once in `LOGIN_PAUSE`, as ten lock a user (`org-access` 7)."""
LOGIN_PAUSE: Final = timedelta(days=1)
OTHER_FILE: Final = "or name another file with --state (it starts an empty history; this one stays as it is)"


class StateBusy(TryAgainLater):
    """Another program holds the state file."""

    kind = "state_busy"
    recovery = f"Run again once that program has ended, {OTHER_FILE}."


class History:
    """The state file, open. A context manager.

    Args:
        path: by default ``fleet.sqlite3`` in the state folder.

    Attributes:
        trouble: why what happened last is not in the file; None when it is.

    Raises SettingsError when the file can't be used or is of a newer version, StateBusy when another program holds it.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or state_folder() / "fleet.sqlite3"
        self.trouble: str | None = None
        self._unwritten: list[tuple[str, Sequence[Any]]] = []
        self._base = _connected(self.path)
        try:
            self._prepare()
        except sqlite3.DatabaseError as error:
            self._base.close()
            raise _refusal(self.path, error) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        if self._unwritten:
            self._write()
        self._base.close()

    def _prepare(self) -> None:
        if (found := self._base.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
            raise sqlite3.DatabaseError(found)
        self._base.execute("PRAGMA journal_mode = WAL")
        self._base.execute("PRAGMA synchronous = NORMAL")  # survives a kill; only a power cut may cost the last outcomes
        self._base.execute("PRAGMA foreign_keys = ON")
        with self._base:
            self._base.execute(BEGIN)
            version = int(self._base.execute("PRAGMA user_version").fetchone()[0])
            if version not in (0, VERSION):
                raise sqlite3.DatabaseError(f"it is of version {version}, and this tool knows {VERSION}")
            for statement in (*TABLES, f"PRAGMA user_version = {VERSION}") if version == 0 else ():
                self._base.execute(statement)

    def _write(self, *changes: tuple[str, Sequence[Any]]) -> None:
        """Write these changes and those that could not be written before, in their order. Never raises for the file."""
        self._unwritten += changes
        try:
            with self._base:
                self._base.execute(BEGIN)
                for statement, values in self._unwritten:
                    self._base.execute(statement, values)
        except sqlite3.Error as error:
            self.trouble = str(error)
            self._base.execute(f"PRAGMA busy_timeout = {LOCKED_AGAIN * 1000:.0f}")
        else:
            self._unwritten.clear()
            self.trouble = None

    def _read(self, query: str, values: Sequence[Any]) -> list[sqlite3.Row]:
        """Rows; none when the file can't be read any more."""
        try:
            return self._base.execute(query, values).fetchall()
        except sqlite3.Error as error:
            self.trouble = str(error)
            return []

    def begin(self, orgs: int) -> int:
        """Note that a run begins; answers its number. Raises SettingsError or StateBusy: nothing has been done yet."""
        try:
            with self._base:
                self._base.execute(BEGIN)
                number = self._base.execute("INSERT INTO runs (began, orgs) VALUES (?, ?)", (_now(), orgs)).lastrowid
        except sqlite3.Error as error:
            raise _refusal(self.path, error) from None
        return int(number or 0)

    def end(self, run: int, exit_code: int) -> None:
        """Note how a run ended. One without this was killed."""
        self._write(("UPDATE runs SET ended = ?, exit_code = ? WHERE id = ?", (_now(), exit_code, run)))

    def forget(self, days: int) -> None:
        """Delete runs that began more than ``days`` days ago, with their outcomes. What was proven of an org stays."""
        before = _stamp(datetime.now(UTC) - timedelta(days=days))
        self._write(
            ("DELETE FROM outcomes WHERE run IN (SELECT id FROM runs WHERE began < ?)", (before,)),
            ("DELETE FROM runs WHERE began < ?", (before,)),
        )

    def note(self, run: int, outcome: OrgOutcome) -> None:
        """Keep the outcome of one org, and what was proven about it."""
        row = outcome.as_row()
        names = ", ".join(row)
        kept = f"INSERT OR REPLACE INTO outcomes (run, at, {names}) VALUES (?, ?{', ?' * len(row)})"  # noqa: S608 - our names
        changes: list[tuple[str, Sequence[Any]]] = [(kept, (run, _now(), *row.values()))]
        if outcome.proven:
            changes.append((PROVEN, (row["org"], row["host"], row["org_id"], row["app_id"], row["key_fingerprint"], _now())))
        self._write(*changes)

    def known(self, org: str, host: str) -> Known:
        """What was proven about an org, as long as its name means the same host."""
        found = self._read("SELECT * FROM orgs WHERE org = ? AND host = ?", (org, host))
        return Known(found[0]["org_id"], found[0]["app_id"], found[0]["key_fingerprint"]) if found else Known()

    def login_refused(self, org: str, host: str) -> str | None:
        """When the org last refused a login, as it did in `REFUSALS` runs in a row; None when not, or `LOGIN_PAUSE` is over."""
        query = "SELECT at, error_kind FROM outcomes WHERE org = ? AND host = ? AND browser ORDER BY run DESC LIMIT ?"
        refused = [row["at"] for row in self._read(query, (org, host, REFUSALS)) if row["error_kind"] == LoginRefused.kind]
        recent = len(refused) == REFUSALS and refused[0] > _stamp(datetime.now(UTC) - LOGIN_PAUSE)
        return str(refused[0]) if recent else None

    def emails(self, mailbox: str) -> int:
        """How many verification emails a mailbox may have been sent in the last hour."""
        since = _stamp(datetime.now(UTC) - timedelta(hours=1))
        query = "SELECT coalesce(sum(number), 0) FROM emails WHERE mailbox = ? AND at > ?"
        unwritten = [int(values[2]) for statement, values in self._unwritten if statement == MAILED and values[0] == mailbox]
        return sum(int(row[0]) for row in self._read(query, (mailbox, since))) + sum(unwritten)

    def note_emails(self, mailbox: str, number: int) -> None:
        """Count emails that are about to be sent to a mailbox."""
        old = _stamp(datetime.now(UTC) - timedelta(days=1))
        self._write(("DELETE FROM emails WHERE at < ?", (old,)), (MAILED, (mailbox, _now(), number)))

    def runs(self, limit: int = 20) -> Sequence[dict[str, Any]]:
        """The last runs, newest first, each with the counts of its outcomes."""
        query = (
            "SELECT r.*, count(o.org) AS done, sum(o.browser) AS browsers, sum(o.outcome = 'failed') AS failed,"
            " sum(o.outcome IN ('created', 'changed', 'delivered')) AS changed"
            " FROM runs r LEFT JOIN outcomes o ON o.run = r.id GROUP BY r.id ORDER BY r.id DESC LIMIT ?"
        )
        return self._shown(query, (limit,))

    def of_org(self, org: str, limit: int = 20) -> Sequence[dict[str, Any]]:
        """The last outcomes of one org, newest first."""
        query = "SELECT * FROM outcomes WHERE org = ? ORDER BY run DESC LIMIT ?"
        return self._shown(query, (org, limit))

    def _shown(self, query: str, values: Sequence[Any]) -> Sequence[dict[str, Any]]:
        found = self._read(query, values)
        if self.trouble is not None:
            raise _refusal(self.path, sqlite3.DatabaseError(self.trouble))
        return [dict(row) for row in found]


PROVEN: Final = (
    "INSERT INTO orgs (org, host, org_id, app_id, key_fingerprint, proven) VALUES (?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (org) DO UPDATE SET host = excluded.host, org_id = excluded.org_id,"
    " app_id = coalesce(excluded.app_id, CASE WHEN key_fingerprint = excluded.key_fingerprint THEN app_id END),"
    " key_fingerprint = excluded.key_fingerprint, proven = excluded.proven"
)
MAILED: Final = "INSERT INTO emails VALUES (?, ?, ?)"


def _connected(path: Path) -> sqlite3.Connection:
    """The file, made where it is missing. Raises SettingsError."""
    try:
        if path.exists() and not path.is_file():
            raise SettingsError(f"The state file {path} is no file.", next="Name a file with --state.")
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        base = sqlite3.connect(path, timeout=LOCKED, isolation_level=None)
    except (OSError, ValueError, sqlite3.Error) as error:  # ValueError: a path with a NUL
        why = getattr(error, "strerror", None) or error
        raise SettingsError(f"The state file {path} can't be opened: {why}.", next="Name a file with --state.") from None
    base.row_factory = sqlite3.Row
    return base


def _refusal(path: Path, error: sqlite3.Error) -> SettingsError | StateBusy:
    """What to do about a file that can't be used. It is never to be deleted: it is the only record of what was."""
    if getattr(error, "sqlite_errorcode", None) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StateBusy(f"The state file {path} is held by another program ({error}).")
    if "of version" in str(error):
        fix = "Use the newer version of this tool"
    elif isinstance(error, sqlite3.OperationalError):  # a full disk, no right to write
        fix = "Make room, or give this user the right to write it"
    else:
        fix = f"Restore it from a backup, or try: sqlite3 {path} .recover"
    return SettingsError(f"The state file {path} can't be used: {error}.", next=f"{fix}, {OTHER_FILE}.")


def _now() -> str:
    return _stamp(datetime.now(UTC))


def _stamp(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")
