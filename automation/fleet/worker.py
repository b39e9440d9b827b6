"""One run on one org in a process of its own: ``python -m automation.fleet.worker --orgs FILE NAME``.

Started by `repair`. It gets the org's name and looks up settings and secrets itself, so nothing secret passes between
processes. It writes its steps and its end as JSON lines on standard output. When its standard input ends, whoever
started it has ended, and it ends its run cleanly. What follows the name are flags of ``create_app``.
"""

from __future__ import annotations

import _thread
import argparse
import io
import json
import os
import signal
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Any

from automation.errors import Interrupted, RunbookError
from automation.fleet.orgs import Org
from automation.fleet.orgs_file import OrgsFile
from automation.fleet.outcome import of_error
from automation.report.console import Console
from automation.report.display import one_line
from automation.report.result import RunResult
from automation.secrets import scrub
from automation.secrets.child_environment import forget_debugging
from automation.settings.options import CommandLine, parse_command_line
from automation.steps import Step, StepResult


@dataclass
class EventWriter(Console):
    """A console that nobody sees: steps and waits go to the parent as events."""

    verbosity: int = -1
    stream: io.StringIO = field(default_factory=io.StringIO)
    lines: IO[str] = field(default_factory=lambda: sys.stdout)

    def write(self, event: str, **values: Any) -> None:
        """One event, on one line."""
        print(one_line(scrub(json.dumps({"event": event, **values}, ensure_ascii=False))), file=self.lines, flush=True)

    def step_started(self, step: Step) -> None:
        self.write("step", id=step.id, title=step.title)

    def step_ended(self, result: StepResult) -> None:
        self.write("step_ended", id=result.id, result=result.result, login=result.step.login)

    def waiting(self, text: str) -> None:
        self.write("waiting", text=text)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, write events, and answer the exit code of the run."""
    from automation.run.terminal import short_tracebacks
    from automation.steps.interrupts import signals_as_interrupt

    made = argparse.ArgumentParser(
        "python -m automation.fleet.worker", description="One run on one org of an orgs file.", allow_abbrev=False
    )
    made.add_argument("name", help="the org's table in the orgs file")
    made.add_argument("--orgs", type=Path, required=True, metavar="FILE")
    made.add_argument("--lock-wait", type=float, default=0.0, metavar="SECONDS")
    given, flags = made.parse_known_args(arguments)
    command = parse_command_line(flags)
    forget_debugging()
    console = EventWriter(lines=_own_output())
    short_tracebacks(verbose=True)
    with signals_as_interrupt():
        _end_with_parent()
        line, exit_code = _run(given, command, console)
    console.write("end", line=line, exit_code=exit_code)
    return exit_code


def _run(given: argparse.Namespace, command: CommandLine, console: EventWriter) -> tuple[dict[str, Any], int]:
    from automation.report.json_result import as_json

    org = OrgsFile.read(given.orgs).org(given.name)
    try:
        result = _create(org, given.lock_wait, command, console)
    except RunbookError as error:
        failure = error
    except KeyboardInterrupt:
        failure = Interrupted("Interrupted before the run began.")
    else:
        return as_json(result), result.exit_code()
    outcome = of_error(org, failure)
    return outcome.line, outcome.exit_code


def _create(org: Org, lock_wait: float, command: CommandLine, console: EventWriter) -> RunResult:
    from automation.run.guards import org_lock
    from automation.run.one_run import OneRun

    settings = org.settings()
    options = replace(command.options, allow_production=org.allow_production, verbosity=-1)
    if lock_wait:
        with org_lock(org.host, lock_wait):
            pass  # a run that lost its parent is ending; its lock is free now
    return OneRun(settings, org.spec(settings, exact=command.exact), options, console).perform()


def _own_output() -> IO[str]:
    """Standard output for events alone; whatever else prints goes to standard error."""
    lines = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return lines


def _end_with_parent() -> None:
    """Interrupt this process once its standard input ends. Programs that it starts get none."""
    watched = os.dup(0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)

    def watch() -> None:
        while os.read(watched, 1):
            continue
        if sys.platform == "win32":  # os.kill would end the process at once
            _thread.interrupt_main(signal.SIGTERM)
        else:
            os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="parent", daemon=True).start()


if __name__ == "__main__":
    sys.exit(main())
