"""``python -m automation.create_app``: the whole procedure on one org.

`create_app` is the core, for this command, for the scheduled job over many orgs, and for tests; `main` is the command.
Heavy imports (browser, HTTP, rich) are inside functions: ``--help`` has to be there at once.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from automation.errors import RunbookError
from automation.options import CommandLine, Options, WrongUsage, parse

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from automation.app_spec import AppFile, AppSpec
    from automation.report.console import Console
    from automation.result import RunResult
    from automation.settings import Settings


def create_app(
    settings: Settings, spec: AppSpec, options: Options, console: Console, *, browser: Browser | None = None
) -> RunResult:
    """Do the procedure on one org.

    Args:
        console: told of every step; use one with ``verbosity=-1`` and a stream of your own to keep it quiet.
        browser: a running browser with the right proxy and certificates; one is started when left out.

    Returns:
        How it ended. Every foreseen failure is in its ``error``, not raised.
    """
    from automation.one_run import OneRun

    return OneRun(settings, spec, options, console, browser).perform()


def main(arguments: Sequence[str] | None = None) -> int:
    """The command. Returns the exit code."""
    command = _parse(sys.argv[1:] if arguments is None else arguments)
    if command.list_steps:
        return _list_steps()
    from automation.interrupts import signals_as_interrupt
    from automation.report.console import Console
    from automation.terminal import quiet_crashes, telling_log

    console = Console(command.options.verbosity)
    told = _print_json if command.json else lambda _: None
    quiet_crashes(verbose=command.options.verbosity > 0, also=lambda fault: told(_failed_early(fault)))
    with telling_log(console), signals_as_interrupt():
        result = _guarded(command, console)
    told(result)
    return result.exit_code(plan_exit_code=command.exit_code)


def _parse(arguments: Sequence[str]) -> CommandLine:
    """The command line; a wrong one is told on stdout too where ``--json`` asks for an object, and ends the process."""
    from automation.errors import UsageError

    try:
        return parse(arguments)
    except WrongUsage as wrong:
        if "--json" in arguments:
            _print_json(_failed_early(UsageError(f"{wrong.said[:1].upper()}{wrong.said[1:]}.")))
        raise


def _guarded(command: CommandLine, console: Console) -> RunResult:
    """Run the command; what fails before an org is known becomes a result too."""
    from automation.errors import Interrupted

    try:
        return _run(command, console)
    except RunbookError as error:
        failure = error
    except KeyboardInterrupt:
        failure = Interrupted("Stopped by a person.")
    console.error(failure)
    return _failed_early(failure)


def _run(command: CommandLine, console: Console) -> RunResult:
    from automation.app_spec import AppFile, AppSpec

    _check_steps(command.options)
    app = AppFile.read(command.app_file) if command.app_file is not None else None
    with _settings(command, app, console) as settings:
        spec = AppSpec.from_settings(settings, exact=command.exact, app=app)
        result = create_app(settings, spec, command.options, console)
        console.ended(result)
        return result


@contextmanager
def _settings(command: CommandLine, app: AppFile | None, console: Console) -> Iterator[Settings]:
    """The user's settings, or with ``--demo`` those of a replica that lives as long as the context."""
    from automation.settings import load_settings

    texts = app.settings if app is not None else {}
    with ExitStack() as stack:
        if command.demo:
            from automation.demo import demo_environment

            environment = stack.enter_context(demo_environment(console))
            yield load_settings(environment, None, command.overrides, texts)
        else:
            yield load_settings(overrides=command.overrides, app=texts)


def _check_steps(options: Options) -> None:
    """Refuse ids of steps that do not exist, and ranges without a step. Raises UsageError."""
    from automation.errors import UsageError

    flags = {"--from": options.first, "--until": options.last, "--pause-at": options.pause_at}
    given = {flag: wanted for flag, wanted in flags.items() if wanted is not None}
    if not given:
        return
    from automation.step_list import all_steps

    known = [step.id for step in all_steps()]
    for flag, wanted in given.items():
        if wanted not in known:
            raise UsageError(f"{flag} {wanted}: there is no such step; there are {', '.join(known)}.", next="See --list-steps.")
    if options.first and options.last and known.index(options.first) > known.index(options.last):
        raise UsageError(f"--from {options.first} comes after --until {options.last}: there is no step to do.")


def _list_steps() -> int:
    from automation.step_list import steps_as_text

    print(steps_as_text())
    return 0


def _print_json(result: RunResult) -> None:
    from automation.report.json_result import json_line

    print(json_line(result))


def _failed_early(error: RunbookError) -> RunResult:
    from automation.org_state import OrgState
    from automation.result import RunResult

    return RunResult("failed", None, OrgState(host=""), (), 0.0, error=error)


if __name__ == "__main__":
    sys.exit(main())
