"""The job: check all orgs at once, repair those that need it, report each as it ends."""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

from automation.errors import Interrupted, LoginRefused, OrgBusy, RunbookError, TryAgainLater
from automation.fleet.check import REPAIR, CheckResult, check_org
from automation.fleet.copies import Production, asked
from automation.fleet.history import History
from automation.fleet.orgs import Org
from automation.fleet.orgs_file import OrgsFile
from automation.fleet.outcome import OrgOutcome, of_check, of_error
from automation.fleet.pool import Pool, TimeIsUp, next_done
from automation.fleet.progress import Progress
from automation.fleet.repair import DRAIN, LAST, DeadlinePassed, Repairs, deliver_pending, time_left
from automation.secrets import scrub

EMAILS_PER_RUN: Final = 2
"""Verification emails that a run may have sent: one at login, one at the reveal."""


@dataclass
class Job:
    """One run of the command over its orgs.

    Attributes:
        jobs: browsers at the same time.
        max_failures: after so many failed orgs no further browser is started; 0 means no limit.
        plan: only check.
        force: repair every org, whatever the check says.
        insist: log in even where the last login was refused: somebody named the orgs.
        flags: handed to the workers.
    """

    fleet: OrgsFile
    orgs: Sequence[Org]
    history: History
    progress: Progress
    jobs: int = 2
    max_failures: int = 0
    plan: bool = False
    force: bool = False
    insist: bool = False
    output: Path | None = None
    flags: Sequence[str] = ()
    outcomes: list[OrgOutcome] = field(default_factory=list)
    interrupted: bool = False

    def run(self) -> int:
        """Do it; answers the number of the run in the history. Outcomes are in ``outcomes``, in the order of their end."""
        number = self.history.begin(len(self.orgs))
        self.progress.began(len(self.orgs))
        folder = self._folder()
        repairs = Repairs(self.fleet.path, folder, threading.Semaphore(self.fleet.limits.logins), self.progress.event, self.flags)
        work = _JobLoop(self, number, repairs)
        try:
            with asked(self.fleet, self.progress.note) as production:
                work.run(production)
        except KeyboardInterrupt:
            work.interrupted()
        finally:
            self.progress.close()
        self._write_index(folder)
        return number

    def _write_index(self, folder: Path) -> None:
        """A page that leads to the reports of all runs, where there were any."""
        if not folder.is_dir():
            return
        from automation.report.index import write_index

        page = write_index(folder, [outcome.as_object() for outcome in self.outcomes])
        self.progress.detail(f"Report: {page}")

    def _folder(self) -> Path:
        return self.output or Path("runs") / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-fleet"


class _JobLoop:
    """The main thread's loop: it alone writes the history and decides what is begun."""

    def __init__(self, job: Job, number: int, repairs: Repairs) -> None:
        self._job, self._number, self._repairs = job, number, repairs
        self._checks, self._works = Pool(job.fleet.limits.checks, "check"), Pool(job.jobs, "repair")
        self._running: dict[Future[Any], Org] = {}
        self._queue: deque[CheckResult] = deque()
        self._repairing: set[Future[Any]] = set()
        self._failures = 0

    def run(self, production: Production | None) -> None:
        for org in self._job.orgs:
            known = self._job.history.known(org.name, org.host)
            self._running[self._checks.submit(org.deadline, partial(check_org, org, known, production))] = org
        while self._running:
            for future in next_done(self._running, self._checks, self._works):
                org = self._running.pop(future)
                self._repairing.discard(future)
                self._came(org, _result(future, org))
            self._begin_some()

    def _came(self, org: Org, result: CheckResult | OrgOutcome) -> None:
        if isinstance(result, OrgOutcome):
            self._ended(result)
        else:
            self._checked(org, result)

    def _checked(self, org: Org, seen: CheckResult) -> None:
        job = self._job
        repair = seen.found in REPAIR or (job.force and seen.error is None)
        if job.plan and (repair or seen.found == "undelivered"):
            self._ended(of_check(seen, "planned"))
        elif repair:
            self._queue.append(seen)
            job.progress.queued(org.name, seen)
        elif seen.found == "undelivered":
            self._running[self._checks.submit(time_left(seen), partial(deliver_pending, seen))] = org
        else:
            self._ended(of_check(seen))

    def _begin_some(self) -> None:
        """Begin what waits, as long as a browser is free."""
        while self._queue and len(self._repairing) < self._job.jobs:
            seen = self._queue.popleft()
            refused = self._refused(seen)
            if refused is not None:
                self._ended(refused)
                continue
            if seen.org.mailbox is not None:
                self._job.history.note_emails(seen.org.mailbox, EMAILS_PER_RUN)
            future = self._works.submit(math.inf, partial(self._repairs.run, seen))  # it keeps its deadline itself
            self._repairing.add(future)
            self._running[future] = seen.org

    def _refused(self, seen: CheckResult) -> OrgOutcome | None:
        """Why this org has to wait for a later run."""
        job, box = self._job, seen.org.mailbox
        limit = job.fleet.limits.emails_per_hour
        if job.max_failures and self._failures >= job.max_failures:
            error: RunbookError = TryAgainLater(f"Not started: {self._failures} orgs have failed already (--max-failures).")
        elif box is not None and job.history.emails(box) + EMAILS_PER_RUN > limit:
            error = OrgBusy(f"Not started: its mailbox has received {limit} verification emails in an hour, which is the limit.")
        elif not job.insist and (at := job.history.login_refused(seen.org.name, seen.org.host)) is not None:
            error = refused_lately(seen.org, at)
        else:
            return None
        return of_error(seen.org, error, found=seen.found, why=seen.why)

    def _ended(self, outcome: OrgOutcome) -> None:
        job = self._job
        job.outcomes.append(outcome)
        job.history.note(self._number, outcome)
        job.progress.ended(outcome)
        self._failures += outcome.failed

    def interrupted(self) -> None:
        """Interrupted: the workers get `repair.LAST` seconds to shut down cleanly; no check is waited for."""
        self._job.interrupted = True
        self._repairs.stop()
        self._job.progress.note("Stopping: runs in progress shut down cleanly.")
        ends = time.monotonic() + LAST + DRAIN
        for pool in (self._checks, self._works):
            pool.drop_waiting()
        while self._repairing and (left := ends - time.monotonic()) > 0:
            for future in next_done(self._repairing, within=left):
                self._repairing.discard(future)
                org = self._running.pop(future)
                self._came(org, _result(future, org))
        for org in [*(seen.org for seen in self._queue), *self._running.values()]:
            self._ended(of_error(org, Interrupted("Interrupted before this org was done.")))


def refused_lately(org: Org, at: str) -> LoginRefused:
    """The error for an org whose login was refused at that time."""
    return LoginRefused(
        f"Not started: Salesforce refused the login at {at}, and each further try brings the user's lock nearer.",
        next=f"Correct username or password, then run with --only {org.name}; by itself the job logs in again after a day.",
    )


class Fault(RunbookError):
    """The tool itself failed on one org; the others continue."""

    kind = "fault"
    recovery = "This is a bug in the tool: run it on this org alone (--only) and report the output."


def _result(future: Future[Any], org: Org) -> CheckResult | OrgOutcome:
    """What a thread came to; an exception that nobody foresaw fails its org alone."""
    error = future.exception()
    if error is None:
        result: CheckResult | OrgOutcome = future.result()
        return result
    if isinstance(error, TimeIsUp):
        return of_error(org, DeadlinePassed(f"{org.name} was {error}; the job continued without it."))
    first = (str(error).splitlines() or [""])[0]
    return of_error(org, Fault(scrub(f"{type(error).__name__}: {first[:200]}")))
