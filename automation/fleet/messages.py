"""What notifications say about a run, and when they are sent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from automation.errors import UsageError
from automation.fleet.notify import Message, check
from automation.fleet.orgs_file import EVENTS
from automation.fleet.outcome import OrgOutcome
from automation.fleet.progress import summary_line

TITLE: Final = "External Client Apps"


def wanted(in_file: Iterable[tuple[str, str]], given: Iterable[str]) -> list[tuple[str, str]]:
    """(event, target) of the orgs file and of ``--notify``. Raises UsageError for a malformed one of the latter."""
    found = list(in_file)
    for text in given:
        event, equals, target = text.partition("=")
        if not equals or event not in EVENTS:
            event, target = "failure", text
        problem = check(target)
        if problem is not None:
            raise UsageError(f"--notify: {problem}.")
        found.append((event, target))
    return found


def due(event: str, outcomes: Sequence[OrgOutcome]) -> bool:
    """Whether an event has happened. A failure is a change that people want to know, so ``change`` covers it."""
    failed = any(outcome.failed for outcome in outcomes)
    return event == "always" or failed or (event == "change" and any(outcome.changed for outcome in outcomes))


def message(event: str, outcomes: Sequence[OrgOutcome], run: int, seconds: float) -> Message:
    """Each org on which something happened, with outcome, cause and fix."""
    shown = [outcome for outcome in outcomes if outcome.word != "unchanged"]
    failed = sum(outcome.failed for outcome in outcomes)
    summary = summary_line(list(outcomes), len(outcomes), seconds)
    title = f"{TITLE}: {failed} of {len(outcomes)} orgs failed" if failed else f"{TITLE}: {summary}"
    text = "\n".join([summary, "", *(line for outcome in shown for line in _lines(outcome))])
    tree = {"schema": 1, "event": event, "run": run, "summary": summary, "orgs": [_short(outcome) for outcome in shown]}
    return Message(event, title, text, tree)


def _lines(outcome: OrgOutcome) -> list[str]:
    host = outcome.line["org"]["host"]
    if outcome.error:
        return [f"{outcome.org} ({host}): {outcome.word}: {outcome.error['message']}", f"  Next: {outcome.error['next']}"]
    return [f"{outcome.org} ({host}): {outcome.word}: {outcome.why}"]


def _short(outcome: OrgOutcome) -> dict[str, Any]:
    keys = ("outcome", "org", "app", "credentials", "error", "seconds")
    return {"name": outcome.org, "found": outcome.found, "why": outcome.why, **{key: outcome.line[key] for key in keys}}
