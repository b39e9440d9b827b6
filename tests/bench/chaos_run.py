"""One schedule against one org: runs that meet the faults, then clean ones, and what came of it all."""

from __future__ import annotations

import io
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

from playwright._impl._sync_base import SyncBase

from automation.artifacts.run_folder import Journal
from automation.replica.handles import OrgHandle, Replica
from automation.report.console import Console
from automation.report.json_result import json_line
from automation.report.result import RunResult
from automation.run.one_run import OneRun
from automation.settings import load_settings
from automation.settings.app_spec import AppSpec
from automation.settings.options import Options
from flows import log_in
from flows.verification import codes as enter_code
from tests.bench.chaos_faults import Kill, Schedule
from tests.faults.wanted import duplicates, lacking
from tests.leaks.search import Ledger, files, leaks

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CALLS_OF_A_RUN = 420
"""About as many browser calls does an undisturbed run make."""
FURTHER_RUNS = 2

LIMITS = {"TIMEOUT_PAGE": 12.0, "TIMEOUT_ACTION": 6.0, "TIMEOUT_SAVE": 5.0, "TIMEOUT_CODE": 8.0, "TIMEOUT_PROPAGATION": 12.0}
"""Seconds, on a machine that has nothing else to do; they are multiplied by the run's ``patience``."""


class Killed(BaseException):
    """Stands for kill -9: nothing after it reaches the browser any more."""


@dataclass
class Verdict:
    """What came of one schedule."""

    seed: int
    ends: list[str] = field(default_factory=list)
    """Of each run: ``wanted``, ``killed``, or the kind of its error."""
    wrong_successes: int = 0
    duplicates: int = 0
    leaks: list[str] = field(default_factory=list)
    unexplained: list[str] = field(default_factory=list)
    further: int | None = None
    """Runs that were needed once the faults had ceased; None: two were not enough."""
    seconds: float = 0.0
    calls: int = 0

    @property
    def good(self) -> bool:
        """Whether nothing happened that must not."""
        return not (self.wrong_successes or self.duplicates or self.leaks or self.unexplained) and self.further is not None


class Chaos:
    """Carries out schedules on one replica and one browser."""

    def __init__(self, replica: Replica, browser: Browser, patience: float = 1.0) -> None:
        self.replica, self.browser, self.patience = replica, browser, patience
        self._orgs = 0

    def new_org(self, **variants: Any) -> OrgHandle:
        """An empty org of its own name."""
        self._orgs += 1
        return self.replica.new_org(f"acme--c{self._orgs}.sandbox", **variants)

    def carry_out(self, plan: Schedule) -> Verdict:
        """One schedule, on a new org and in a folder of its own."""
        started, verdict = time.monotonic(), Verdict(plan.seed)
        org = self.new_org(**plan.variants)
        folder = Path(tempfile.mkdtemp(prefix="chaos-"))
        try:
            with mock.patch.dict(os.environ, XDG_STATE_HOME=str(folder / "state")):
                Play(self, org, folder, plan, verdict).play()
        finally:
            shutil.rmtree(folder)
            self.replica.world.orgs.pop(org.my_domain, None)
        verdict.seconds = time.monotonic() - started
        return verdict


class Play:
    """One org, its folder and the runs on it."""

    def __init__(self, chaos: Chaos, org: OrgHandle, folder: Path, plan: Schedule, verdict: Verdict) -> None:
        self.chaos, self.org, self.folder, self.plan, self.verdict = chaos, org, folder, plan, verdict
        self.delivered = folder / "delivered.env"
        self.ledger = Ledger(org)
        self.runs = 0

    def play(self) -> None:
        for fault in self.plan.faults:
            self.org.fault(**fault.spec)
        for kill in self.plan.kills:
            self._judge(*self.run(kill), faulty=True)
        self.org.clear_faults()
        for further in range(FURTHER_RUNS + 1):
            if not lacking(self.org, self.delivered):
                self.verdict.further = further
                break
            if further < FURTHER_RUNS:
                self._judge(*self.run(None), faulty=False)
        self.verdict.duplicates = duplicates(self.org)

    def run(self, kill: Kill | None) -> tuple[RunResult | None, str]:
        """One run; answers its result, None when it was killed, and what it printed."""
        self.runs += 1
        printed = io.StringIO()
        limits = {name: f"{seconds * self.chaos.patience:g}" for name, seconds in LIMITS.items()}
        settings = load_settings({**limits, **self.org.environment(), "CREDENTIALS_TO": f"dotenv:{self.delivered}"}, None)
        options = Options(tracing=self.plan.tracing, output=self.folder / f"run-{self.runs}", screenshot="on", verbosity=1)  # type: ignore[arg-type]
        result: RunResult | None = None
        with ExitStack() as stack:
            stack.enter_context(mock.patch.object(enter_code, "SECOND_EMAIL", 0.3))
            stack.enter_context(mock.patch.object(log_in, "PAUSES", (0.1, 0.3)))
            counter = stack.enter_context(dying(kill))
            with suppress(Killed):
                spec, console = AppSpec.from_settings(settings), Console(1, printed)
                result = OneRun(settings, spec, options, console, self.chaos.browser).perform()
        self.verdict.calls = max(self.verdict.calls, counter.calls)
        for context in self.chaos.browser.contexts:
            context.close()
        done = result is not None and result.error is None
        self._search(printed.getvalue() + (json_line(result) if result is not None else ""), done=done)
        return result, printed.getvalue()

    def _search(self, printed: str, *, done: bool) -> None:
        """A revealed pair is kept until its delivery, so after a run that did not get so far it may be in one more place."""
        kept = [] if done else (self.folder / "state").glob("*/pending/*")
        places = {**files(self.folder, but=[self.delivered, *kept]), "printed": printed.encode()}
        self.verdict.leaks += leaks(places, self.ledger.secrets())

    def _judge(self, result: RunResult | None, printed: str, *, faulty: bool) -> None:
        if result is None:
            self.verdict.ends.append("killed")
            return
        missing = lacking(self.org, self.delivered)
        if result.error is None:
            self.verdict.ends.append("wanted")
            self.verdict.wrong_successes += bool(missing)
            return
        kind = result.error.kind
        self.verdict.ends.append(kind)
        blame = {one for fault in self.plan.faults for one in fault.blame} if faulty else set()
        if kind not in blame:
            self.verdict.unexplained.append(f"{kind} at {result.error.step}: {result.error.message}")


class Counter:
    """Counts browser calls."""

    calls = 0


@contextmanager
def dying(kill: Kill | None) -> Iterator[Counter]:
    """While this is open, the moment of ``kill`` raises `Killed`, and so does every browser call after it."""
    counter, dead = Counter(), False
    last = None if kill is None or kill.call is None else int(kill.call * CALLS_OF_A_RUN)
    sync, note = SyncBase._sync, Journal.note

    def call(self: SyncBase, work: Any) -> Any:
        nonlocal dead
        counter.calls += 1
        dead = dead or (last is not None and counter.calls > last)
        if dead:
            if hasattr(work, "close"):
                work.close()
            raise Killed
        return sync(self, work)

    def noted(self: Journal, event: str, **fields: Any) -> None:
        nonlocal dead
        if dead:
            raise Killed
        note(self, event, **fields)
        if kill is not None and kill.step == (event, fields.get("step")):
            dead = True
            raise Killed

    with mock.patch.object(SyncBase, "_sync", call), mock.patch.object(Journal, "note", noted):
        yield counter
