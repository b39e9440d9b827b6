"""How it went on one org: the JSON line of a run, with what the check found beside it."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any, Final

from automation.errors import Interrupted, RunbookError, TryAgainLater
from automation.fleet.check import CheckResult
from automation.fleet.orgs import Org
from automation.report.display import one_line
from automation.report.json_result import as_json, only_delivered
from automation.report.result import RunResult
from automation.salesforce.hosts import is_sandbox
from automation.secrets import scrub
from flows.app.state import OrgState

CHANGES: Final = ("created", "changed", "delivered")


@dataclass(frozen=True)
class OrgOutcome:
    """The end of the job on one org.

    Attributes:
        found: what the check found, see `check.Found`; ``not_checked`` when the job stopped before.
        line: the object of ``--json``; see the design's section on commands. ``outcome`` knows two words more than a single
            run: ``delivered`` (the org is as it was, and a target got the pair) and ``waiting`` (try again later).
        exit_code: as that of ``create_app`` on this org alone.
        browser: whether a browser was started.
    """

    org: str
    found: str
    why: str
    line: dict[str, Any]
    exit_code: int
    browser: bool = False

    @property
    def word(self) -> str:
        """created, changed, delivered, unchanged, planned, waiting or failed."""
        return str(self.line["outcome"])

    @property
    def waits(self) -> bool:
        """Whether it is to be retried later."""
        return self.exit_code == TryAgainLater.exit_code

    @property
    def failed(self) -> bool:
        """Whether somebody has to act on it."""
        return self.exit_code not in (0, TryAgainLater.exit_code, Interrupted.exit_code)

    @property
    def changed(self) -> bool:
        """Whether the org or a delivery target is not as it was before."""
        return self.word in CHANGES

    @property
    def proven(self) -> bool:
        """Whether the pair got a token in this very run."""
        return bool(self.line["proof"]["token"]) and self.exit_code == 0

    @property
    def error(self) -> dict[str, Any]:
        """kind, message and next; empty when nothing went wrong."""
        return self.line["error"] or {}

    def as_object(self) -> dict[str, Any]:
        """The JSON object, for one line."""
        return {**self.line, "name": self.org, "found": self.found, "why": self.why, "browser": self.browser}

    def json(self) -> str:
        """The line itself, scrubbed once more as a whole."""
        return one_line(scrub(json.dumps(self.as_object(), ensure_ascii=False)))

    def as_row(self) -> dict[str, Any]:
        """The columns of the history."""
        line, error = self.line, self.error
        return {
            "org": self.org,
            "found": self.found,
            "why": scrub(self.why),
            "outcome": self.word,
            "browser": int(self.browser),
            "seconds": line["seconds"],
            "host": line["org"]["host"] or "",
            "org_id": line["org"]["id"],
            "app_id": line["app"]["id"],
            "key_fingerprint": line["credentials"]["consumer_key_sha256"],
            "error_kind": error.get("kind"),
            "error": scrub(error["message"]) if error else None,
            "next": scrub(error["next"]) if error else None,
            "artifacts": line["artifacts"],
        }


def of_check(seen: CheckResult, word: str = "unchanged") -> OrgOutcome:
    """The outcome of an org on which no browser was needed."""
    return _outcome(seen.org, seen.found, seen.why, line_of(seen.org, word, seen.state, seen.seconds, seen.error), seen.error)


def of_error(
    org: Org, error: RunbookError, *, found: str = "not_checked", why: str = "", seconds: float = 0.0, browser: bool = False
) -> OrgOutcome:
    """The outcome of an org on which the job itself failed."""
    line = line_of(org, seconds=seconds, error=error)
    return replace(_outcome(org, found, why or error.message, line, error), browser=browser)


def line_of(
    org: Org, word: str = "unchanged", state: OrgState | None = None, seconds: float = 0.0, error: RunbookError | None = None
) -> dict[str, Any]:
    """The JSON object of an org on which there was no run, with what is known of it."""
    state = replace(state or OrgState(""), host=org.host, sandbox=is_sandbox(org.host))
    line = as_json(RunResult("unchanged", None, state, (), seconds, error=error))
    return line | {"outcome": word, "app": {"name": org.app_name, "api_name": org.app, "id": state.app_id}}


def _outcome(org: Org, found: str, why: str, line: dict[str, Any], error: RunbookError | None) -> OrgOutcome:
    if error is None:
        return OrgOutcome(org.name, found, why, line, 0)
    word = "waiting" if error.exit_code == TryAgainLater.exit_code else "failed"
    return OrgOutcome(org.name, found, why, line | {"outcome": word}, error.exit_code)


def of_run(org: Org, found: str, why: str, line: dict[str, Any], exit_code: int) -> OrgOutcome:
    """The outcome of a run in a browser; ``line`` is its own JSON object."""
    word = "waiting" if exit_code == TryAgainLater.exit_code else "delivered" if only_delivered(line) else line["outcome"]
    return OrgOutcome(org.name, found, why, {**line, "outcome": word}, exit_code, browser=True)
