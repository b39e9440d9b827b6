"""The job: look at all orgs at once, repair those that need it, tell of each as it ends."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from automation.errors import Interrupted, OrgBusy, RunbookError, TryAgainLater
from automation.fleet.copies import Production, opened
from automation.fleet.history import History
from automation.fleet.look import REPAIR, Look, look
from automation.fleet.orgs import Org
from automation.fleet.orgs_file import OrgsFile
from automation.fleet.outcome import OrgOutcome, of_error, of_look
from automation.fleet.progress import Progress
from automation.fleet.repair import Repairs, deliver_pending
from automation.secrets import scrub

MAILS_PER_RUN: Final = 2
"""Verification mails that a run may have sent: one at login, one at the reveal."""


@dataclass
class Job:
    """One run of the command over its orgs.

    Attributes:
        jobs: browsers at the same time.
        max_failures: after so many failed orgs no further browser is started; 0 means no limit.
        plan: only look.
        force: repair every org, whatever the look says.
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
    output: Path | None = None
    flags: Sequence[str] = ()
    outcomes: list[OrgOutcome] = field(default_factory=list)
    interrupted: bool = False

    def run(self) -> int:
        """Do it; answers the number of the run in the history. Outcomes are in ``outcomes``, in the order of their end."""
        number = self.history.begin(len(self.orgs))
        self.progress.began(len(self.orgs))
        production, trouble = opened(self.fleet)
        if trouble is not None:
            self.progress.note(f"Production could not be asked about its sandboxes: {trouble.message} Going on without.")
        folder = self._folder()
        repairs = Repairs(self.fleet.path, folder, threading.Semaphore(self.fleet.limits.logins), self.progress.event, self.flags)
        try:
            _Round(self, number, repairs, production).run()
        finally:
            if production is not None:
                production.__exit__(None, None, None)
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


class _Round:
    """The main thread's loop: it alone writes the history and decides what is begun."""

    def __init__(self, job: Job, number: int, repairs: Repairs, production: Production | None) -> None:
        self._job, self._number, self._repairs, self._production = job, number, repairs, production
        self._looks = ThreadPoolExecutor(job.fleet.limits.looks, thread_name_prefix="look")
        self._works = ThreadPoolExecutor(job.jobs, thread_name_prefix="repair")
        self._running: dict[Future[Any], Org] = {}
        self._queue: deque[Look] = deque()
        self._repairing: set[Future[Any]] = set()
        self._failures = 0

    def run(self) -> None:
        try:
            for org in self._job.orgs:
                known = self._job.history.known(org.name, org.host)
                self._running[self._looks.submit(look, org, known, self._production)] = org
            self._until_done()
        except KeyboardInterrupt:
            self._interrupted()
        finally:
            self._looks.shutdown(wait=False, cancel_futures=True)
            self._works.shutdown(wait=True, cancel_futures=True)

    def _until_done(self) -> None:
        while self._running:
            done, _ = wait(list(self._running), return_when=FIRST_COMPLETED)
            for future in done:
                org = self._running.pop(future)
                result = _result(future, org)
                self._repairing.discard(future)
                if isinstance(result, OrgOutcome):
                    self._ended(result)
                else:
                    self._looked(org, result)
            self._begin_some()

    def _looked(self, org: Org, seen: Look) -> None:
        job = self._job
        repair = seen.found in REPAIR or (job.force and seen.error is None)
        if job.plan and (repair or seen.found == "undelivered"):
            self._ended(of_look(seen, "planned"))
        elif repair:
            self._queue.append(seen)
            job.progress.queued(org.name, seen)
        elif seen.found == "undelivered":
            self._running[self._looks.submit(deliver_pending, seen)] = org
        else:
            self._ended(of_look(seen))

    def _begin_some(self) -> None:
        """Begin what waits, as long as a browser is free."""
        while self._queue and len(self._repairing) < self._job.jobs:
            seen = self._queue.popleft()
            refused = self._refused(seen)
            if refused is not None:
                self._ended(refused)
                continue
            if seen.org.mailbox is not None:
                self._job.history.note_mails(seen.org.mailbox, MAILS_PER_RUN)
            future = self._works.submit(self._repairs.run, seen)
            self._repairing.add(future)
            self._running[future] = seen.org

    def _refused(self, seen: Look) -> OrgOutcome | None:
        """Why this org has to wait for a later run."""
        job, box = self._job, seen.org.mailbox
        limit = job.fleet.limits.mails_per_hour
        if job.max_failures and self._failures >= job.max_failures:
            error: TryAgainLater = TryAgainLater(f"Not begun: {self._failures} orgs have failed already (--max-failures).")
        elif box is not None and job.history.mails(box) + MAILS_PER_RUN > limit:
            error = OrgBusy(f"Not begun: its mailbox was sent as many verification mails as one hour allows ({limit}).")
        else:
            return None
        return of_error(seen.org, error, found=seen.found, why=seen.why)

    def _ended(self, outcome: OrgOutcome) -> None:
        job = self._job
        job.outcomes.append(outcome)
        job.history.note(self._number, outcome)
        job.progress.ended(outcome)
        self._failures += outcome.failed

    def _interrupted(self) -> None:
        """Stopped by a person or the system: end the workers in order and keep what they tell."""
        self._job.interrupted = True
        self._repairs.stop()
        self._job.progress.note("Stopping: the runs that have begun end in order.")
        for seen in self._queue:
            self._ended(of_error(seen.org, _stopped(), found=seen.found, why=seen.why))
        for future, org in self._running.items():
            result = None if future.cancel() else _result(future, org)
            self._ended(result if isinstance(result, OrgOutcome) else of_error(org, _stopped()))
        self._running.clear()


class Fault(RunbookError):
    """The tool itself failed on one org; the others go on."""

    kind = "fault"
    recovery = "This is a fault of the tool: run it on this org alone (--only) and report what it says."


def _result(future: Future[Any], org: Org) -> Look | OrgOutcome:
    """What a thread came to; an exception that nobody foresaw fails its org alone."""
    error = future.exception()
    if error is None:
        result: Look | OrgOutcome = future.result()
        return result
    first = (str(error).splitlines() or [""])[0]
    return of_error(org, Fault(scrub(f"{type(error).__name__}: {first[:200]}")))


def _stopped() -> Interrupted:
    return Interrupted("Stopped before this org was begun.")
