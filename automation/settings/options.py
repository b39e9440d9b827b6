"""The command line of a run on one org: flags to a checked value."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, NoReturn

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Tracing = Literal["on", "off", "retain-on-failure"]
TRACING: Final[tuple[Tracing, ...]] = ("on", "off", "retain-on-failure")
Screenshot = Literal["on", "off", "only-on-failure"]
SCREENSHOT: Final[tuple[Screenshot, ...]] = ("on", "off", "only-on-failure")

EXIT_CODES: Final = """\
exit codes:
  0 done or nothing to do    1 not delivered everywhere, or a bug    2 wrong usage
  3 plan has changes (--exit-code)    65 unexpected page    69 org or login unavailable
  75 try again later    77 not permitted, or a person is needed    78 wrong settings
  130 interrupted

Settings come from .env, the environment and these flags; .env.example explains each.
"""


@dataclass(frozen=True, kw_only=True)
class Options:
    """How a run is done; what it achieves is in the settings.

    Attributes:
        first, last: ``--from`` and ``--until``, ids of steps; None means open.
        slowmo: milliseconds after each browser action.
        output: run folder; None means ``runs/<UTC time>-<host>``.
        allow_production: host that the user confirmed as a production org.
        keep_open: after a failure wait for a person, who may fix it in the window or close it.
        devtools: open the browser's developer tools.
        screenshot: ``on`` takes one for the report after steps that save something and after a failure.
        restarts: how often a run may start over at step 1.1 after an error that this can fix.
    """

    plan: bool = False
    first: str | None = None
    last: str | None = None
    pause_at: str | None = None
    headed: bool = False
    slowmo: float = 0
    tracing: Tracing = "retain-on-failure"
    screenshot: Screenshot = "on"
    output: Path | None = None
    require_permissions: bool = False
    enrol_passkey: bool = False
    keep_open: bool = False
    devtools: bool = False
    allow_production: str | None = None
    verbosity: int = 0
    restarts: int = 1


@dataclass(frozen=True)
class CommandLine:
    """A whole command line: the options of the run, and what only the command itself needs.

    ``overrides``: setting name to text.
    """

    options: Options
    demo: bool = False
    exact: bool = False
    json: bool = False
    list_steps: bool = False
    exit_code: bool = False
    app_file: Path | None = None
    overrides: dict[str, str] = field(default_factory=dict)


class WrongUsage(SystemExit):
    """The command line can't be understood: argparse's own end of a process, which also knows what was wrong."""

    def __init__(self, reason: str) -> None:
        super().__init__(2)
        self.reason = reason


class Parser(argparse.ArgumentParser):
    """A parser that ends with `WrongUsage`."""

    def error(self, message: str) -> NoReturn:
        try:
            super().error(message)
        except SystemExit:
            raise WrongUsage(message) from None


class PrintVersion(argparse.Action):
    """``--version``: prints the installed version and ends the process. Looks it up only then, as that reads files."""

    def __init__(self, option_strings: Sequence[str], dest: str) -> None:
        super().__init__(option_strings, dest, nargs=0, default=argparse.SUPPRESS, help="print the version and exit")

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        print(f"external-client-app-runbook {installed_version()}")
        parser.exit()


def installed_version() -> str:
    """The version of this tool; ``unknown`` where it runs from a checkout that was never installed."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("external-client-app-runbook")
    except PackageNotFoundError:
        return "unknown"


def parser() -> argparse.ArgumentParser:
    made = Parser(
        prog="python -m automation.create_app",
        description="Create the External Client App for Service Board Sync in one org, prove its credentials and deliver them.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    _add_what(made.add_argument_group("what to do"))
    _add_org(made.add_argument_group("the org and the app"))
    _add_browser(made.add_argument_group("browser and debugging"))
    _add_output(made.add_argument_group("output"))
    return made


def _add_what(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--demo", action="store_true", help="start the replica org and run against it")
    group.add_argument("--plan", action="store_true", help="show what would change; change nothing")
    group.add_argument("--exit-code", action="store_true", help="with --plan: exit 3 if something would change")
    group.add_argument("--from", dest="first", metavar="STEP", help="first step to run, e.g. 2.1 (1.1 and 1.2 always run)")
    group.add_argument("--until", dest="last", metavar="STEP", help="last step to run")
    group.add_argument("--list-steps", action="store_true", help="print the documented steps and exit")


def _add_org(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--allow-production", metavar="HOST", help="confirm that HOST is a production org")
    group.add_argument("--app", dest="app_file", type=Path, metavar="FILE", help="TOML file that describes the app")
    group.add_argument("--exact", action="store_true", help="remove scopes and flows that are not configured")
    group.add_argument(
        "--deliver", action="append", metavar="TARGET", help="where key and secret go (repeatable), e.g. dotenv:PATH"
    )
    group.add_argument("--require-permissions", action="store_true", help="fail if the Run As user lacks a right of Appendix C")
    group.add_argument("--enrol-passkey", action="store_true", help="allow creating a software passkey if the org requires one")


def _add_browser(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--headed", action="store_true", help="show the browser")
    group.add_argument("--slowmo", type=float, default=0, metavar="MS", help="wait after each browser action")
    group.add_argument("--browser-channel", metavar="CHANNEL", help="installed browser to use: chrome, msedge, ...")
    group.add_argument("--pause-at", metavar="STEP", help="open Playwright's inspector at this step (implies --headed)")
    group.add_argument(
        "--keep-open",
        action="store_true",
        help="with --headed: keep the browser open after a failure and continue once you have fixed it",
    )
    group.add_argument("--devtools", action="store_true", help="open the browser's developer tools (implies --headed)")
    group.add_argument("--tracing", choices=TRACING, default="retain-on-failure", help="keep a trace (default: %(default)s)")
    group.add_argument(
        "--screenshot", choices=SCREENSHOT, default="on", help="which steps get a screenshot in the report (default: %(default)s)"
    )


def _add_output(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--output", type=Path, metavar="DIR", help="run folder (default: runs/<UTC time>-<host>)")
    group.add_argument("--json", action="store_true", help="print one JSON object on stdout")
    group.add_argument("-v", "--verbose", action="count", default=0, help="verbose output, with stack traces")
    group.add_argument("-q", "--quiet", action="store_true", help="only failures and the outcome")
    group.add_argument("--version", action=PrintVersion)


def parse_command_line(arguments: Sequence[str] | None = None) -> CommandLine:
    """Parse a command line. Raises WrongUsage, which ends the process with 2 as argparse does."""
    made = parser()
    given = made.parse_args(arguments)
    if given.exit_code and not given.plan:
        made.error("--exit-code only makes sense with --plan")
    if given.keep_open and not _headed(given):
        made.error("--keep-open only makes sense with --headed")
    if given.quiet and given.verbose:
        made.error("-q and -v can't be combined")
    if given.slowmo < 0:
        made.error("--slowmo takes milliseconds, 0 or more")
    verbosity = -1 if given.quiet else given.verbose
    options = Options(**_named(Options, given) | {"headed": _headed(given), "verbosity": verbosity})
    texts = {"CREDENTIALS_TO": "\n".join(given.deliver or ()), "BROWSER_CHANNEL": given.browser_channel}
    return CommandLine(options, overrides={name: text for name, text in texts.items() if text}, **_named(CommandLine, given))


def _named(kind: type[DataclassInstance], given: argparse.Namespace) -> dict[str, Any]:
    """What the flags of the same names give for a data class."""
    return {one.name: getattr(given, one.name) for one in fields(kind) if hasattr(given, one.name)}


def _headed(given: argparse.Namespace) -> bool:
    """Whether a window is needed: by --headed, or by what implies it. ``PWDEBUG`` is Playwright's own switch."""
    return bool(given.headed or given.devtools or given.pause_at is not None or os.environ.get("PWDEBUG"))
