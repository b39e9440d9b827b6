"""One browser session on the org of ``--org``, in which the documented steps are done one by one."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from automation.artifacts import ArtifactsRecorder, make_run_folder
from automation.errors import RunbookError
from automation.record.recorded_run import RecordedRun
from automation.record.tape import Tape
from automation.record.watching import watching
from automation.report.console import Console
from automation.report.result import RunResult
from automation.run.guards import HostGuard, org_lock, require_named
from automation.settings import Settings
from automation.settings.app_spec import AppSpec
from automation.settings.options import Options
from automation.steps import Observer, StepResult
from automation.steps.runner import Runner
from flows.app.state import OrgState
from flows.attempt import Attempt, begun_attempt

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from automation.steps import Step

T = TypeVar("T")


@dataclass
class OrgSession:
    """A run that goes on between tests.

    Attributes:
        printed: what people would see of the run.
    """

    settings: Settings
    spec: AppSpec
    state: OrgState
    attempt: Attempt
    runner: Runner
    printed: io.StringIO
    done: dict[str, StepResult] = field(default_factory=dict)
    tape: Tape | None = None

    def perform(self, step: Step) -> StepResult:
        """Do one step. Raises its error; a recording then ends with what the step was looking for."""
        try:
            self.runner.run([step])
        except RunbookError as error:
            if self.tape is not None:
                self.tape.failed(error, self.attempt.page, self.attempt.labels)
            raise
        self.done[step.id] = self.runner.results[-1]
        return self.done[step.id]

    def tool(self, kind: type[T]) -> T:
        """A page object, or another tool of the steps, by its type."""
        found = [one for one in (*vars(self.attempt).values(), *vars(self.attempt.app).values()) if isinstance(one, kind)]
        return next((one for one in found if type(one) is kind), found[0])


@contextmanager
def org_session(
    browser: Browser, settings: Settings, spec: AppSpec, folder: Path | None = None, recording: Path | None = None
) -> Iterator[OrgSession]:
    """Open a session.

    Args:
        folder: the run folder; None makes one in ``runs/``.
        recording: where a recording of what was met goes; None records nothing.

    Raises:
        ProductionRefused: the org may be a production org; here there is no way to allow it.
    """
    require_named(settings.host, None)
    options = Options(tracing="off", output=make_run_folder(settings.host, folder), restarts=0, verbosity=-1)
    state, printed, tape = OrgState(host=settings.host), io.StringIO(), Tape()
    console = Console(stream=printed)
    recorder = ArtifactsRecorder(options.output or Path(), "off")
    with ExitStack() as stack:
        stack.enter_context(org_lock(settings.host))
        if recording is not None:
            stack.enter_context(watching(tape.looked))
        attempt = stack.enter_context(begun_attempt(browser, settings, spec, options, state, recorder, console.note))
        tape.attach(recorder)
        guard = HostGuard(attempt, stack, {settings.host})
        observers: list[Observer] = [*([tape] if recording is not None else []), recorder, console, guard]
        session = OrgSession(settings, spec, state, attempt, Runner(attempt, observers), printed)
        session.tape = tape if recording is not None else None
        yield session
    if recording is not None:
        run = RecordedRun(settings, spec, options, console, tape=tape)
        run.state = state
        run.write(RunResult("changed", spec, state, tuple(session.done.values()), 0.0), recording)
