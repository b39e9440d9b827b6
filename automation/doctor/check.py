"""One line of the doctor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from automation.errors import RunbookError
from automation.secrets import scrub

Result = Literal["ok", "warning", "failed", "skipped"]


@dataclass(frozen=True)
class Check:
    """What was looked at and how it is.

    Attributes:
        id: group and name, such as ``network.proxy``.
        said: what is so, in a sentence.
        cure: what to do about it; empty when nothing has to be done.
        exit_code: that of a run which would fail for this; 0 unless ``result`` is ``failed``.
    """

    id: str
    result: Result
    said: str
    cure: str = ""
    exit_code: int = 0

    def as_dict(self) -> dict[str, Any]:
        """For ``--json``."""
        return {"id": self.id, "result": self.result, "said": self.said, "cure": self.cure, "exit_code": self.exit_code}


def passed(id: str, said: str) -> Check:
    """All is well."""
    return Check(id, "ok", scrub(said))


def warned(id: str, said: str, cure: str) -> Check:
    """A run may do all the same."""
    return Check(id, "warning", scrub(said), scrub(cure))


def failed(id: str, said: str, cure: str, exit_code: int) -> Check:
    """A run would fail."""
    return Check(id, "failed", scrub(said), scrub(cure), exit_code)


def skipped(id: str, why: str) -> Check:
    """Not looked at, because of another check or because there is nothing to look at."""
    return Check(id, "skipped", scrub(why))


def from_error(id: str, error: RunbookError) -> Check:
    """A run's own error, found early: its message, cure and exit code."""
    return failed(id, error.message, error.next, error.exit_code)
