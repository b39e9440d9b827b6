"""One run on one org: guard, lock, browser, attempts, and what it leaves."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from playwright.sync_api import Browser

from automation.artifacts import ArtifactsRecorder
from automation.artifacts.run_folder import JOURNAL, Journal, make_run_folder
from automation.browser import open_browser
from automation.errors import Interrupted, RunbookError
from automation.report.console import Console
from automation.report.files import write_reports
from automation.report.result import RunResult, outcome_of, unsaved
from automation.report.screenshots import Details, Screenshots
from automation.run.banner import Banner, pointing
from automation.run.guards import HostGuard, Pause, org_lock, patient, require_named
from automation.run.person import Person
from automation.settings import Settings
from automation.settings.app_spec import AppSpec
from automation.settings.options import Options
from automation.steps import Observer, Step, StepResult
from automation.steps.runner import Runner, Selection
from flows.app.delivered_pair import check_files
from flows.app.state import OrgState
from flows.attempt import Attempt, begun_attempt
from flows.pages.suggestions import suggest_labels
from flows.procedure import all_steps


def perform(settings: Settings, spec: AppSpec, options: Options, console: Console) -> RunResult:
    """Do a run and show its end on the console."""
    result = OneRun(settings, spec, options, console).perform()
    console.ended(result)
    return result


@dataclass
class RunFiles:
    """The run folder and who writes into it."""

    folder: Path
    journal: Journal
    recorder: ArtifactsRecorder
    details: Details


@dataclass
class OneRun:
    """A run of the procedure, and what it holds while it goes on.

    Args:
        console: shows every step; use one with ``verbosity=-1`` and a stream of your own to keep it quiet.
        browser: a running browser with the right proxy and certificates; one is started when left out.
    """

    settings: Settings
    spec: AppSpec
    options: Options
    console: Console
    browser: Browser | None = None

    def __post_init__(self) -> None:
        if self.options.headed and os.environ.get("PWDEBUG"):
            self.settings = patient(self.settings)
        self.state = OrgState(
            host=self.settings.host, notify=self.console.waiting, rights_required=self.options.require_permissions
        )
        self.selection = Selection(self.options.first, self.options.last)
        self.steps: list[StepResult] = []
        self.round: list[StepResult] = []
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
        check_files(self.settings, self.spec)
        with ExitStack() as locks:
            locks.enter_context(org_lock(_lock_name(self.settings)))
            options, folder = self.options, make_run_folder(self.settings.host, self.options.output)
            details = Details(Screenshots(folder, options.screenshot, banner=options.headed))
            files = RunFiles(folder, Journal(folder / JOURNAL), ArtifactsRecorder(folder, options.tracing), details)
            self.files = files
            files.journal.note("run_begun", host=self.settings.host, app=self.spec.api_name, plan=self.options.plan)
            begin, first = self.selection.begin, self.selection.first
            if begin != first:
                self.console.note(f"Beginning at step {begin}: step {first} goes on with what that one opens.")
            started = open_browser(self.settings, headed=options.headed, slowmo=options.slowmo, devtools=options.devtools)
            browser = self.browser or locks.enter_context(started)
            self._attempts(browser, files, locks)

    def _attempts(self, browser: Browser, files: RunFiles, locks: ExitStack) -> None:
        """Start over at step 1.1 after an error that this can fix: every step reads before it acts, so that is safe."""
        left = self.options.restarts
        self.locked = {_lock_name(self.settings)}
        while True:
            try:
                return self._attempt(browser, files, locks, last=left <= 0)
            except RunbookError as error:
                if not error.restart or left <= 0:
                    raise
                left -= 1
                self.round = []
                self.console.note(f"{error.message} Starting over at step 1.1.")
                files.journal.note("starting_over", kind=error.kind, step=error.step)

    def _attempt(self, browser: Browser, files: RunFiles, locks: ExitStack, *, last: bool) -> None:
        files.recorder = files.recorder.again()
        tools = (browser, self.settings, self.spec, self.options, self.state, files.recorder, self.console.note)
        with begun_attempt(*tools) as attempt, self._watched(attempt) as banner:
            person = Person(attempt.page, banner, self.console.note) if banner is not None and self.options.keep_open else None
            guard = HostGuard(attempt, locks, self.locked)
            observers = [*filter(None, [person]), *self._observers(attempt, files, guard, banner)]
            todo: Sequence[Step] = all_steps()
            while todo:
                todo = self._round(todo, attempt, observers, person, last=last)

    def _round(
        self, todo: Sequence[Step], attempt: Attempt, observers: list[Observer], person: Person | None, *, last: bool
    ) -> Sequence[Step]:
        """Do these steps; answers those to do again after a person has fixed what failed."""
        ahead = {step.id for step in todo}
        done = [result for result in self.round if result.id not in ahead]
        runner = Runner(attempt, observers, self.options.plan, self.selection, results=done)
        try:
            runner.run(todo)
        except RunbookError as met:
            error = attempt.explained(met)
            self._keep_evidence(error, attempt)
            again = person.fixes(error, all_steps()) if person is not None and (last or not error.restart) else None
            if again is None:
                raise error from None
            return again
        finally:
            self.round = runner.results
            self.steps = merged(self.steps, runner.results)
        return ()

    @contextmanager
    def _watched(self, attempt: Attempt) -> Iterator[Banner | None]:
        """With a visible browser, the banner, and the outline of what is used."""
        if not self.options.headed:
            yield None
            return
        banner = Banner([step.id for step in all_steps()])
        banner.attach(attempt.page.context)
        with pointing(banner):
            yield banner

    def _observers(self, attempt: Attempt, files: RunFiles, guard: HostGuard, banner: Banner | None) -> list[Observer]:
        measured = files.details.attach(attempt.page, attempt.recorder)
        observers: list[Observer] = [*measured, files.journal, attempt.recorder, self.console, guard]
        if banner is not None:
            observers.append(banner)
        if self.options.pause_at is not None:
            observers.append(Pause(self.options.pause_at, attempt.page))
        return observers

    def _keep_evidence(self, error: RunbookError, attempt: Attempt) -> None:
        if not isinstance(error, Interrupted) and error.evidence is None:
            folder = attempt.recorder.collect_evidence()
            error.evidence = str(folder) if folder is not None else None
            if folder is not None:
                suggest_labels(error, attempt.labels, folder, private=not attempt.recorder.recording_allowed)

    def _result(self, error: RunbookError | None, seconds: float) -> RunResult:
        outcome = outcome_of(self.steps, self.state, error, plan=self.options.plan)
        filled = unsaved(self.steps) if outcome in ("changed", "unchanged") else None
        if filled is not None:
            self.state.notes.append(f"What step {filled} filled in was not saved: the run ended before the step that saves it.")
        result = RunResult(outcome, self.spec, self.state, tuple(self.steps), seconds, error=error)
        if self.files is None:
            return result
        traces = self.files.recorder.finish(failed=error is not None)
        result = replace(result, artifacts=self.files.folder, traces=tuple(traces), details=self.files.details)
        self.files.journal.note("run_ended", outcome=outcome, kind=error.kind if error is not None else None)
        try:
            write_reports(result, self.files.folder)
        except OSError as trouble:  # a full disk must not turn a run that delivered into one that crashed
            self.state.notes.append(f"The report could not be written: {trouble.strerror}.")
        return result


def merged(before: list[StepResult], after: list[StepResult]) -> list[StepResult]:
    """Results over several attempts: the last one counts, but what an earlier one changed stays reported as changed."""
    changed = {step.id: step for step in before if step.result == "changed"}
    return [_kept(changed.get(step.id), step) for step in after]


def _kept(earlier: StepResult | None, step: StepResult) -> StepResult:
    if earlier is None or step.result not in ("unchanged", "skipped"):
        return step
    return replace(earlier, seconds=round(earlier.seconds + step.seconds, 3))


def _lock_name(settings: Settings) -> str:
    """The org's host; before a login on a host of all orgs, with the user who logs in there."""
    from automation.salesforce.hosts import is_my_domain

    return settings.host if is_my_domain(settings.host) else f"{settings.host}--{settings.sf_username or 'session'}"
