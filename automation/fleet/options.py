"""The command line of the scheduled job."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from automation.settings.options import TRACING, PrintVersion

EPILOG: Final = """\
exit codes:
  0 all orgs up to date, or repaired    1 some failed    2 wrong usage    3 plan has changes (--exit-code)
  75 some must be retried later, none failed    78 wrong orgs file or settings    130 interrupted

The history of all runs:  python -m automation.refresh_sandboxes history [ORG] [--json]
docs/fleet.md explains the orgs file; orgs.example.toml is one to start from.
"""


@dataclass(frozen=True)
class FleetOptions:
    """A parsed command line. ``command`` is run or history; see ``--help`` for the rest."""

    command: str = "run"
    demo: bool = False
    orgs: Path = Path("orgs.toml")
    jobs: int = 2
    only: Sequence[str] = ()
    max_failures: int = 0
    plan: bool = False
    exit_code: bool = False
    force: bool = False
    scheduler: str | None = None
    notify: Sequence[str] = ()
    state: Path | None = None
    output: Path | None = None
    json: bool = False
    verbosity: int = 0
    org: str | None = None
    limit: int = 20
    flags: tuple[str, ...] = ()


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="python -m automation.refresh_sandboxes",
        description="Find the sandboxes that were refreshed, never set up or have drifted, and repair only those.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    made.add_argument("--orgs", type=Path, default=Path("orgs.toml"), metavar="FILE", help="the orgs (default: %(default)s)")
    made.add_argument("--demo", action="store_true", help="start replica orgs, of which some were refreshed, and run on them")
    made.add_argument("--only", action="append", default=[], metavar="NAME", help="only this org (repeatable)")
    made.add_argument("--jobs", type=int, default=2, metavar="N", help="browsers at the same time (default: %(default)s)")
    made.add_argument("--max-failures", type=int, default=0, metavar="N", help="stop starting orgs after N failures")
    made.add_argument("--plan", action="store_true", help="show which orgs need work, and why; change nothing")
    made.add_argument("--exit-code", action="store_true", help="with --plan: exit 3 when an org needs work")
    made.add_argument("--force", action="store_true", help="run the procedure on every org, even if it needs nothing")
    made.add_argument(
        "--scheduler", metavar="ADDRESS", help="Dask scheduler whose workers do the work, tcp://HOST:8786 (extra dask)"
    )
    made.add_argument(
        "--notify", action="append", default=[], metavar="[EVENT=]TARGET",
        help="send a notification on failure (the default), change or always, e.g. always=apprise:env:SLACK (repeatable)",
    )  # fmt: skip
    _add_run(made)
    made.add_argument("--state", type=Path, metavar="FILE", help="SQLite file of the history (default: in the user's state folder)")
    made.add_argument("--json", action="store_true", help="print one JSON object per org on stdout")
    made.add_argument("-v", "--verbose", action="count", default=0, help="show every org and step")
    made.add_argument("-q", "--quiet", action="store_true", help="only failures and the summary")
    made.add_argument("--version", action=PrintVersion)
    return made


def _add_run(made: argparse.ArgumentParser) -> None:
    group = made.add_argument_group("each run in a browser; as for create_app")
    group.add_argument("--output", type=Path, metavar="DIR", help="folder of the run folders (default: runs/<UTC time>-fleet)")
    group.add_argument("--tracing", choices=TRACING, default="retain-on-failure", help="keep a trace (default: %(default)s)")
    group.add_argument("--exact", action="store_true", help="remove scopes and flows that are not configured")
    group.add_argument("--require-permissions", action="store_true", help="fail when a Run As user lacks a right of Appendix C")


def history_parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="python -m automation.refresh_sandboxes history",
        description="Show the last runs, or what happened on one org.",
        allow_abbrev=False,
    )
    made.add_argument("org", nargs="?", help="the org's table in the orgs file")
    made.add_argument("--limit", type=int, default=20, metavar="N", help="at most N lines (default: %(default)s)")
    made.add_argument("--state", type=Path, metavar="FILE", help="SQLite file of the history")
    made.add_argument("--json", action="store_true", help="one JSON object per line")
    return made


def parse_arguments(arguments: Sequence[str]) -> FleetOptions:
    """Parse a command line. Wrong usage ends the process with 2, as argparse does."""
    if arguments and arguments[0] == "history":
        return FleetOptions("history", **vars(history_parser().parse_args(arguments[1:])))
    made = parser()
    given = made.parse_args(arguments)
    if given.jobs < 1 or given.max_failures < 0:
        made.error("--jobs takes 1 or more, --max-failures 0 or more")
    if given.exit_code and not given.plan:
        made.error("--exit-code only makes sense with --plan")
    if given.quiet and given.verbose:
        made.error("-q and -v contradict each other")
    if given.force and given.plan:
        made.error("--force and --plan contradict each other")
    if given.demo and given.scheduler:
        made.error("--demo runs on this machine, without --scheduler")
    if given.scheduler and (given.plan or given.force or given.max_failures):
        made.error("--plan, --force and --max-failures are for one machine, without --scheduler")
    return _options(given)


def _options(given: argparse.Namespace) -> FleetOptions:
    values = vars(given)
    quiet, verbose = values.pop("quiet"), values.pop("verbose")
    flags = ["--tracing", values.pop("tracing")]
    flags += [flag for flag, name in (("--exact", "exact"), ("--require-permissions", "require_permissions")) if values.pop(name)]
    return FleetOptions(**values, verbosity=-1 if quiet else verbose, flags=tuple(flags))
