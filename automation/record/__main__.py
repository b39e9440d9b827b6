"""``python -m automation.record``: do the procedure on an org and keep its pages, anonymous, for replay without the org."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from automation.errors import UsageError
from automation.record import SUFFIX
from automation.run.entry import parse_org_command, run_on_org

if TYPE_CHECKING:
    from automation.report.console import Console
    from automation.report.result import RunResult
    from automation.settings import Settings
    from automation.settings.app_spec import AppSpec
    from automation.settings.options import Options

ABOUT: Final = """\
Do the procedure on one org as automation.create_app does, with the same settings and flags (see its --help), and keep
what the pages looked like: anonymous, without secrets, in one file. Review the page beside the file before you
share it. Replay it without the org: pytest tests/replay --recording FILE
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """The command. Returns the exit code: the run's own, or that of a recording that could not be written."""
    own, rest = parser().parse_known_args(arguments)
    command = parse_org_command(rest)

    def check() -> None:
        if command.list_steps:
            raise UsageError("--list-steps records nothing.", next="Use python -m automation.create_app --list-steps.")
        if own.to is not None and not own.to.name.endswith(SUFFIX):
            raise UsageError(f"--to {own.to}: the name of a recording ends in {SUFFIX}.")

    return run_on_org(command, partial(_record, own.to, own.replace), check)


def parser() -> argparse.ArgumentParser:
    """The command line."""
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


def _record(
    to: Path | None, also: Sequence[str], settings: Settings, spec: AppSpec, options: Options, console: Console
) -> RunResult:
    from automation.record.recorded_run import RecordedRun, review_of

    run = RecordedRun(settings, spec, options, console)
    result = run.perform()
    console.ended(result)
    if result.artifacts is not None:
        written = run.write(result, to or result.artifacts / f"pages{SUFFIX}", also)
        console.note(f"Recording: {written}\nReview it before you share it: {review_of(written)}")
    return result


if __name__ == "__main__":
    sys.exit(main())
