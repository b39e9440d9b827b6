"""The job: check all orgs at once, repair those that need it, report each as it ends; and forget what old jobs left."""

from __future__ import annotations

import math
import re
import shutil
import threading
import time
from collections import deque
from collections.abc import Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from automation.errors import Interrupted, LoginRefused, OrgBusy, RunbookError, TryAgainLater
from automation.fleet.check import REPAIR, CheckResult, Known
from automation.fleet.copies import Production, asked
from automation.fleet.history import REFUSALS, History
from automation.fleet.options import FleetOptions
from automation.fleet.orgs import Org
from automation.fleet.orgs_file import OrgsFile
from automation.fleet.outcome import OrgOutcome, of_check, of_error
from automation.fleet.pool import Pool, TimeIsUp, next_done
from automation.fleet.progress import Progress
from automation.fleet.repair import DRAIN, LAST, DeadlinePassed, Repairs, check_and_deliver, run_folder
from automation.secrets import scrub

if TYPE_CHECKING:
    from automation.fleet.cluster import Cluster

EMAILS_PER_RUN: Final = 2
"""Verification emails that a run may have sent: one at login, one at the reveal."""

_FOLDER: Final = re.compile(r"(\d{8}T\d{6})Z-fleet")
"""The folder of one run of the job in ``runs``. Runs on a single org, and folders named by ``--output``, are never touched."""

Result = CheckResult | OrgOutcome | BaseException
"""What came of a piece of work: an org that is checked, one that is done with, or what nobody foresaw."""


@dataclass
class Job:
    """One run of the command over its orgs. Its thread alone writes the history and decides what is begun."""

    fleet: OrgsFile
    orgs: Sequence[Org]
    history: History
    progress: Progress
    options: FleetOptions = field(default_factory=FleetOptions)
    number: int = 0
    """Of the run in the history."""
    outcomes: list[OrgOutcome] = field(default_factory=list)
    """In the order of their end."""
    interrupted: bool = False
    _running: dict[Hashable, Org] = field(default_factory=dict)
    _repairing: dict[Hashable, Org] = field(default_factory=dict)
    _queue: deque[CheckResult] = field(default_factory=deque)

    def run(self) -> None:
        """Do it. Raises SettingsError or OrgUnavailable before anything is begun: there is no cluster, or no history."""
        folder = run_folder(self.options.output)
        workers = self._workers(folder)
        self.number = self.history.begin(len(self.orgs))
        self.progress.began(len(self.orgs))
        try:
            with asked(self.fleet, self.progress.note) as production:
                self._work(workers, production)
        except KeyboardInterrupt:
            self._stop(workers)
        finally:
            workers.close()
            self.progress.close()
        if self.options.scheduler is None:
            self._write_index(folder)

    def _workers(self, folder: Path) -> OwnMachine | Cluster:
        if self.options.scheduler is None:
            return OwnMachine(self, folder)
        from automation.fleet.cluster import Cluster

        return Cluster(self.options.scheduler, self.options.flags)

    def _work(self, workers: OwnMachine | Cluster, production: Production | None) -> None:
        for org in self.orgs:
            self._running[workers.check(org, self.history.known(org.name, org.host), production)] = org
        while self._running:
            self._take(workers.finished(self._running))
            self._begin_some(workers)

    def _take(self, finished: Iterable[tuple[Hashable, Result]]) -> None:
        for piece, result in finished:
            org = self._running.pop(piece)
            self._repairing.pop(piece, None)
            if isinstance(result, CheckResult):
                self._checked(result)
            else:
                self._ended(result if isinstance(result, OrgOutcome) else _of_fault(org, result))

    def _checked(self, seen: CheckResult) -> None:
        repair = seen.found in REPAIR or (self.options.force and seen.error is None)
        if self.options.plan and (repair or seen.found == "undelivered"):
            self._ended(of_check(seen, "planned"))
        elif repair:
            self._queue.append(seen)
            self.progress.queued(seen.org.name, seen)
        else:
            self._ended(of_check(seen))

    def _begin_some(self, workers: OwnMachine | Cluster) -> None:
        """Begin what waits, as long as there is a place for it."""
        for seen in tuple(self._queue):
            if not workers.has_place(seen.org, self._repairing.values()):
                continue
            self._queue.remove(seen)
            refused = self._refused(seen)
            if refused is not None:
                self._ended(refused)
                continue
            if seen.org.mailbox is not None:
                self.history.note_emails(seen.org.mailbox, EMAILS_PER_RUN)
            piece = workers.repair(seen)
            self._running[piece] = self._repairing[piece] = seen.org

    def _refused(self, seen: CheckResult) -> OrgOutcome | None:
        """Why this org has to wait for a later run."""
        most, failures, box = self.options.max_failures, sum(outcome.failed for outcome in self.outcomes), seen.org.mailbox
        limit = self.fleet.limits.emails_per_hour
        if most and failures >= most:
            error: RunbookError = TryAgainLater(f"Not started: {failures} orgs have failed already (--max-failures).")
        elif box is not None and self.history.emails(box) + EMAILS_PER_RUN > limit:
            error = OrgBusy(f"Not started: its mailbox has received {limit} verification emails in an hour, which is the limit.")
        elif not self.options.only and (at := self.history.login_refused(seen.org.name, seen.org.host)) is not None:
            error = LoginRefused(
                f"Not started: Salesforce refused the login {REFUSALS} times, last at {at}, and further tries lock the user.",
                next=f"Correct username or password, then run with --only {seen.org.name}; by itself the job waits for a day.",
            )
        else:
            return None
        return of_error(seen.org, error, found=seen.found, why=seen.why)

    def _ended(self, outcome: OrgOutcome) -> None:
        self.outcomes.append(outcome)
        self.history.note(self.number, outcome)
        self.progress.ended(outcome)

    def _stop(self, workers: OwnMachine | Cluster) -> None:
        """Interrupted: repairs get a while to shut down cleanly; no check is waited for."""
        self.interrupted = True
        self.progress.note(workers.stopping)
        ends = time.monotonic() + workers.stop()
        while self._repairing and (left := ends - time.monotonic()) > 0:
            self._take(workers.finished(self._repairing, within=left))
        for org in [*(seen.org for seen in self._queue), *self._running.values()]:
            self._ended(of_error(org, Interrupted("Interrupted before this org was done.")))

    def _write_index(self, folder: Path) -> None:
        """A page that leads to the reports of all runs, where there were any."""
        if not folder.is_dir():
            return
        from automation.report.files import write_index

        self.progress.detail(f"Report: {write_index(folder, [outcome.as_object() for outcome in self.outcomes])}")


class OwnMachine:
    """The work on this machine: checks in threads, each repair in a process with a browser of its own.

    What begins a piece of work answers what it is known by until it is in `finished`. `cluster.Cluster` has the same methods.
    """

    stopping = "Stopping: runs in progress shut down cleanly."

    def __init__(self, job: Job, folder: Path) -> None:
        limits, self._options = job.fleet.limits, job.options
        self._repairs = Repairs(job.fleet.path, folder, threading.Semaphore(limits.logins), job.progress.event, self._options.flags)
        self._checks, self._works = Pool(limits.checks, "check"), Pool(self._options.jobs, "repair")

    def check(self, org: Org, known: Known, production: Production | None) -> Hashable:
        deliver = not (self._options.plan or self._options.force)
        return self._checks.submit(org.deadline, partial(check_and_deliver, org, known, production, deliver=deliver))

    def repair(self, seen: CheckResult) -> Hashable:
        return self._works.submit(math.inf, partial(self._repairs.run, seen))  # it keeps its deadline itself

    def has_place(self, org: Org, repairing: Collection[Org]) -> bool:
        """Whether an org can be repaired beside these."""
        return len(repairing) < self._options.jobs

    def finished(self, running: Collection[Any], within: float | None = None) -> Iterable[tuple[Hashable, Result]]:
        """Those of these pieces that are over, once there is one; none after ``within`` seconds."""
        done = next_done(running, self._checks, self._works, within=within)
        return [(future, future.exception() or future.result()) for future in done]

    def stop(self) -> float:
        """Begin nothing more, and have what runs end cleanly. Answers for how many seconds repairs are to be waited for."""
        for pool in (self._checks, self._works):
            pool.drop_waiting()
        self._repairs.stop()
        return LAST + DRAIN

    def close(self) -> None:
        """What is left is given up."""


class Fault(RunbookError):
    """The tool itself failed on one org; the others continue."""

    kind = "fault"
    recovery = "This is a bug in the tool: run it on this org alone (--only) and report the output."


def _of_fault(org: Org, error: BaseException) -> OrgOutcome:
    """An exception that nobody foresaw fails its org alone."""
    if isinstance(error, TimeIsUp):
        return of_error(org, DeadlinePassed(f"{org.name} was {error}; the job continued without it."))
    first = (str(error).splitlines() or [""])[0]
    return of_error(org, Fault(scrub(f"{type(error).__name__}: {first[:200]}")))


def forget(history: History, days: int, runs: Path = Path("runs"), now: datetime | None = None) -> None:
    """Delete run folders and rows of the history that are older than ``days`` days; 0 keeps everything. Never raises for a file."""
    if days == 0:
        return
    history.forget(days)
    before = f"{(now or datetime.now(UTC)) - timedelta(days=days):%Y%m%dT%H%M%S}"
    for folder in runs.glob("*-fleet") if runs.is_dir() else ():
        named = _FOLDER.fullmatch(folder.name)
        if named is not None and named[1] < before and folder.is_dir() and not folder.is_symlink():
            shutil.rmtree(folder, ignore_errors=True)
