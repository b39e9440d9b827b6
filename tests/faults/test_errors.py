"""Each kind of error: its exit code and its recovery sentence, on the console, in the JSON line and in the exit status."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator

import pytest

from automation import errors
from automation.errors import RunbookError
from automation.org_state import OrgState
from automation.report.console import Console
from automation.report.json_result import json_line
from automation.result import RunResult

TABLE: dict[str, tuple[int, str]] = {
    "usage": (2, "See --help."),
    "settings": (78, "Correct the setting in .env, the environment or the command line"),
    "field_refused": (78, "Correct the value that the org refused and run again"),
    "save_refused": (78, "Read what the org said; if it names a value, correct that setting, else run again."),
    "unexpected_page": (65, "Look at the evidence; if Salesforce renamed something, mend the label file"),
    "element_not_found": (65, "Look at the evidence; if Salesforce renamed something, mend the label file"),
    "read_back_differs": (65, "Compare the app in Setup with the report; run again to set what differs."),
    "org_unavailable": (69, "Check SF_LOGIN_URL, the proxy settings and the org's status, then run again."),
    "try_again_later": (75, "Run the same command again later; it goes on where it stopped."),
    "not_propagated": (75, "Run the same command again later; it goes on where it stopped."),
    "session_lost": (75, "Run the same command again later; it goes on where it stopped."),
    "page_trouble": (75, "Run the same command again later; it goes on where it stopped."),
    "org_busy": (75, "Run the same command again later; it goes on where it stopped."),
    "another_run": (75, "Wait for the other run to end, then run again."),
    "not_permitted": (77, "Give the user the permission named above, or use another user."),
    "login_refused": (77, "Check SF_USERNAME and SF_PASSWORD by hand once; too many wrong tries lock the user."),
    "foreign_host": (77, "Do not log in there. Check SF_LOGIN_URL and who redirects to that host."),
    "production_refused": (77, "name its host a second time with --allow-production HOST."),
    "proof_failed": (77, "Mend the cause named above in the org, then run again."),
    "person_needed": (77, "Do by hand what the page asks, or run with --headed and do it there."),
    "verification_needed": (77, "Configure a means that this user has registered"),
    "ambiguous_app": (77, "Decide which app is meant: set ECA_NAME and ECA_API_NAME to it, or rename or delete the other one."),
    "delivery_failed": (1, "Mend the delivery target and run again; the pair is delivered without changing the org."),
    "interrupted": (130, "Run the same command again; it goes on where it stopped."),
}


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
    assert set(KINDS) == set(TABLE)
    assert len(KINDS) == len(list(kinds()))


def test_the_modules_tree_tells_the_exit_codes_as_they_are() -> None:
    """Name and code stand in one line of its drawing."""
    drawn = {words[0]: words for words in _drawing()}
    assert {kind.__name__: str(kind.exit_code) for kind in KINDS.values()} == {name: words[1] for name, words in drawn.items()}


def _drawing() -> list[list[str]]:
    text = errors.__doc__ or ""
    return [line.strip("│├└─ ").split() for line in text.splitlines() if "──" in line]


@pytest.mark.parametrize("kind", TABLE)
def test_message_exit_code_and_recovery_sentence(kind: str) -> None:
    """What happened, at which step, and what to do next; the same three for people and for programs."""
    code, recovery = TABLE[kind]
    error = KINDS[kind]("The page said no.")
    error.step = "1.7"
    result = RunResult("failed", None, OrgState(host="acme--dev.sandbox.my.salesforce.com"), (), 1.0, error=error)

    printed = io.StringIO()
    Console(-1, printed).ended(result)
    first, second = printed.getvalue().splitlines()[:2]
    assert first == "Error at step 1.7: The page said no."
    assert second.startswith("Next: ")
    assert recovery in second

    told = json.loads(json_line(result))["error"]
    assert (told["kind"], told["step"], told["message"]) == (kind, "1.7", "The page said no.")
    assert recovery in told["next"]
    assert result.exit_code() == code


@pytest.mark.parametrize("kind", TABLE)
def test_a_better_sentence_replaces_the_recovery(kind: str) -> None:
    """Where a step knows more than the class."""
    assert KINDS[kind]("No.", next="Do this instead.").next == "Do this instead."
