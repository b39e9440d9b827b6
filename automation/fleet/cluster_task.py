"""What a Dask worker does with the name of an org. It has orgs file and secrets itself.

The orgs file is the one that ``REFRESH_ORGS_FILE`` names in the worker's environment, by default ``orgs.toml`` in its folder.
"""

from __future__ import annotations

import os
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from automation.errors import SettingsError
from automation.fleet.check import REPAIR, check_org
from automation.fleet.orgs_file import OrgsFile
from automation.fleet.outcome import OrgOutcome, of_check, of_error
from automation.fleet.pool import TimeIsUp, bounded
from automation.fleet.repair import DeadlinePassed, Repairs, deliver_pending, time_left
from automation.report.json_result import scrubbed

ORGS_FILE: Final = "REFRESH_ORGS_FILE"
LOCK_WAIT: Final = 60.0
"""Seconds to wait for the lock of an org: after a lost worker, its run may just be ending."""

_logins: threading.Semaphore | None = None
_guard = threading.Lock()


def attend(name: str, flags: tuple[str, ...], *, repair: bool) -> dict[str, Any]:
    """Check one org, and with ``repair`` repair it. Answers the fields of an `OrgOutcome`, scrubbed.

    Without ``repair``, the answer's line has ``needs_browser`` when there is work for one.
    """
    fleet = OrgsFile.read(Path(os.environ.get(ORGS_FILE, "orgs.toml")))
    try:
        org = fleet.org(name)
    except SettingsError as error:
        return _answer(of_error(fleet.orgs[0], error), name)
    try:
        seen = bounded(org.deadline, lambda: check_org(org), "check")
        if seen.found == "undelivered":
            return _answer(bounded(time_left(seen), lambda: deliver_pending(seen), "deliver"), name)
    except TimeIsUp as error:
        return _answer(of_error(org, DeadlinePassed(f"{org.name} was {error}.")), name)
    if seen.found not in REPAIR:
        return _answer(of_check(seen), name)
    if not repair:
        return _answer(of_check(seen), name, needs_browser=True)
    folder = Path("runs") / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-fleet"
    switches = [*flags, "--lock-wait", str(LOCK_WAIT)]
    return _answer(Repairs(fleet.path, folder, _places(fleet.limits.logins), flags=switches).run(seen), name)


def _answer(outcome: OrgOutcome, name: str, *, needs_browser: bool = False) -> dict[str, Any]:
    """The outcome as it goes over the wire: scrubbed, of plain values."""
    line = {**outcome.line, "needs_browser": True} if needs_browser else outcome.line
    return scrubbed({**vars(outcome), "org": name, "line": line})


def _places(logins: int) -> threading.Semaphore:
    """The places for logins of this worker process."""
    global _logins
    with _guard:
        if _logins is None:
            _logins = threading.Semaphore(logins)
        return _logins
