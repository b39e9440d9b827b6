"""What a page or an answer says reaches terminals, logs, reports and chats as text: nothing of it acts."""

from __future__ import annotations

import io
import json
import logging
import tomllib
import xml.etree.ElementTree as ET
from collections.abc import Callable
from contextlib import redirect_stderr
from html.parser import HTMLParser
from pathlib import Path

import pytest

from automation.artifacts.run_folder import Journal
from automation.doctor import warned
from automation.doctor.__main__ import line
from automation.errors import UnexpectedPage
from automation.fleet.notify import message
from automation.fleet.outcome import of_error
from automation.fleet.worker import EventWriter
from automation.report.console import Console
from automation.report.display import one_line
from automation.report.files import write_index, write_reports
from automation.report.json_result import as_json, as_report, json_line
from automation.run.entry import print_error
from automation.run.terminal import log_to_console, short_tracebacks
from flows.pages.suggestions import _text
from tests.attacks.conftest import Attacks
from tests.attacks.texts import ORG_TEXTS
from tests.report.samples import failed
from tests.report.test_plain import ORG, Terminal, of_job

ACTS = set("\x1b\x07\x08\x0b\x0c\x1c\x1d\x1e\x00\x7f\x85\x9b\x9c\x9d\r\u2028\u2029\u202e\u2066\u2069")


def _console(text: str, stream: io.StringIO | None = None) -> str:
    stream = stream or io.StringIO()
    console = Console(1, stream)
    console.waiting(text)
    console.note(text)
    with log_to_console(console):
        logging.getLogger("automation.x").warning("It says: %s", text)
    console.error(UnexpectedPage(text, next=text))
    return stream.getvalue()


def _error(text: str) -> str:
    with redirect_stderr(io.StringIO()) as stream:
        print_error(UnexpectedPage(text, next=text))
    return stream.getvalue()


def _crash(text: str) -> str:
    import sys

    with redirect_stderr(io.StringIO()) as stream:
        short_tracebacks(verbose=False)
        sys.excepthook(ValueError, ValueError(text), None)
    return stream.getvalue()


def _job(text: str) -> str:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("tests.report.test_plain.EVIL", text)
        return of_job(io.StringIO())


LOGS: dict[str, Callable[[str], str]] = {
    "console": _console,
    "error": _error,
    "crash": _crash,
    "doctor": lambda text: line(warned("org.login", text, text)),
    "job": _job,
}


@pytest.mark.parametrize("log", LOGS)
def test_in_a_log_it_is_text(log: str, attacks: Attacks, monkeypatch: pytest.MonkeyPatch) -> None:
    """No control character, and no line that could be one of ours."""
    monkeypatch.setattr("sys.excepthook", lambda *_: None)

    def holds(text: str) -> None:
        out = LOGS[log](text)
        assert not set(out) & ACTS
        assert not [one for one in out.splitlines() if one.startswith("Delivered to")]
        assert sum(one.startswith("Error:") for one in out.splitlines()) <= 1

    attacks.each(ORG_TEXTS, holds)


def test_on_a_terminal_it_is_text(attacks: Attacks) -> None:
    """Only the sequences of the console itself are there."""

    def holds(text: str) -> None:
        out = _console(text, Terminal())
        assert not set(out) & (ACTS - {"\x1b", "\r"})
        assert not [one for one in ("\x1b]52", "\x1b]0", "\x1b]8", "\x1bP", "\x1b[6n", "\x1b[2J") if one in out]

    attacks.each(ORG_TEXTS, holds)


class _Shape(HTMLParser):
    """The elements of a page with the names of their attributes, and where its links lead."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, tuple[str, ...]]] = []
        self.links: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, tuple(name for name, _ in attrs)))
        self.links += [str(value) for name, value in attrs if name in ("href", "src", "action")]


def _pages(text: str, folder: Path) -> tuple[str, str, str]:
    result = failed(folder, UnexpectedPage(text, next=text))
    result.state.notes.append(text)
    write_reports(result, folder)
    index = write_index(folder, [as_json(result)])
    return (folder / "report.html").read_text(), index.read_text(), (folder / "report.junit.xml").read_text()


def test_in_a_page_it_is_text(attacks: Attacks, tmp_path: Path) -> None:
    """The report, the page of many orgs and JUnit have the same elements as with a harmless text."""
    good = _pages("It says nothing.", tmp_path)

    def holds(text: str) -> None:
        evil = _pages(text, tmp_path)
        for one, other in zip(evil[:2], good[:2], strict=True):
            assert _Shape(one).elements == _Shape(other).elements
            assert _Shape(one).links == _Shape(other).links
        cases = [[(one.tag, sorted(one.attrib)) for one in ET.fromstring(page).iter()] for page in (evil[2], good[2])]  # noqa: S314 - ours
        assert cases[0] == cases[1]

    attacks.each(ORG_TEXTS, holds)


def test_in_data_it_is_a_value(attacks: Attacks, tmp_path: Path) -> None:
    """One line of JSON, in each place, with the same text."""
    journal = Journal(tmp_path / "journal.jsonl")

    def holds(text: str) -> None:
        error = UnexpectedPage(text)
        journal.note("step_ended", note=text)
        events = io.StringIO()
        EventWriter(lines=events).waiting(text)
        lines = [
            json_line(failed(tmp_path, error)),
            (tmp_path / "journal.jsonl").read_text().splitlines()[-1],
            events.getvalue().removesuffix("\n"),
            one_line(json.dumps(message("failure", [of_error(ORG, error)], 1, 1.0).tree)),
        ]
        assert all(len(one.splitlines()) == 1 and json.loads(one) for one in lines)
        assert as_report(failed(tmp_path, error))["error"]["message"] == text

    attacks.each(ORG_TEXTS, holds)


def test_in_a_proposed_label_file_it_is_a_value(attacks: Attacks) -> None:
    def holds(text: str) -> None:
        assert isinstance(tomllib.loads(f"a = {_text(text)}")["a"], str)

    attacks.each(ORG_TEXTS, holds)
