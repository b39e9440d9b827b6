"""``python -m automation.report DIR``: rebuild the report page of a run and print its path."""

from __future__ import annotations

import argparse
import sys
import webbrowser
from collections.abc import Sequence
from pathlib import Path

from automation.run.entry import run_command
from automation.settings.options import PrintVersion


def main(arguments: Sequence[str] | None = None) -> int:
    """The command. Returns the exit code."""
    given = parser().parse_args(arguments)
    return run_command(lambda: _rebuild(given.folder, open_page=given.open), verbose=given.verbose)


def _rebuild(folder: Path, *, open_page: bool) -> int:
    from automation.report.files import rebuild

    page = rebuild(folder)
    print(page)
    if open_page and not webbrowser.open(page.resolve().as_uri()):
        print("No web browser could be started; open the file above.", file=sys.stderr)
    return 0


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(
        prog="python -m automation.report",
        description="Rebuild report.html and report.junit.xml of a run folder from its report.json, and print the page's path.",
        allow_abbrev=False,
    )
    made.add_argument("folder", type=Path, metavar="DIR", help="the run folder, such as runs/<UTC time>-<host>")
    made.add_argument("--open", action="store_true", help="open the page in the web browser")
    made.add_argument("--version", action=PrintVersion)
    made.add_argument("-v", "--verbose", action="store_true", help="show stack traces")
    return made


if __name__ == "__main__":
    sys.exit(main())
