"""One run on one org: guard, lock, browser, attempts, and what is left of it."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from playwright.sync_api import Browser, Page
from playwright.sync_api import Error as PlaywrightError

from automation.app_spec import AppSpec
from automation.artifacts import Recorder, make_run_folder
from automation.browser import open_browser
from automation.errors import Interrupted, RunbookError
from automation.journal import Journal
from automation.lock import org_lock
from automation.options import Options
from automation.org_state import OrgState
from automation.production import require_named
from automation.report.console import Console
from automation.report.files import write_reports
from automation.report.record import Recording
from automation.result import RunResult, outcome_of
from automation.run import Observer, Runner, Selection, StepResult
from automation.settings import Settings
from automation.step_list import all_steps
from automation.watchers import HostGuard, Pause
from automation.workbench import Workbench, workbench


@dataclass
class RunFiles:
    """The run folder and who writes into it."""

    folder: Path
    journal: Journal
    recorder: Recorder
    recording: Recording

    @classmethod
    def make(cls, settings: Settings, options: Options) -> RunFiles:
        """Make the folder. Raises UsageError when that is impossible."""
        folder = make_run_folder(settings.host, options.output)
        recording = Recording(folder, options.pictures, banner=options.headed)
        return cls(folder, Journal(folder / "journal.jsonl"), Recorder(folder, options.tracing), recording)


@dataclass
class OneRun:
    """What a run holds while it goes on; see `create_app.create_app` for the arguments."""

    settings: Settings
    spec: AppSpec
    options: Options
    console: Console
    browser: Browser | None = None

    def __post_init__(self) -> None:
        self.state = OrgState(host=self.settings.host, tell=self.console.waiting, rights_required=self.options.require_permissions)
        self.steps: list[StepResult] = []
        self.files: RunFiles | None = None

    def perform(self) -> RunResult:
        """Do it all; foreseen failures are in the result."""
        started = time.monotonic()
        error: RunbookError | None = None
        try:
            self._guarded()
        except RunbookError as known:
            error = known
        except KeyboardInterrupt:
            error = Interrupted("Stopped by a person.")
        finally:
            self.console.close()
        return self._result(error, time.monotonic() - started)

    def _guarded(self) -> None:
        require_named(self.settings.host, self.options.allow_production)
        with ExitStack() as locks:
            locks.enter_context(org_lock(_lock_name(self.settings)))
            files = self.files = RunFiles.make(self.settings, self.options)
            files.journal.note("run_begun", host=self.settings.host, app=self.spec.api_name, plan=self.options.plan)
            browser = self.browser or locks.enter_context(self._browser())
            self._attempts(browser, files, locks)

    def _browser(self) -> AbstractContextManager[Browser]:
        return open_browser(self.settings, headed=self.options.headed, slowmo=self.options.slowmo)

    def _attempts(self, browser: Browser, files: RunFiles, locks: ExitStack) -> None:
        """Start over at step 1.1 after an error that this can cure: every step reads before it acts, so that is safe."""
        left = self.options.restarts
        guard = HostGuard(self.settings, self.options, self.state, locks, {_lock_name(self.settings)})
        while True:
            try:
                return self._attempt(browser, files, guard)
            except RunbookError as error:
                if not error.restart or left <= 0:
                    raise
                left -= 1
                self.console.note(f"{error.message} Starting over at step 1.1.")
                files.journal.note("starting_over", kind=error.kind, step=error.step)

    def _attempt(self, browser: Browser, files: RunFiles, guard: HostGuard) -> None:
        files.recorder = files.recorder.again()
        tools = (browser, self.settings, self.spec, self.options, self.state, self.console, files.recorder)
        with workbench(*tools) as bench:
            runner = Runner(bench.toolbox, self._observers(bench, files, guard), self.options.plan, self._selection())
            try:
                runner.run(all_steps())
            except RunbookError as error:
                self._keep_evidence(error, bench)
                raise
            finally:
                self.steps = merged(self.steps, runner.results)

    def _observers(self, bench: Workbench, files: RunFiles, guard: HostGuard) -> list[Observer]:
        measured = files.recording.attach(bench.page, bench.recorder)
        observers: list[Observer] = [*measured, files.journal, bench.recorder, self.console, guard]
        if self.options.pause_at is not None:
            observers.append(Pause(self.options.pause_at, bench.page))
        return observers

    def _selection(self) -> Selection:
        return Selection(self.options.first, self.options.last)

    def _keep_evidence(self, error: RunbookError, bench: Workbench) -> None:
        if not isinstance(error, Interrupted) and error.evidence is None:
            folder = bench.recorder.collect_evidence()
            error.evidence = str(folder) if folder is not None else None
        if self.options.keep_open and self.options.headed:
            self.console.note("The window stays open; close it to end the run.")
            _until_closed(bench.page)

    def _result(self, error: RunbookError | None, seconds: float) -> RunResult:
        outcome = outcome_of(self.steps, self.state, error, plan=self.options.plan)
        result = RunResult(outcome, self.spec, self.state, tuple(self.steps), seconds, error=error)
        if self.files is None:
            return result
        traces = self.files.recorder.finish(failed=error is not None)
        record = self.files.recording.finished()
        result = replace(result, artifacts=self.files.folder, traces=tuple(traces), record=record)
        self.files.journal.note("run_ended", outcome=outcome, kind=error.kind if error is not None else None)
        write_reports(result, self.files.folder)
        return result


def merged(before: list[StepResult], after: list[StepResult]) -> list[StepResult]:
    """Results over several attempts: the last one counts, but what an earlier one changed stays told as changed."""
    changed = {step.id: step for step in before if step.result == "changed"}
    return [_kept(changed.get(step.id), step) for step in after]


def _kept(earlier: StepResult | None, step: StepResult) -> StepResult:
    if earlier is None or step.result not in ("unchanged", "skipped"):
        return step
    return replace(earlier, seconds=round(earlier.seconds + step.seconds, 3))


def _lock_name(settings: Settings) -> str:
    """The org's host; before a login on a host of all orgs, with the user who logs in there."""
    from automation.access.hosts import is_my_domain

    return settings.host if is_my_domain(settings.host) else f"{settings.host}--{settings.sf_username or 'session'}"


def _until_closed(page: Page) -> None:
    try:
        page.wait_for_event("close", timeout=0)
    except PlaywrightError:
        return  # closed with its browser
