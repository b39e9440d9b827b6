"""``python -m docs.take_pictures``: make the pictures of the documentation anew, from two runs on the replica.

One run goes well; the other meets a label that a release changed. Nothing is drawn by hand, so nothing goes stale.
"""

from __future__ import annotations

import argparse
import io
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, chdir, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from automation.report.console import Console

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from automation.replica import OrgHandle
    from automation.report.result import RunResult

FOLDER: Final = Path(__file__).parents[1] / "docs" / "pictures"
COLUMNS: Final = 118
"""Width of the terminal in the pictures, in characters."""
REPORT_SIZE: Final = {"width": 900, "height": 1100}
"""Pixels; what a reader sees of a report before scrolling."""

ORGS: Final[Mapping[str, Mapping[str, Any]]] = {
    "run": {"my_domain": "acme--dev.sandbox"},
    "failed": {"my_domain": "acme--renamed.sandbox", "labels_override": {"create.contactEmail": "Contact Email Address"}},
}
"""Name of a run to the org that it is made on."""

FORMS: Final = {"1.7": "app", "3.5": "policies"}
"""Step to the name of the picture that the report has of it."""


def names(runs: Sequence[str] = tuple(ORGS)) -> list[str]:
    """The files that are made for these runs."""
    made = [f"{kind}-{run}.{ending}" for run in runs for kind, ending in (("terminal", "svg"), ("report", "png"))]
    return [*made, *(f"page-{name}.jpg" for name in FORMS.values() if "run" in runs)]


@dataclass
class Filmed(Console):
    """A console whose lines are kept, in colour, for a picture of the terminal."""

    stream: Any = field(default_factory=io.StringIO)
    _film: Any = None

    def _line(self, text: str, style: str = "") -> None:
        from rich.console import Console as RichConsole
        from rich.text import Text

        from automation.secrets import scrub

        if self._film is None:
            self._film = RichConsole(record=True, file=io.StringIO(), width=COLUMNS, highlight=False)
        self._film.print(Text(scrub(text), style=style))

    def picture(self, title: str) -> str:
        """The terminal as SVG. Its ids are the same each time, and no font is fetched."""
        from rich.terminal_theme import MONOKAI

        svg = str(self._film.export_svg(title=title, theme=MONOKAI, unique_id="terminal"))
        return "\n".join(line.rstrip() for line in _without_fonts(svg).splitlines()) + "\n"


def _without_fonts(svg: str) -> str:
    """Rich has its font fetched from a public server; a fixed-width font of the reader's own will do."""
    return re.sub(r"@font-face\s*{[^}]*}", "", svg).replace("Fira Code, monospace", "monospace").replace("Fira Code", "monospace")


def make(folder: Path, runs: Sequence[str] = tuple(ORGS)) -> list[Path]:
    """Make the pictures of these runs in ``folder``; answers their paths.

    Raises:
        RunbookError: no browser, or a setting is not right.
    """
    from automation.browser import open_browser
    from automation.replica import start
    from automation.settings import load_settings

    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        replica, work = stack.enter_context(start()), stack.enter_context(_work_folder())
        settings = load_settings(replica.new_org("acme--pictures.sandbox").environment(), None)
        browser = stack.enter_context(open_browser(settings))
        for run in runs:
            _picture_run(run, replica.new_org(**ORGS[run]), browser, work / run, folder)
    return [folder / name for name in names(runs)]


@contextmanager
def _work_folder() -> Iterator[Path]:
    """A folder for the runs, with their locks and pending deliveries; nothing of it is the user's."""
    before = os.environ.get("XDG_STATE_HOME")
    with tempfile.TemporaryDirectory(prefix="docs-pictures-") as folder:
        os.environ["XDG_STATE_HOME"] = folder
        try:
            yield Path(folder)
        finally:
            if before is None:
                del os.environ["XDG_STATE_HOME"]
            else:
                os.environ["XDG_STATE_HOME"] = before


def _picture_run(name: str, org: OrgHandle, browser: Browser, work: Path, folder: Path) -> None:
    work.mkdir()
    console = Filmed()
    with chdir(work):  # so that the images show no path of this machine
        result = _run(org, browser, console)
    console.ended(result)
    svg = console.picture("python -m automation.create_app")
    (folder / f"terminal-{name}.svg").write_text(svg, encoding="utf-8")
    _picture_report(browser, work / "runs" / "report.html", folder / f"report-{name}.png")
    if name == "run" and result.details is not None:
        for step, form in FORMS.items():
            shutil.copyfile(work / "runs" / result.details.screenshots[step], folder / f"page-{form}.jpg")


def _run(org: OrgHandle, browser: Browser, console: Console) -> RunResult:
    from automation.run.one_run import OneRun
    from automation.settings import load_settings
    from automation.settings.app_spec import AppSpec
    from automation.settings.options import Options

    texts = {**org.environment(), "CREDENTIALS_TO": "dotenv:credentials.env", "TIMEOUT_ACTION": "5"}
    settings = load_settings(texts, None)
    options = Options(output=Path("runs"), restarts=0, tracing="off")
    return OneRun(settings, AppSpec.from_settings(settings), options, console, browser).perform()


def _picture_report(browser: Browser, page_file: Path, picture: Path) -> None:
    context = browser.new_context(viewport=REPORT_SIZE, color_scheme="light")  # type: ignore[arg-type]  # a TypedDict in form
    try:
        page = context.new_page()
        page.goto(page_file.as_uri())
        page.screenshot(path=picture)
    finally:
        context.close()


def main(arguments: Sequence[str] | None = None) -> int:
    """The command. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m docs.take_pictures", description=__doc__, allow_abbrev=False)
    parser.add_argument("--to", type=Path, default=FOLDER, metavar="DIR", help="where the pictures go (default: docs/pictures)")
    parser.add_argument("--only", choices=list(ORGS), help="the pictures of one run alone")
    given = parser.parse_args(arguments)
    from automation.errors import RunbookError

    try:
        made = make(given.to, [given.only] if given.only else tuple(ORGS))
    except RunbookError as error:
        print(f"Error: {error.message}\nNext: {error.next}", file=sys.stderr)
        return error.exit_code
    for path in made:
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
