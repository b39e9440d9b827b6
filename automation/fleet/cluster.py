"""The job on more machines: names of orgs go to Dask workers, which have orgs file and secrets themselves (extra ``dask``).

Over the wire go names, switches of the command line and outcomes, which hold no secret. Checks run at once; of the orgs that
need a browser and share a mailbox for codes, one at a time is worked on, as file locks end at a machine's border. When a
worker is lost, Dask gives its orgs to another one; the procedure reads before it acts, so that is safe.
"""

from __future__ import annotations

import uuid
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from automation.errors import OrgBusy, OrgUnavailable, SettingsError, TryAgainLater
from automation.fleet.check import CheckResult, refreshing, with_copy
from automation.fleet.cluster_task import attend
from automation.fleet.copies import CLOSING, Copy, Production, asked
from automation.fleet.history import History
from automation.fleet.orgs import Org
from automation.fleet.orgs_file import OrgsFile
from automation.fleet.outcome import OrgOutcome, of_check, of_error
from automation.fleet.progress import Progress
from automation.fleet.repair import WorkerLost
from automation.fleet.runner import EMAILS_PER_RUN, refused_lately

if TYPE_CHECKING:
    from distributed import Client

CONNECT: Final = 15.0
"""Seconds until the scheduler has answered."""


@dataclass
class ClusterJob:
    """As `runner.Job`, on a cluster. ``scheduler``: ``tcp://HOST:8786``, or ``tls://`` with Dask's own settings for it."""

    fleet: OrgsFile
    orgs: Sequence[Org]
    history: History
    progress: Progress
    scheduler: str
    flags: Sequence[str] = ()
    insist: bool = False
    outcomes: list[OrgOutcome] = field(default_factory=list)
    interrupted: bool = False

    def run(self) -> int:
        """Do it; answers the number of the run in the history.

        Raises:
            SettingsError: the extra is not installed.
            OrgUnavailable: no scheduler answers.
        """
        client = _client(self.scheduler)
        number = self.history.begin(len(self.orgs))
        self.progress.began(len(self.orgs))
        try:
            with asked(self.fleet, self.progress.note) as production:
                _ClusterLoop(self, number, client, production).run()
        except KeyboardInterrupt:
            self.interrupted = True
            self.progress.note("Interrupted. Runs in progress shut down cleanly on their workers.")
        finally:
            client.close(timeout=CLOSING)
            self.progress.close()
        return number


class _ClusterLoop:
    """Submits names and takes outcomes; the one place that writes the history."""

    def __init__(self, job: ClusterJob, number: int, client: Client, production: Production | None) -> None:
        from distributed import as_completed

        self._job, self._number, self._client, self._production = job, number, client, production
        self._running: dict[str, tuple[Org, bool]] = {}
        self._queues: dict[str, deque[tuple[Org, OrgOutcome]]] = {}
        self._busy: set[str] = set()
        self._done = as_completed(loop=client.loop, with_results=True, raise_errors=False)

    def run(self) -> None:
        for org in self._job.orgs:
            copy = self._copy_of(org)
            if copy is not None and copy.copying:
                self._ended(of_check(refreshing(org, str(copy))))
            else:
                self._submit(org, repair=False)
        if not self._running:
            return
        for future, result in self._done:
            org, repaired = self._running.pop(future.key)
            self._came(org, _outcome(org, result), repaired=repaired)
            future.release()

    def _submit(self, org: Org, *, repair: bool) -> None:
        key = f"{org.name}-{'run' if repair else 'check'}-{uuid.uuid4().hex[:12]}"  # no other job's: equal keys share a result
        future = self._client.submit(attend, org.name, tuple(self._job.flags), repair=repair, pure=False, key=key)
        self._running[future.key] = org, repair
        self._done.add(future)

    def _came(self, org: Org, outcome: OrgOutcome, *, repaired: bool) -> None:
        if repaired:
            self._ended(outcome)
            self._next_of(org)
        elif outcome.line.pop("needs_browser", False):
            self._queue(org, outcome)
        else:
            self._ended(self._while_copied(org, outcome))

    def _copy_of(self, org: Org) -> Copy | None:
        return self._production.copy_of(org) if self._production is not None else None

    def _while_copied(self, org: Org, outcome: OrgOutcome) -> OrgOutcome:
        """Where asking the org failed, the state of a copy that is not over explains it."""
        copy = self._copy_of(org)
        unanswered = outcome.error.get("kind") in (OrgUnavailable.kind, OrgBusy.kind)
        return of_check(refreshing(org, str(copy))) if unanswered and copy is not None and not copy.over else outcome

    def _queue(self, org: Org, outcome: OrgOutcome) -> None:
        seen = self._with_copy(org, outcome)
        if seen.error is not None:
            self._ended(of_check(seen))
            return
        at = None if self._job.insist else self._job.history.login_refused(org.name, org.host)
        if at is not None:
            self._ended(of_error(org, refused_lately(org, at), found=outcome.found, why=outcome.why))
            return
        self._job.progress.queued(org.name, seen)
        box = org.mailbox
        if box is None:
            self._submit(org, repair=True)
        elif box in self._busy:
            self._queues.setdefault(box, deque()).append((org, outcome))
        else:
            self._busy.add(box)
            self._begin(org, outcome)

    def _with_copy(self, org: Org, outcome: OrgOutcome) -> CheckResult:
        """What the worker saw, together with what production says of the copy."""
        seen = CheckResult(org, outcome.found, outcome.why)  # type: ignore[arg-type]  # a check's own word, which came back over the wire
        return with_copy(self._copy_of(org), self._production, seen, self._job.history.known(org.name, org.host))

    def _begin(self, org: Org, outcome: OrgOutcome) -> None:
        """Begin an org whose mailbox is free, unless that has received all the emails it may."""
        history, limit = self._job.history, self._job.fleet.limits.emails_per_hour
        box = org.mailbox or ""
        if history.emails(box) + EMAILS_PER_RUN > limit:
            error = TryAgainLater(
                f"Not started: its mailbox has received {limit} verification emails in an hour, which is the limit."
            )
            self._ended(of_error(org, error, found=outcome.found, why=outcome.why))
            self._next_of(org)
            return
        history.note_emails(box, EMAILS_PER_RUN)
        self._submit(org, repair=True)

    def _next_of(self, org: Org) -> None:
        """The mailbox is free: let the next org have it."""
        box = org.mailbox
        if box is None:
            return
        queue = self._queues.get(box)
        if queue:
            self._begin(*queue.popleft())
        else:
            self._busy.discard(box)

    def _ended(self, outcome: OrgOutcome) -> None:
        self._job.outcomes.append(outcome)
        self._job.history.note(self._number, outcome)
        self._job.progress.ended(outcome)


def _outcome(org: Org, result: Any) -> OrgOutcome:
    """What a worker answered; an exception means that it, and those that took over, were lost."""
    if isinstance(result, dict):
        return OrgOutcome(**result)
    failure = result[1] if isinstance(result, tuple) and len(result) > 1 else result
    return of_error(org, WorkerLost(f"No worker could finish {org.name} ({type(failure).__name__})."))


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
