"""How every command begins and ends: crashes in one line, Ctrl-C, settings and app, and the object of ``--json``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from automation.errors import Interrupted, RunbookError, UsageError
from automation.settings.options import CommandLine, Options, WrongUsage, parse_command_line

if TYPE_CHECKING:
    from automation.report.console import Console
    from automation.report.result import RunResult
    from automation.settings import Settings
    from automation.settings.app_spec import AppSpec

    Perform = Callable[[Settings, AppSpec, Options, Console], RunResult]


def print_error(error: RunbookError) -> None:
    """Print an error and what to do about it on stderr, without secrets."""
    from automation.report.display import plain
    from automation.secrets import scrub

    print(scrub(f"{plain(f'Error: {error.message}')}\n{plain(f'Next: {error.next}')}"), file=sys.stderr)


def run_command(
    work: Callable[[], int],
    *,
    verbose: bool,
    show: Callable[[RunbookError], None] = print_error,
    also: Callable[[RunbookError], None] = lambda _: None,
) -> int:
    """Do a command's work and return its exit code, whatever ends it.

    Args:
        verbose: whether an unforeseen exception is shown with its stack trace.
        also: gets every error too, unforeseen ones included, so that ``--json`` always has its object.
    """
    from automation.run.terminal import print_any_text, short_tracebacks
    from automation.secrets.child_environment import forget_debugging
    from automation.steps.interrupts import signals_as_interrupt

    forget_debugging()
    print_any_text()
    short_tracebacks(verbose=verbose, also=also)
    with signals_as_interrupt():
        try:
            return work()
        except RunbookError as error:
            failure = error
        except KeyboardInterrupt:
            failure = Interrupted("Interrupted.")
    show(failure)
    also(failure)
    return failure.exit_code


def parse_org_command(arguments: Sequence[str]) -> CommandLine:
    """The command line of a run on one org. A wrong one ends the process; with ``--json`` there is an object for it too."""
    try:
        return parse_command_line(arguments)
    except WrongUsage as wrong:
        if "--json" in arguments:
            _print_json(failed_early(UsageError(f"{wrong.reason[:1].upper()}{wrong.reason[1:]}.")))
        raise


def run_on_org(command: CommandLine, perform: Perform | None = None, check: Callable[[], None] = lambda: None) -> int:
    """Load settings and app of a command for one org, perform its run, and return the exit code.

    Args:
        perform: does the run, if not as `one_run.perform`.
        check: raises UsageError for what is wrong with the command line, before settings are read.
    """
    from automation.report.console import Console
    from automation.run.terminal import log_to_console

    console = Console(command.options.verbosity)
    printed = _print_json if command.json else lambda _: None

    def work() -> int:
        check()
        _check_steps(command.options)
        with _settings_and_app(command, console) as (settings, spec):
            from automation.run import one_run  # as late as this: it loads a browser's library

            result = (perform or one_run.perform)(settings, spec, command.options, console)
        printed(result)
        return result.exit_code(plan_exit_code=command.exit_code)

    with log_to_console(console):
        return run_command(
            work, verbose=command.options.verbosity > 0, show=console.error, also=lambda error: printed(failed_early(error))
        )


@contextmanager
def _settings_and_app(command: CommandLine, console: Console) -> Iterator[tuple[Settings, AppSpec]]:
    """The user's settings, or with ``--demo`` those of a replica that lives as long as the context, and the configured app."""
    from automation.run.demo import demo_environment
    from automation.settings import load_settings
    from automation.settings.app_spec import AppFile, AppSpec

    app = AppFile.read(command.app_file) if command.app_file is not None else AppFile({}, {})
    with demo_environment(console) if command.demo else nullcontext() as environment:
        settings = load_settings(environment, None if command.demo else Path(".env"), command.overrides, app.settings)
        yield settings, AppSpec.from_settings(settings, exact=command.exact, app=app)


def _check_steps(options: Options) -> None:
    """Refuse numbers of steps that do not exist, and ranges without a step. Raises UsageError."""
    flags = {"--from": options.first, "--until": options.last, "--pause-at": options.pause_at}
    given = {flag: wanted for flag, wanted in flags.items() if wanted is not None}
    if not given:
        return
    from flows.procedure import all_steps

    known = [step.id for step in all_steps()]
    for flag, wanted in given.items():
        if wanted not in known:
            raise UsageError(f"{flag} {wanted}: there is no such step; there are {', '.join(known)}.", next="See --list-steps.")
    if options.first and options.last and known.index(options.first) > known.index(options.last):
        raise UsageError(f"--from {options.first} comes after --until {options.last}: there is no step to do.")


def failed_early(error: RunbookError) -> RunResult:
    """The result of a run that failed before its org was known."""
    from automation.report.result import RunResult
    from flows.app.state import OrgState

    return RunResult("failed", None, OrgState(host=""), (), 0.0, error=error)


def _print_json(result: RunResult) -> None:
    from automation.report.json_result import json_line

    print(json_line(result))
