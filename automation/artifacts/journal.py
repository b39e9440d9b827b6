"""What a run began and what was confirmed, line by line, for people who investigate a run that was killed.

The next run does not decide by it: it reads the org.
"""

from __future__ import annotations

import json
import logging
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from automation.secrets import scrub
from automation.steps import Step
from automation.steps.runner import StepResult

log = logging.getLogger(__name__)


class Journal:
    """``journal.jsonl``: one JSON object per line, each on disk before the next thing is done; an `Observer`.

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
