"""Each kind of error: its exit code and its recovery sentence, on the console, in the JSON line and in the exit status."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator

import pytest

from automation import errors
from automation.errors import RunbookError
from automation.report.console import Console
from automation.report.json_result import json_line
from automation.report.result import RunResult
from flows.app.state import OrgState

EXIT_CODES = {
    "usage": 2,
    "settings": 78,
    "field_refused": 78,
    "save_refused": 78,
    "unexpected_page": 65,
    "element_not_found": 65,
    "read_back_differs": 65,
    "org_unavailable": 69,
    "try_again_later": 75,
    "not_propagated": 75,
    "session_lost": 75,
    "page_trouble": 75,
    "org_busy": 75,
    "another_run": 75,
    "not_permitted": 77,
    "login_refused": 77,
    "foreign_host": 77,
    "production_refused": 77,
    "proof_failed": 77,
    "person_needed": 77,
    "verification_needed": 77,
    "ambiguous_app": 77,
    "delivery_failed": 1,
    "interrupted": 130,
}
"""What programs that call this one rely on."""


def kinds() -> Iterator[type[RunbookError]]:
    """Every class of the tree that the module draws."""
    waiting = [RunbookError]
    while waiting:
        known = waiting.pop()
        waiting += [kind for kind in known.__subclasses__() if kind.__module__ == errors.__name__]
        if known is not RunbookError:
            yield known


KINDS = {kind.kind: kind for kind in kinds()}


def test_the_table_has_every_kind() -> None:
    """A new kind needs a line here; each kind has a name of its own."""
    assert {kind: known.exit_code for kind, known in KINDS.items()} == EXIT_CODES
    assert len(KINDS) == len(list(kinds()))


def test_the_modules_tree_shows_the_exit_codes_as_they_are() -> None:
    """Name and code stand in one line of its drawing."""
    drawn = {words[0]: words for words in _drawing()}
    assert {kind.__name__: str(kind.exit_code) for kind in KINDS.values()} == {name: words[1] for name, words in drawn.items()}


def _drawing() -> list[list[str]]:
    text = errors.__doc__ or ""
    return [line.strip("│├└─ ").split() for line in text.splitlines() if "──" in line]


@pytest.mark.parametrize("kind", KINDS)
def test_message_exit_code_and_recovery_sentence(kind: str) -> None:
    """What happened, at which step, and what to do next; the same three for people and for programs."""
    error = KINDS[kind]("The page said no.")
    error.step = "1.7"
    result = RunResult("failed", None, OrgState(host="acme--dev.sandbox.my.salesforce.com"), (), 1.0, error=error)

    printed = io.StringIO()
    Console(-1, printed).ended(result)
    first, second = printed.getvalue().splitlines()[:2]
    assert first == "Error at step 1.7: The page said no."
    assert second == f"Next: {error.next}"

    said = json.loads(json_line(result))["error"]
    assert (said["kind"], said["step"], said["message"], said["next"]) == (kind, "1.7", "The page said no.", error.next)
    assert result.exit_code() == EXIT_CODES[kind]


def test_every_kind_says_what_to_do() -> None:
    """In a sentence; where a step knows more than the class, its sentence is the one."""
    for kind in KINDS.values():
        assert kind.recovery == kind("No.").next
        assert kind.recovery.endswith((".", ")")), kind
        assert len(kind.recovery.split()) >= 2, kind
        assert kind("No.", next="Do this instead.").next == "Do this instead."
