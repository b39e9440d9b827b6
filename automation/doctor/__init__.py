"""What the doctor checks: machine, settings, network, mailbox, org. Nothing here changes anything."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from automation.errors import RunbookError
from automation.secrets import scrub

Result = Literal["ok", "warning", "failed", "skipped"]


@dataclass(frozen=True)
class Check:
    """What was checked and the result.

    Attributes:
        id: group and name, such as ``network.proxy``.
        fix: what to do about it; empty when nothing has to be done.
        exit_code: that of a run which would fail for this; 0 unless ``result`` is ``failed``.
    """

    id: str
    result: Result
    message: str
    fix: str = ""
    exit_code: int = 0


def passed(id: str, message: str) -> Check:
    """Nothing to fix."""
    return Check(id, "ok", scrub(message))


def warned(id: str, message: str, fix: str) -> Check:
    """A run may still succeed."""
    return Check(id, "warning", scrub(message), scrub(fix))


def failed(id: str, message: str, fix: str, exit_code: int) -> Check:
    """A run would fail."""
    return Check(id, "failed", scrub(message), scrub(fix), exit_code)


def skipped(id: str, why: str) -> Check:
    """Not checked, because of another check or because there is nothing to check."""
    return Check(id, "skipped", scrub(why))


def tried(id: str, work: Callable[[], str]) -> Check:
    """Passed with the sentence that ``work`` answers, or failed with the error that it raises."""
    try:
        return passed(id, work())
    except RunbookError as error:
        return from_error(id, error)


def from_error(id: str, error: RunbookError) -> Check:
    """A run's own error, found early: its message, fix and exit code."""
    return failed(id, error.message, error.next, error.exit_code)
