"""The job's work on more machines: names of orgs go to Dask workers, which have orgs file and secrets themselves (extra ``dask``).

Over the wire go names, switches of the command line and outcomes, which hold no secret. Checks run at once; of the orgs that
need a browser and share a mailbox for codes, one at a time is worked on, as file locks end at a machine's border. When a
worker is lost, Dask gives its orgs to another one; the procedure reads before it acts, so that is safe.

A worker's orgs file is the one that ``REFRESH_ORGS_FILE`` names in its environment, by default ``orgs.toml`` in its folder.
"""

from __future__ import annotations

import os
import threading
import uuid
from collections.abc import Collection, Hashable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from automation.errors import OrgBusy, OrgUnavailable, SettingsError
from automation.fleet.check import REPAIR, CheckResult, Known, refreshing, with_copy
from automation.fleet.copies import CLOSING, Production
from automation.fleet.orgs import Org
from automation.fleet.orgs_file import OrgsFile
from automation.fleet.outcome import OrgOutcome, of_check, of_error
from automation.fleet.pool import TimeIsUp, bounded
from automation.fleet.repair import DeadlinePassed, Repairs, WorkerLost, check_and_deliver, run_folder
from automation.report.json_result import scrubbed

if TYPE_CHECKING:
    from distributed import Client

    from automation.fleet.runner import Result

CONNECT: Final = 15.0
"""Seconds until the scheduler has answered."""
ORGS_FILE: Final = "REFRESH_ORGS_FILE"
LOCK_WAIT: Final = 60.0
"""Seconds to wait for the lock of an org: after a lost worker, its run may just be ending."""
_logins: Final[dict[int, threading.Semaphore]] = {}
"""The places for logins of this worker process, by their number."""


class Cluster:
    """As `runner.OwnMachine`. ``scheduler``: ``tcp://HOST:8786``, or ``tls://`` with Dask's own settings for it.

    Raises SettingsError when the extra is not installed, OrgUnavailable when no scheduler answers.
    """

    stopping = "Interrupted. Runs in progress shut down cleanly on their workers."

    def __init__(self, scheduler: str, flags: Sequence[str]) -> None:
        self._client, self._flags = _client(scheduler), tuple(flags)
        from distributed import as_completed

        self._done = as_completed(loop=self._client.loop, with_results=True, raise_errors=False)
        self._asked: dict[Hashable, tuple[Org, Known, Production | None]] = {}
        self._at_once: list[tuple[Hashable, CheckResult]] = []

    def check(self, org: Org, known: Known, production: Production | None) -> Hashable:
        copy = production.copy_of(org) if production is not None else None
        if copy is not None and copy.copying:
            self._at_once.append((org.name, refreshing(org, str(copy))))
            return org.name
        return self._submit(org, known, production, repair=False)

    def repair(self, seen: CheckResult) -> Hashable:
        return self._submit(seen.org, Known(), None, repair=True)

    def _submit(self, org: Org, known: Known, production: Production | None, *, repair: bool) -> Hashable:
        key = f"{org.name}-{'run' if repair else 'check'}-{uuid.uuid4().hex[:12]}"  # no other job's: equal keys share a result
        self._asked[key] = org, known, production
        self._done.add(self._client.submit(attend, org.name, self._flags, repair=repair, pure=False, key=key))
        return key

    def has_place(self, org: Org, repairing: Collection[Org]) -> bool:
        return org.mailbox is None or org.mailbox not in {other.mailbox for other in repairing}

    def finished(self, running: Collection[Any], within: float | None = None) -> Iterable[tuple[Hashable, Result]]:
        if self._at_once:
            return [self._at_once.pop()]
        future, result = next(self._done)
        future.release()
        return [(future.key, _result(*self._asked.pop(future.key), result))]

    def stop(self) -> float:
        return 0.0

    def close(self) -> None:
        self._client.close(timeout=CLOSING)


def _result(org: Org, known: Known, production: Production | None, answer: Any) -> Result:
    """What a worker answered, together with what production says of the copy; an exception means that all workers were lost."""
    if not isinstance(answer, dict):
        failure = answer[1] if isinstance(answer, tuple) and len(answer) > 1 else answer
        return of_error(org, WorkerLost(f"No worker could finish {org.name} ({type(failure).__name__})."))
    outcome = OrgOutcome(**answer)
    copy = production.copy_of(org) if production is not None else None
    if outcome.line.pop("needs_browser", False):
        seen = CheckResult(org, outcome.found, outcome.why)  # type: ignore[arg-type]  # a check's own word, which came back over the wire
        return with_copy(copy, production, seen, known)
    unanswered = outcome.error.get("kind") in (OrgUnavailable.kind, OrgBusy.kind)  # a copy that is not over explains that
    return of_check(refreshing(org, str(copy))) if unanswered and copy is not None and not copy.over else outcome


def _client(address: str) -> Client:
    try:
        from distributed import Client
    except ImportError:
        raise SettingsError(
            "--scheduler needs packages that are not installed.", next="pip install 'external-client-app-runbook[dask]'"
        ) from None
    try:
        return Client(address, timeout=CONNECT, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        why = type(error).__name__
    raise OrgUnavailable(f"No Dask scheduler answers at {address} ({why}).", next="Start one: dask scheduler; dask worker ADDRESS.")


def attend(name: str, flags: tuple[str, ...], *, repair: bool) -> dict[str, Any]:
    """On a worker: check one org, and with ``repair`` repair it. Answers the fields of an `OrgOutcome`, scrubbed.

    Without ``repair``, the answer's line has ``needs_browser`` when there is work for one.
    """
    fleet = OrgsFile.read(Path(os.environ.get(ORGS_FILE, "orgs.toml")))
    try:
        org = fleet.org(name)
    except SettingsError as error:
        return _answer(of_error(fleet.orgs[0], error), name)
    try:
        seen = bounded(org.deadline, lambda: check_and_deliver(org), "check")
    except TimeIsUp as error:
        return _answer(of_error(org, DeadlinePassed(f"{org.name} was {error}.")), name)
    if isinstance(seen, OrgOutcome):
        return _answer(seen, name)
    if not repair or seen.found not in REPAIR:
        return _answer(of_check(seen), name, needs_browser=seen.found in REPAIR)
    switches = [*flags, "--lock-wait", str(LOCK_WAIT)]
    places = _logins.setdefault(fleet.limits.logins, threading.Semaphore(fleet.limits.logins))
    return _answer(Repairs(fleet.path, run_folder(), places, flags=switches).run(seen), name)


def _answer(outcome: OrgOutcome, name: str, *, needs_browser: bool = False) -> dict[str, Any]:
    """The outcome as it goes over the wire: scrubbed, of plain values."""
    line = {**outcome.line, "needs_browser": True} if needs_browser else outcome.line
    return scrubbed({**vars(outcome), "org": name, "line": line})
