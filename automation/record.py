"""``python -m automation.record``: do the procedure on an org and keep its pages, anonymous, for replay without the org."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from automation.errors import RunbookError, UsageError
from automation.options import CommandLine, parse

if TYPE_CHECKING:
    from automation.app_spec import AppFile
    from automation.report.console import Console
    from automation.settings import Settings

SUFFIX: Final = ".recording.zip"

ABOUT: Final = """\
Do the procedure on one org as automation.create_app does, with the same settings and flags (see its --help), and keep
what the pages looked like: anonymous, without secrets, in one file. Look through the page beside the file before you
hand it round. Replay it without the org: pytest tests/replay --recording FILE
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """The command. Returns the exit code: the run's own, or that of a recording that could not be written."""
    own, rest = _parser().parse_known_args(arguments)
    command = parse(rest)
    from automation.interrupts import signals_as_interrupt
    from automation.report.console import Console
    from automation.terminal import quiet_crashes, telling_log

    console = Console(command.options.verbosity)
    quiet_crashes(verbose=command.options.verbosity > 0)
    with telling_log(console), signals_as_interrupt():
        try:
            return _record(command, console, own.to, own.replace)
        except RunbookError as error:
            console.error(error)
            return error.exit_code


def _parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="python -m automation.record",
        description=ABOUT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    made.add_argument("--to", type=Path, metavar="FILE", help=f"the recording, *{SUFFIX} (default: in the run folder)")
    made.add_argument(
        "--replace",
        action="append",
        default=[],
        metavar="NAME",
        help="a further name to replace, of a person or company (repeatable)",
    )
    return made


def _record(command: CommandLine, console: Console, to: Path | None, also: Sequence[str]) -> int:
    from automation.app_spec import AppFile, AppSpec
    from automation.recording.recorded_run import RecordedRun, review_of

    if command.list_steps:
        raise UsageError("--list-steps records nothing.", next="Use python -m automation.create_app --list-steps.")
    if to is not None and not to.name.endswith(SUFFIX):
        raise UsageError(f"--to {to}: the name of a recording ends in {SUFFIX}.")
    app = AppFile.read(command.app_file) if command.app_file is not None else None
    with _settings(command, app, console) as settings:
        spec = AppSpec.from_settings(settings, exact=command.exact, app=app)
        run = RecordedRun(settings, spec, command.options, console)
        result = run.perform()
        console.ended(result)
        if result.artifacts is not None:
            written = run.write(result, to or result.artifacts / f"pages{SUFFIX}", also)
            console.note(f"Recording: {written}\nLook it through before you hand it round: {review_of(written)}")
    if command.json:
        from automation.report.json_result import json_line

        print(json_line(result))
    return result.exit_code(plan_exit_code=command.exit_code)


@contextmanager
def _settings(command: CommandLine, app: AppFile | None, console: Console) -> Iterator[Settings]:
    """The user's settings, or with ``--demo`` those of a replica."""
    from automation.settings import load_settings

    with ExitStack() as stack:
        if command.demo:
            from automation.demo import demo_environment

            yield load_settings(stack.enter_context(demo_environment(console)), None, command.overrides)
        else:
            yield load_settings(overrides=command.overrides, app=app.settings if app is not None else {})


if __name__ == "__main__":
    sys.exit(main())
