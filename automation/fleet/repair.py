"""Repairing an org: a worker process with a browser of its own, watched, with a deadline.

Processes and not threads, for four reasons: a hung or crashed browser harms one org alone; a deadline can be kept by ending the
process; each looks up its own org's secrets only; and `docs/fleet.md` has the figures, which are about those of threads.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, nullcontext, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Final

from automation.delivery import deliver
from automation.errors import Interrupted, RunbookError
from automation.fleet.check import CheckResult, Known, check_org
from automation.fleet.copies import Production
from automation.fleet.orgs import Org
from automation.fleet.outcome import OrgOutcome, of_check, of_error, of_run
from automation.fleet.pool import interrupt, kill_all
from automation.run.guards import org_lock
from automation.secrets.child_environment import given_environment
from automation.secrets.text_files import json_object

GRACE: Final = 20.0
"""Seconds that a worker gets at its deadline to end cleanly before it is killed."""
LAST: Final = 10.0
"""The same when the whole job is stopped, which has to be over within 20 s: after that systemd and others kill."""
DRAIN: Final = 2.0
"""Seconds to read what an ended worker wrote. A program that it left behind may hold its output open."""

SHORTEST: Final = 0.1
"""Seconds that are left to an org whose check took all of its deadline."""

Report = Callable[[str, dict[str, Any]], None]
"""Takes an org's name and an event of its worker."""


class WorkerLost(RunbookError):
    """A worker process ended without reporting how its run ended."""

    kind = "worker_lost"
    recovery = (
        "Run again: it resumes where it stopped. If it happens again, check whether the machine has memory for that many jobs."
    )


class DeadlinePassed(RunbookError):
    """An org took longer than its deadline."""

    kind = "deadline"
    recovery = "Run again: it resumes where it stopped. If the org is slow, raise deadline in [limits] or in its table."


@dataclass
class Repairs:
    """Runs workers, and stops them all when asked.

    Attributes:
        folder: each worker's run folder is below it.
        logins: at most so many workers are logging in at the same time.
        report: gets every event, from the thread that runs the worker.
        flags: further arguments of the workers.
    """

    orgs_file: Path
    folder: Path
    logins: threading.Semaphore
    report: Report = lambda _name, _event: None
    flags: Sequence[str] = ()
    _running: dict[str, subprocess.Popen[str]] = field(default_factory=dict)
    _stopped: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self, seen: CheckResult) -> OrgOutcome:
        """Repair one org; blocks until it is done. Every foreseen failure is in the outcome."""
        org, began, seconds = seen.org, time.monotonic(), max(seen.org.deadline - seen.seconds, SHORTEST)
        late = threading.Event()
        with ExitStack() as login, tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as complaints:
            login.enter_context(self.logins)
            try:
                worker = self._start(org, complaints)
            except Interrupted as error:
                return of_error(org, error, found=seen.found, why=seen.why)
            deadline = _later(seconds, _end_late, worker, late)
            try:
                end = self._follow(org, worker, login.close)
            finally:
                deadline.cancel()
                if worker.stdin is not None:
                    with suppress(OSError):
                        worker.stdin.close()
                with self._lock:
                    self._running.pop(org.name, None)
            if end is None:
                complaints.seek(0)
                lost = self._lost(org, worker.returncode, complaints.read(), late=late.is_set())
                return of_error(org, lost, found=seen.found, why=seen.why, seconds=time.monotonic() - began, browser=True)
        if late.is_set() and end["exit_code"] != 0:
            ended = DeadlinePassed(f"The run on {org.name} was ended after {org.deadline:g} s.")
            return of_error(org, ended, found=seen.found, why=seen.why, seconds=time.monotonic() - began, browser=True)
        return of_run(org, seen.found, seen.why, end["line"], int(end["exit_code"]))

    def stop(self) -> None:
        """End all workers cleanly, at most in `LAST` seconds; none is started any more."""
        self._stopped.set()
        with self._lock:
            running = list(self._running.values())
        for worker in running:
            end_cleanly(worker, LAST)

    def _start(self, org: Org, complaints: IO[str]) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "automation.fleet.worker", "--orgs", str(self.orgs_file), org.name, *self.flags]
        with self._lock:
            if self._stopped.is_set():
                raise Interrupted("Interrupted before the run began.")
            worker = subprocess.Popen(
                [*command, "--output", str(self.folder / org.name)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=complaints, encoding="utf-8",
                env=given_environment(),  # it looks up its secrets itself
                start_new_session=True,  # Ctrl-C is for the command, which then ends its workers cleanly
            )  # fmt: skip
            self._running[org.name] = worker
        return worker

    def _follow(self, org: Org, worker: subprocess.Popen[str], logged_in: Callable[[], None]) -> dict[str, Any] | None:
        """Pass on events until the worker ends; answers its last one when it said how the run ended."""
        ends: list[dict[str, Any]] = []
        reader = threading.Thread(target=self._read, args=(org, worker, logged_in, ends), name=f"events of {org.name}", daemon=True)
        reader.start()
        worker.wait()  # at the latest when it is killed, a while after its deadline
        reader.join(DRAIN)
        return ends[-1] if ends else None

    def _read(self, org: Org, worker: subprocess.Popen[str], logged_in: Callable[[], None], ends: list[dict[str, Any]]) -> None:
        with worker.stdout or nullcontext(()) as lines:
            for event in filter(None, map(_event, lines)):
                if event["event"] == "end":
                    ends.append(event)
                elif event["event"] == "step_ended" and event.get("login"):
                    logged_in()
                self.report(org.name, event)

    def _lost(self, org: Org, code: int, complaints: str, *, late: bool) -> RunbookError:
        if late:
            return DeadlinePassed(f"The run on {org.name} did not end within {org.deadline:g} s and was killed.")
        if self._stopped.is_set():
            return Interrupted(f"The run on {org.name} was interrupted.")
        how = f"was killed by signal {-code}" if code < 0 else f"ended with {code}"
        lines = [line for line in complaints.strip().splitlines() if line.strip()]
        last = f": {lines[-1][:200]}" if lines else ""
        again = f"python -m automation.fleet.worker --orgs {self.orgs_file} {org.name}"
        fault = f"This is a bug in the tool; report what this prints: {again}" if code >= 0 else None
        return WorkerLost(f"The worker of {org.name} {how}{last}.", next=fault)


def _event(line: str) -> dict[str, Any] | None:
    """A line of a worker; None for what something else printed."""
    event = json_object(line)
    return event if event is not None and isinstance(event.get("event"), str) else None


def _end_late(worker: subprocess.Popen[str], late: threading.Event) -> None:
    late.set()
    end_cleanly(worker)


def _later(seconds: float, function: Callable[..., None], *arguments: Any) -> threading.Timer:
    """Call a function after a while, unless the process ends before."""
    timer = threading.Timer(seconds, function, arguments)
    timer.daemon = True
    timer.start()
    return timer


def end_cleanly(worker: subprocess.Popen[str], grace: float = GRACE) -> None:
    """Interrupt a worker; kill it and what it started, should it not end within ``grace`` seconds. Returns at once."""
    interrupt(worker)
    _later(grace, kill_all, worker)


def run_folder(output: Path | None = None) -> Path:
    """Where the run folders of one job are: ``--output``, or one by the time."""
    return output or Path("runs") / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-fleet"


def check_and_deliver(
    org: Org, known: Known | None = None, production: Production | None = None, *, deliver: bool = True
) -> CheckResult | OrgOutcome:
    """Check one org; where nothing is amiss but a target that lacks the proven pair, that is done with at once."""
    seen = check_org(org, known, production)
    return deliver_pending(seen) if deliver and seen.found == "undelivered" else seen


def deliver_pending(seen: CheckResult) -> OrgOutcome:
    """Bring a proven pair to the targets that lack it, under the org's lock and without a browser."""
    org, pair = seen.org, seen.state.credentials
    if pair is None:
        raise ValueError("a check that found nothing to deliver")
    targets = org.settings_to_check().credentials_to
    try:
        with org_lock(org.host):
            seen.state.delivered_to = deliver(targets, pair)
    except RunbookError as error:
        return of_check(replace(seen, error=error))
    return of_check(seen, "delivered")
