"""What was: runs, orgs and outcomes in SQLite, never a secret.

Only the command itself writes, each outcome at once and in a transaction of its own, so a kill loses nothing that was
told. WAL lets ``history`` read while a job runs. The form of the file has a number (``user_version``) and is brought up to
date when it is opened.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from automation.errors import SettingsError
from automation.files import state_folder
from automation.fleet.look import Known
from automation.fleet.outcome import OrgOutcome

MIGRATIONS: Final[tuple[str, ...]] = (
    """
    CREATE TABLE runs (
        id INTEGER PRIMARY KEY, began TEXT NOT NULL, ended TEXT, orgs INTEGER NOT NULL, exit_code INTEGER
    );
    CREATE TABLE outcomes (
        run INTEGER NOT NULL REFERENCES runs(id), org TEXT NOT NULL, at TEXT NOT NULL,
        found TEXT NOT NULL, why TEXT NOT NULL, outcome TEXT NOT NULL, browser INTEGER NOT NULL, seconds REAL NOT NULL,
        host TEXT NOT NULL, org_id TEXT, app_id TEXT, key_fingerprint TEXT, error_kind TEXT, error TEXT, next TEXT,
        artifacts TEXT, PRIMARY KEY (run, org)
    );
    CREATE INDEX outcomes_of_org ON outcomes (org, run);
    CREATE TABLE orgs (
        org TEXT PRIMARY KEY, host TEXT NOT NULL, org_id TEXT, app_id TEXT, key_fingerprint TEXT, proven TEXT
    );
    """,
    """
    CREATE TABLE mails (mailbox TEXT NOT NULL, at TEXT NOT NULL, number INTEGER NOT NULL);
    CREATE INDEX mails_of_box ON mails (mailbox, at);
    """,
)
"""Each brings the file from the version of its place to the next one. Never changed once released, only added to."""


class History:
    """The state file, open. A context manager.

    Args:
        path: by default ``fleet.sqlite3`` in the state folder.

    Raises:
        SettingsError: the file is no state file, or of a newer version of this tool.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or state_folder() / "fleet.sqlite3"
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not self.path.exists():
            self.path.touch(mode=0o600)
        self._base = sqlite3.connect(self.path, timeout=10.0, isolation_level=None)
        self._base.row_factory = sqlite3.Row
        try:
            self._base.execute("PRAGMA journal_mode = WAL")
            self._base.execute("PRAGMA synchronous = NORMAL")  # survives a kill; only a power cut may cost the last outcomes
            self._base.execute("PRAGMA foreign_keys = ON")
            self._migrate()
        except sqlite3.DatabaseError as error:
            self._base.close()
            raise SettingsError(
                f"The state file {self.path} can't be used: {error}.", next="Move it away; it is made anew."
            ) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self._base.close()

    def _migrate(self) -> None:
        with self._write():
            version = int(self._base.execute("PRAGMA user_version").fetchone()[0])
            if version > len(MIGRATIONS):
                raise sqlite3.DatabaseError(f"it is of version {version}, and this tool knows {len(MIGRATIONS)}")
            for number, script in enumerate(MIGRATIONS[version:], version + 1):
                for statement in filter(None, (one.strip() for one in script.split(";"))):
                    self._base.execute(statement)
                self._base.execute(f"PRAGMA user_version = {number}")

    @contextmanager
    def _write(self) -> Iterator[None]:
        self._base.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._base.execute("ROLLBACK")
            raise
        self._base.execute("COMMIT")

    def begin(self, orgs: int) -> int:
        """Note that a run begins; answers its number."""
        with self._write():
            number = self._base.execute("INSERT INTO runs (began, orgs) VALUES (?, ?)", (_now(), orgs)).lastrowid
        return int(number or 0)

    def end(self, run: int, exit_code: int) -> None:
        """Note how a run ended. One without this was killed."""
        with self._write():
            self._base.execute("UPDATE runs SET ended = ?, exit_code = ? WHERE id = ?", (_now(), exit_code, run))

    def note(self, run: int, outcome: OrgOutcome) -> None:
        """Keep the outcome of one org, and what was proven about it."""
        row = outcome.as_row()
        names = ", ".join(row)
        with self._write():
            self._base.execute(
                f"INSERT OR REPLACE INTO outcomes (run, at, {names}) VALUES (?, ?{', ?' * len(row)})",  # noqa: S608 - our names
                (run, _now(), *row.values()),
            )
            if outcome.proven:
                self._base.execute(
                    "INSERT INTO orgs (org, host, org_id, app_id, key_fingerprint, proven) VALUES (?, ?, ?, ?, ?, ?)"
                    " ON CONFLICT (org) DO UPDATE SET host = excluded.host, org_id = excluded.org_id,"
                    " app_id = coalesce(excluded.app_id, CASE WHEN key_fingerprint = excluded.key_fingerprint THEN app_id END),"
                    " key_fingerprint = excluded.key_fingerprint, proven = excluded.proven",
                    (row["org"], row["host"], row["org_id"], row["app_id"], row["key_fingerprint"], _now()),
                )

    def known(self, org: str, host: str) -> Known:
        """What was proven about an org, as long as its name means the same host."""
        found = self._base.execute("SELECT * FROM orgs WHERE org = ? AND host = ?", (org, host)).fetchone()
        return Known() if found is None else Known(found["org_id"], found["app_id"], found["key_fingerprint"])

    def mails(self, mailbox: str) -> int:
        """How many verification mails a mailbox may have been sent in the last hour."""
        since = _stamp(datetime.now(UTC) - timedelta(hours=1))
        query = "SELECT coalesce(sum(number), 0) FROM mails WHERE mailbox = ? AND at > ?"
        return int(self._base.execute(query, (mailbox, since)).fetchone()[0])

    def note_mails(self, mailbox: str, number: int) -> None:
        """Count mails that are about to be sent to a mailbox."""
        with self._write():
            self._base.execute("DELETE FROM mails WHERE at < ?", (_stamp(datetime.now(UTC) - timedelta(days=1)),))
            self._base.execute("INSERT INTO mails VALUES (?, ?, ?)", (mailbox, _now(), number))

    def runs(self, limit: int = 20) -> Sequence[dict[str, Any]]:
        """The last runs, newest first, each with the counts of its outcomes."""
        query = (
            "SELECT r.*, count(o.org) AS done, sum(o.browser) AS browsers, sum(o.outcome = 'failed') AS failed,"
            " sum(o.outcome IN ('created', 'changed', 'delivered')) AS changed"
            " FROM runs r LEFT JOIN outcomes o ON o.run = r.id GROUP BY r.id ORDER BY r.id DESC LIMIT ?"
        )
        return [dict(row) for row in self._base.execute(query, (limit,))]

    def of_org(self, org: str, limit: int = 20) -> Sequence[dict[str, Any]]:
        """The last outcomes of one org, newest first."""
        query = "SELECT * FROM outcomes WHERE org = ? ORDER BY run DESC LIMIT ?"
        return [dict(row) for row in self._base.execute(query, (org, limit))]


def _now() -> str:
    return _stamp(datetime.now(UTC))


def _stamp(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def as_lines(rows: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Rows as JSON, one object per line."""
    for row in rows:
        yield json.dumps(row, ensure_ascii=False)
