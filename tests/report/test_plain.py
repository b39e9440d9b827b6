"""Texts of an org on a terminal and in a log: nothing in them acts, and none looks like a line of ours."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automation.errors import UnexpectedPage
from automation.fleet.check import CheckResult
from automation.fleet.orgs import Org
from automation.fleet.outcome import of_error
from automation.fleet.progress import Progress
from automation.report.console import Console
from automation.report.display import one_line, plain
from automation.steps import Step, unchanged
from tests.step_results import step_result

ORG = Org("dev", "acme--dev.sandbox.my.salesforce.com", {}, {}, 60.0)
EVIL = (
    "x\x1b[2J\x1b]52;c;eA==\x07\x9b31m\u202e\r\nDelivered to dotenv:mine\x85Error: y\u2028Next: z [/b] [link=http://evil.example]"
)


class Terminal(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self) -> bool:
        return True


@given(st.text())
def test_no_text_keeps_a_control_character(text: str) -> None:
    """And only the first line begins at the margin."""
    shown = plain(text)
    assert all(char.isprintable() or char in "\n\t " or not one_line(char).startswith("\\u") for char in shown)
    assert all(line.startswith("  ") for line in shown.split("\n")[1:])
    assert "\n" not in one_line(text)


@given(st.text())
def test_json_stays_json(text: str) -> None:
    """With the same value."""
    assert json.loads(one_line(json.dumps(text, ensure_ascii=False))) == text


def everywhere(stream: io.StringIO) -> str:
    """Have the console show a text in all the places where one of the org may stand."""
    console = Console(1, stream)
    step = Step("1.7", "Create", "1", lambda: unchanged("x"))
    console.step_started(step)
    console.waiting(EVIL)
    console.step_ended(step_result("1.7", "changed", 0.1, EVIL, title="Create", section="1"))
    console.note(EVIL)
    console.error(UnexpectedPage(EVIL, next=EVIL))
    return stream.getvalue()


def of_job(stream: io.StringIO) -> str:
    """The same for the progress of a job."""
    data = io.StringIO()
    progress = Progress(1, json=True, stream=stream, data=data)
    progress.began(1)
    progress.queued("dev", CheckResult(ORG, "app_missing", EVIL))
    progress.event("dev", {"event": "waiting", "text": EVIL})
    progress._table()
    progress.ended(of_error(ORG, UnexpectedPage(EVIL)))
    progress.close()
    assert json.loads(data.getvalue())["error"]["message"] == EVIL
    return stream.getvalue() + data.getvalue()


@pytest.mark.parametrize("show", [everywhere, of_job])
def test_in_a_log_nothing_of_it_acts_or_begins_a_line(show: object) -> None:
    """Plain lines, as systemd keeps them."""
    out = show(io.StringIO())  # type: ignore[operator]
    assert not set(out) & set("\x1b\x07\x9b\x85\r\u2028\u202e")
    assert not [line for line in out.splitlines() if line.startswith("Delivered to")]
    assert "[link=http://evil.example]" in out


@pytest.mark.parametrize("show", [everywhere, of_job])
def test_on_a_terminal_markup_is_text(show: object) -> None:
    """It neither ends the run nor makes a link; the only sequences are those of the table itself."""
    out = show(Terminal())  # type: ignore[operator]
    assert not [evil for evil in ("\x1b[2J\x1b]52", "\x1b]52", "\x1b]8;", "\x9b", "\u202e") if evil in out]
    assert "[link=http://evil.example]" in out.replace("\n", "")
