"""The folder of a run, mode 0700, in which nothing of others is changed or replaced; and the journal that is kept there."""

from __future__ import annotations

import json
import logging
import os
import stat
import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from automation.errors import UsageError
from automation.secrets import scrub
from automation.secrets.files import private_folder
from automation.secrets.text_files import json_object
from automation.steps import Step, StepResult

log = logging.getLogger(__name__)

RUNS: Final = Path("runs")
JOURNAL: Final = "journal.jsonl"
"""Is in each run folder from the beginning."""
WRITTEN: Final = (JOURNAL, "report.html", "report.json", "report.junit.xml", "evidence", "screenshots", "trace-*.zip")
"""What a run writes: where any of it is there already, it has to be an earlier run's."""


def make_run_folder(host: str, output: Path | None = None, now: datetime | None = None) -> Path:
    """Make the folder of a run: ``output``, or ``runs/<UTC time>-<host>``, numbered when it is taken.

    An ``output`` that was there before keeps its mode. Where others can write to it, or where it holds files of these names
    that are no run's, the run gets a folder of its own in it.

    Raises:
        UsageError: it can't be made.
    """
    stamp = f"{now or datetime.now(UTC):%Y%m%dT%H%M%SZ}-{host}"
    wanted = output or RUNS / stamp
    try:
        if output is None:
            private_folder(RUNS)
            return _fresh(wanted)
        private_folder(output)
        if not _is_own(output):
            return _fresh(output / stamp)
    except OSError as error:
        raise UsageError(f"The run folder {wanted} can't be made: {error.strerror}.") from None
    return output


def _is_own(folder: Path) -> bool:
    """Whether nobody else can put files there, and nobody else's would be replaced."""
    if sys.platform != "win32":
        found = folder.stat()
        if found.st_uid != os.geteuid() or stat.S_IMODE(found.st_mode) & (stat.S_IWGRP | stat.S_IWOTH):
            return False
    taken = any(next(folder.glob(pattern), None) for pattern in WRITTEN)
    return not taken or _of_a_run(folder / JOURNAL)


def _of_a_run(journal: Path) -> bool:
    with suppress(OSError, ValueError), journal.open(encoding="utf-8") as file:
        return (json_object(file.readline(10_000)) or {}).get("event") == "run_begun"
    return False


def _fresh(wanted: Path) -> Path:
    number = 1
    while True:
        path = wanted if number == 1 else wanted.with_name(f"{wanted.name}-{number}")
        try:
            path.mkdir(mode=0o700)
        except FileExistsError:
            number += 1
        else:
            return path


class Journal:
    """``journal.jsonl``: one JSON object per line, each on disk before the next thing is done; an `Observer`.

    For people who investigate a run that was killed. The next run does not decide by it: it reads the org.

    Events: ``run_begun`` (host, app), ``step_begun`` (step), ``step_ended`` (step, result, note), ``run_ended``
    (outcome, kind). A step that was begun and not ended is where the run was cut off.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._failed = False

    def note(self, event: str, **fields: Any) -> None:
        """Append one event with its time in UTC. Secrets are removed. A full disk is noted once and does not end the run."""
        line = json.dumps({"at": datetime.now(UTC).isoformat(timespec="milliseconds"), "event": event, **fields})
        try:
            handle = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(scrub(line) + "\n")
        except OSError as error:
            if not self._failed:
                log.warning("The journal could not be written: %s.", error.strerror)
            self._failed = True

    def step_started(self, step: Step) -> None:
        self.note("step_begun", step=step.id)

    def step_ended(self, result: StepResult) -> None:
        self.note("step_ended", step=result.id, result=result.result, note=result.note)
