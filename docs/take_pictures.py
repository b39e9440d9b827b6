"""``python -m docs.take_pictures``: make the pictures of the documentation again, from runs on the replica.

One run goes well, one meets a label that a release changed, and one is the scheduled job of ``refresh_sandboxes --demo``.
Nothing is drawn by hand, so nothing goes stale.
"""

from __future__ import annotations

import argparse
import io
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, chdir, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

from automation.fleet.progress import Progress
from automation.report.console import Console

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from rich.console import RenderableType

    from automation.replica import OrgHandle

FOLDER: Final = Path(__file__).parents[1] / "docs" / "pictures"
COLUMNS: Final = 118
"""Width of the terminal in the pictures, in characters."""
REPORT_SIZE: Final = {"run": (900, 1100), "failed": (900, 1100), "fleet": (1200, 1090)}
"""Run to pixels; what a reader sees of a report before scrolling."""

ORGS: Final[Mapping[str, Mapping[str, Any]]] = {
    "run": {"my_domain": "acme--dev.sandbox"},
    "failed": {"my_domain": "acme--renamed.sandbox", "labels_override": {"create.contactEmail": "Contact Email Address"}},
}
"""Name of a run to the org that it is made on."""

FLEET: Final = "fleet"
RUNS: Final = (*ORGS, FLEET)


def names(runs: Sequence[str] = RUNS) -> list[str]:
    """The files that are made for these runs."""
    return [f"{kind}-{run}.{ending}" for run in runs for kind, ending in (("terminal", "svg"), ("report", "png"))]


class Film:
    """What a terminal shows, in colour."""

    def __init__(self) -> None:
        from rich.console import Console as RichConsole

        self._terminal = RichConsole(record=True, file=io.StringIO(), width=COLUMNS, highlight=False)

    def line(self, text: str, style: str = "") -> None:
        """A line; what does not fit goes on below, as far indented."""
        from rich.padding import Padding
        from rich.text import Text

        from automation.secrets import scrub

        said = text.lstrip()
        self.show(Padding(Text(scrub(said), style=style), (0, 0, 0, len(text) - len(said)), expand=False))

    def show(self, drawn: RenderableType) -> None:
        """Something that rich draws."""
        self._terminal.print(drawn)

    def picture(self, title: str) -> str:
        """The terminal as SVG. Its ids are the same each time, and no font is fetched."""
        from rich.terminal_theme import MONOKAI

        svg = str(self._terminal.export_svg(title=title, theme=MONOKAI, unique_id="terminal"))
        return "\n".join(line.rstrip() for line in _without_fonts(svg).splitlines()) + "\n"


@dataclass
class FilmedRun(Console):
    """The console of a run, filmed."""

    stream: Any = field(default_factory=io.StringIO)
    film: Film = field(default_factory=Film)

    def _line(self, text: str, style: str = "") -> None:
        self.film.line(text, style)


@dataclass
class FilmedJob(Progress):
    """The live table of the scheduled job: the fullest moment at which an org is done and two are worked on."""

    stream: Any = field(default_factory=io.StringIO)
    _lines: list[tuple[str, str]] = field(default_factory=list)
    _moment: tuple[list[tuple[str, str]], Any] = ([], "")
    _most: int = 0

    def began(self, orgs: int) -> None:
        super().began(orgs)
        self._live = SimpleNamespace(stop=lambda: None)  # as on a terminal: the table shows what waits

    def event(self, name: str, event: dict[str, Any]) -> None:
        super().event(name, event)
        with self._lock:
            working = [row for row in self._rows.values() if row.state == "working"]
            if self._counts["created"] and len(working) > 1 and len(self._rows) >= self._most:
                self._most, self._moment = len(self._rows), ([*self._lines], self._table())

    def _line(self, text: str, style: str = "") -> None:
        self._lines.append((text, style))

    def picture(self, title: str) -> str:
        """That moment as SVG."""
        film, (lines, table) = Film(), self._moment
        for text, style in lines:
            film.line(text, style)
        film.show(table)
        return film.picture(title)


def _without_fonts(svg: str) -> str:
    """Rich has its font fetched from a public server; a fixed-width font of the reader's own will do."""
    return re.sub(r"@font-face\s*{[^}]*}", "", svg).replace("Fira Code, monospace", "monospace").replace("Fira Code", "monospace")


def make(folder: Path, runs: Sequence[str] = RUNS) -> list[Path]:
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
            (work / run).mkdir()
            stack.enter_context(chdir(work / run))  # so that the images show no path of this machine
            if run == FLEET:
                terminal, report = _fleet()
            else:
                terminal, report = _run(replica.new_org(**ORGS[run]), browser)
            (folder / f"terminal-{run}.svg").write_text(terminal, encoding="utf-8")
            _picture_report(browser, report, folder / f"report-{run}.png", *REPORT_SIZE[run])
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


def _run(org: OrgHandle, browser: Browser) -> tuple[str, Path]:
    """A run: its terminal as SVG, and its report."""
    from automation.run.one_run import OneRun
    from automation.settings import load_settings
    from automation.settings.app_spec import AppSpec
    from automation.settings.options import Options

    console = FilmedRun()
    texts = {**org.environment(), "CREDENTIALS_TO": "dotenv:credentials.env", "TIMEOUT_ACTION": "5"}
    settings = load_settings(texts, None)
    options = Options(output=Path("runs"), restarts=0, tracing="off")
    console.ended(OneRun(settings, AppSpec.from_settings(settings), options, console, browser).perform())
    return console.film.picture("python -m automation.create_app"), Path("runs/report.html").resolve()


def _fleet() -> tuple[str, Path]:
    """The scheduled job on the sandboxes of its demo."""
    from automation.fleet.demo import demo_orgs_file
    from automation.fleet.options import FleetOptions
    from automation.fleet.orgs_file import OrgsFile
    from automation.refresh_sandboxes import refresh

    job = FilmedJob()
    with demo_orgs_file() as path:
        fleet = OrgsFile.read(path)
        refresh(fleet, fleet.orgs, FleetOptions(output=Path("runs"), flags=("--tracing", "off")), job)
    return job.picture("python -m automation.refresh_sandboxes --demo"), Path("runs/index.html").resolve()


def _picture_report(browser: Browser, page_file: Path, picture: Path, width: int, height: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme="light")
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
    parser.add_argument("--only", choices=RUNS, help="the pictures of one run alone")
    given = parser.parse_args(arguments)
    from automation.errors import RunbookError

    try:
        made = make(given.to, [given.only] if given.only else RUNS)
    except RunbookError as error:
        print(f"Error: {error.message}\nNext: {error.next}", file=sys.stderr)
        return error.exit_code
    for path in made:
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
