"""``python -m automation.create_app``: the whole procedure on one org.

`create_app` is the core, for this command, for the scheduled job over many orgs, and for tests; `main` is the command.
Heavy imports (browser, HTTP, rich) are inside functions: ``--help`` has to be there at once.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from automation.run.entry import parse_org_command, run_on_org

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from automation.report.console import Console
    from automation.report.result import RunResult
    from automation.settings import Settings
    from automation.settings.app_spec import AppSpec
    from automation.settings.options import Options


def create_app(
    settings: Settings, spec: AppSpec, options: Options, console: Console, *, browser: Browser | None = None
) -> RunResult:
    """Do the procedure on one org.

    Args:
        console: shows every step; use one with ``verbosity=-1`` and a stream of your own to keep it quiet.
        browser: a running browser with the right proxy and certificates; one is started when left out.

    Returns:
        How it ended. Every foreseen failure is in its ``error``, not raised.
    """
    from automation.run.one_run import OneRun

    return OneRun(settings, spec, options, console, browser).perform()


def main(arguments: Sequence[str] | None = None) -> int:
    """The command. Returns the exit code."""
    command = parse_org_command(sys.argv[1:] if arguments is None else arguments)
    return _list_steps() if command.list_steps else run_on_org(command, _perform)


def _perform(settings: Settings, spec: AppSpec, options: Options, console: Console) -> RunResult:
    result = create_app(settings, spec, options, console)
    console.ended(result)
    return result


def _list_steps() -> int:
    from flows.procedure import steps_as_text

    print(steps_as_text())
    return 0


if __name__ == "__main__":
    sys.exit(main())
