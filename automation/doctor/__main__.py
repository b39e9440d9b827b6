"""``python -m automation.doctor``: can this machine and this org do it? One line per check, with its fix.

It changes nothing: it reads files, connects, logs in as a run would, and reads. A login may make the org send a code.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automation.doctor import Check, skipped
from automation.errors import RunbookError, SettingsError, UnexpectedPage
from automation.report.display import one_line, plain
from automation.run.entry import run_command
from automation.secrets import scrub
from automation.settings.options import PrintVersion

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from automation.settings import Settings

MARKS = {"ok": "ok     ", "warning": "warning", "failed": "FAILED ", "skipped": "-      "}


def examine(
    environment: Mapping[str, str],
    dotenv: Path | None,
    *,
    login: bool = True,
    allow_production: str | None = None,
    app: Mapping[str, str] | None = None,
    browser: Browser | None = None,
) -> Iterator[Check]:
    """All checks, each as soon as it is done; a check that needs another one is skipped when that failed.

    Args:
        app: ``ECA_*`` values of an app file.
        browser: one that runs already; otherwise one is started and closed again.
    """
    from automation.doctor import machine, org, settings_files
    from automation.settings import load_settings

    yield machine.python()
    yield machine.packages()
    settings, error = None, None
    try:
        settings = load_settings(environment, dotenv, app=app or {})
    except SettingsError as wrong:
        error = wrong
    yield from settings_files.examine(environment, dotenv, settings, error)
    yield from machine.folders(settings)
    if settings is None:
        for name in ("org.kind", "network.proxy", "network.host", "network.clock", "mailbox", "machine.browser_found", *org.LATER):
            yield skipped(name, "the settings come first")
        return
    broken = None
    for check in _without_browser(settings, allow_production):
        broken = broken or (check.id if check.result == "failed" else None)
        yield check
    yield from _in_a_browser(settings, f"{broken} comes first" if broken else None if login else "--no-login", browser)


def _without_browser(settings: Settings, allow_production: str | None) -> Iterator[Check]:
    from automation.doctor import network, org

    yield org.kind(settings, allow_production)
    yield from network.examine(settings)
    yield network.mailbox(settings)


def _in_a_browser(settings: Settings, no_login: str | None, running: Browser | None) -> Iterator[Check]:
    """Find and start the browser, and, unless there is a reason not to, log in to the org with it."""
    from automation.browser import launched, started_driver
    from automation.doctor import machine, org

    with ExitStack() as stack:
        browser: Browser | RunbookError | None = running
        if browser is None:
            playwright = stack.enter_context(started_driver())
            found = machine.browser_found(playwright, settings)
            yield found
            if found.result == "ok":
                try:
                    browser = stack.enter_context(launched(playwright, settings))
                except RunbookError as error:
                    browser = error
        yield machine.browser_started(browser)
        if no_login is not None:
            yield from org.not_tried(no_login)
        elif browser is None or isinstance(browser, RunbookError):
            yield from org.not_tried("the browser comes first")
        else:
            yield from org.inside(browser, settings)


def line(check: Check) -> str:
    """One check as a line of text, with its fix on the next one."""
    fix = f"\n        {plain(check.fix)}" if check.fix and check.result in ("warning", "failed") else ""
    return f"{MARKS[check.result]} {check.id}: {plain(check.message)}{fix}"


def exit_code(checks: Sequence[Check]) -> int:
    """That of the first check that failed; 0 when none did."""
    return next((check.exit_code for check in checks if check.result == "failed"), 0)


def as_json(checks: Sequence[Check], error: RunbookError | None = None) -> dict[str, Any]:
    """The object of ``--json``. ``error``: what ended the command before all checks were done."""
    ended = None if error is None else {"kind": error.kind, "message": scrub(error.message), "next": scrub(error.next)}
    code = exit_code(checks) if error is None else error.exit_code
    return {"schema": 1, "exit_code": code, "checks": list(map(vars, checks)), "error": ended}


def main(arguments: Sequence[str] | None = None) -> int:
    """The command. Returns the exit code."""
    given = parser().parse_args(arguments)
    checks: list[Check] = []

    def printed(error: RunbookError | None = None) -> None:
        if given.json:
            print(one_line(json.dumps(as_json(checks, error), ensure_ascii=False)))

    def work() -> int:
        for check in _examine(given):
            checks.append(check)
            print(line(check), file=sys.stderr, flush=True)
        printed()
        return exit_code(checks)

    return run_command(work, verbose=given.verbose, also=printed)


def _examine(given: argparse.Namespace) -> Iterator[Check]:
    from automation.settings.app_spec import AppFile

    app = AppFile.read(given.app).settings if given.app is not None else {}
    return examine(os.environ, Path(".env"), login=not given.no_login, allow_production=given.allow_production, app=app)


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(
        prog="python -m automation.doctor",
        description="Check machine, settings, network, mailbox and org, and show how to fix each problem. Changes nothing.",
        epilog=f"The exit code is that of the first check that failed, as of a run; 0 when none did, {UnexpectedPage.exit_code} "
        "when a page was not recognized.",
        allow_abbrev=False,
    )
    made.add_argument("--json", action="store_true", help="print one JSON object on stdout")
    made.add_argument("--no-login", action="store_true", help="skip the login")
    made.add_argument("--allow-production", metavar="HOST", help="confirm that HOST is a production org")
    made.add_argument("--app", type=Path, metavar="FILE", help="TOML file with the app's configuration")
    made.add_argument("--version", action=PrintVersion)
    made.add_argument("-v", "--verbose", action="store_true", help="show stack traces")
    return made


if __name__ == "__main__":
    sys.exit(main())
