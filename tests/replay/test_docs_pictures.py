"""The screenshots of the documentation can be made again, are all there, and are what the documentation shows."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from automation.record import SUFFIX, file
from docs import take_pictures as docs_pictures
from tests.recordings.make import FOLDER
from tests.replay.replay import Replay

if TYPE_CHECKING:
    from playwright.sync_api import Browser

DOCS = Path(__file__).parents[2] / "docs"
GUIDE = DOCS / "debugging.md"


def made(folder: Path, *flags: str) -> list[str]:
    """Run the command in a process of its own, as it starts a browser of its own; the names of what it made."""
    command = [sys.executable, "-m", "docs.take_pictures", "--to", str(folder), *flags]
    subprocess.run(command, check=True, capture_output=True, cwd=docs_pictures.FOLDER.parents[1])
    return sorted(path.name for path in folder.iterdir())


def said(picture: Path) -> str:
    """The text in a picture of the terminal."""
    terminal = ET.fromstring(picture.read_text(encoding="utf-8"))  # noqa: S314  our own file
    return "".join(terminal.itertext()).replace("\xa0", " ")


@pytest.mark.browser
@pytest.mark.slow  # a maintainer's tool; that the committed pictures are right is held below
def test_the_command_makes_the_screenshots_of_the_failed_run(tmp_path: Path) -> None:
    """The shorter of the two runs; what it says is what the guide explains."""
    assert made(tmp_path, "--only", "failed") == sorted(docs_pictures.names(["failed"]))
    shown = said(tmp_path / "terminal-failed.svg")
    assert 'Error at step 1.4: No textbox labelled "Contact Email"; closest matches: "Contact Email Address"' in shown


@pytest.mark.browser
@pytest.mark.slow
def test_the_command_makes_all_screenshots(tmp_path: Path) -> None:
    assert made(tmp_path) == sorted(docs_pictures.names())


def test_all_screenshots_are_there_and_small() -> None:
    for name in docs_pictures.names():
        assert 1_000 < (docs_pictures.FOLDER / name).stat().st_size < 250_000, name


def test_the_pages_show_the_screenshots_that_the_command_makes_and_no_others() -> None:
    pages = [DOCS.parent / "README.md", *DOCS.glob("*.md")]
    shown = [
        name for page in pages for name in re.findall(r"!\[[^]]+\]\([^)]*pictures/([^)]+)\)", page.read_text(encoding="utf-8"))
    ]
    assert set(shown) == set(docs_pictures.names()) == {path.name for path in docs_pictures.FOLDER.iterdir()}


@pytest.mark.parametrize("run", docs_pictures.RUNS)
def test_a_screenshot_of_the_terminal_is_sound_and_fetches_nothing(run: str) -> None:
    text = (docs_pictures.FOLDER / f"terminal-{run}.svg").read_text(encoding="utf-8")
    ET.fromstring(text)  # noqa: S314  our own file
    assert not re.search(r"@font-face|url\((?!#)|href=", text)
    assert str(Path.home()) not in text


def test_the_picture_of_the_fleet_shows_the_table_at_work() -> None:
    shown = said(docs_pictures.FOLDER / "terminal-fleet.svg")
    assert "orgs done" in shown
    assert "working" in shown


@pytest.mark.browser
def test_the_guide_quotes_the_replay_word_for_word(closed_browser: Browser) -> None:
    recording = file.read(FOLDER / f"renamed{SUFFIX}")
    step = next(one for one in recording.steps if one.id == "1.4")
    (miss,) = Replay(recording, closed_browser, seconds=2.0).misses(step)
    assert miss.text in GUIDE.read_text(encoding="utf-8")
