"""The JSON of a run: one object per org, for machines; and how the run ended, in words. It never holds a secret.

Its form is published in ``schema/report-1.schema.json``: ``--json`` prints the required fields, ``report.json`` has
all of them.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from automation.report.display import one_line
from automation.secrets import scrub
from automation.settings.options import installed_version

if TYPE_CHECKING:  # nothing of a browser is loaded where no browser is needed
    from automation.errors import RunbookError
    from automation.report.result import RunResult
    from automation.report.screenshots import Details
    from automation.steps import StepResult
    from automation.steps.time_spent import Spent

SCHEMA: Final = 1
"""Version of the object's form; raised when a field changes its meaning or goes away."""


def as_json(result: RunResult) -> dict[str, Any]:
    """The object, as the design's section on commands fixes it."""
    state, spec = result.state, result.spec
    proof, pair = state.proof, state.credentials
    return {
        "schema": SCHEMA,
        "outcome": result.outcome,
        "org": {"host": state.host or None, "id": state.org_id, "sandbox": state.sandbox},
        "app": {"name": spec and spec.name, "api_name": spec and spec.api_name, "id": state.app_id},
        "steps": [_step(step) for step in result.steps],
        "proof": {"token": proof.token, "run_as": proof.run_as, "scopes": sorted(proof.scopes), "read_back": proof.read_back},
        "credentials": {
            "consumer_key_sha256": pair.fingerprint if pair is not None else None,
            "delivered_to": list(state.delivered_to),
        },
        "error": error_object(result.error) if result.error is not None else None,
        "seconds": round(result.seconds, 2),
        "artifacts": str(result.artifacts) if result.artifacts is not None else None,
    }


def json_line(result: RunResult) -> str:
    """The object on one line, scrubbed once more as a whole."""
    return one_line(scrub(json.dumps(as_json(result), ensure_ascii=False)))


def as_report(result: RunResult) -> dict[str, Any]:
    """The object with all that only people read: changes, where time went, screenshots, notes, files."""
    whole = as_json(result)
    whole["steps"] = [{**_step(step), **_more(step, result.details)} for step in result.steps]
    whole |= {"differences": _differences(result), "notes": list(result.state.notes)}
    whole |= {"changes": result.changes, "traces": [path.name for path in result.traces]}
    whole["tool"] = {"name": "external-client-app-runbook", "version": installed_version()}
    details = result.details
    if details is not None:
        whole["started"] = details.started.isoformat(timespec="seconds").replace("+00:00", "Z")
        whole["time"] = _time(result, details)
    return scrubbed(whole)


def error_object(error: RunbookError) -> dict[str, Any]:
    """``error`` of the object."""
    return {"kind": error.kind, "step": error.step, "message": error.message, "next": error.next, "evidence": error.evidence}


def scrubbed(tree: dict[str, Any]) -> dict[str, Any]:
    """The same JSON object with every text scrubbed."""
    return {key: _scrubbed(value) for key, value in tree.items()}


def _scrubbed(value: Any) -> Any:
    if isinstance(value, str):
        return scrub(value)
    if isinstance(value, dict):
        return scrubbed(value)
    return [_scrubbed(one) for one in value] if isinstance(value, list) else value


def _more(step: StepResult, details: Details | None) -> dict[str, Any]:
    spent = details.meter.steps.get(step.id) if details is not None else None
    return {
        "section": step.section,
        "differences": [asdict(one) for one in step.differences],
        "time": _spent(spent) if spent is not None else None,
        "screenshot": details.screenshots.taken.get(step.id) if details is not None else None,
    }


def _spent(spent: Spent) -> dict[str, float]:
    return {kind: round(seconds, 2) for kind, seconds in asdict(spent).items()}


def _time(result: RunResult, details: Details) -> dict[str, float]:
    """Seconds of the whole run; ``around`` is what is outside of steps and screenshots: starting and closing the browser."""
    around = max(0.0, result.seconds - details.meter.total.whole - details.screenshots.seconds)
    return {**_spent(details.meter.total), "screenshots": round(details.screenshots.seconds, 2), "around": round(around, 2)}


def _step(step: StepResult) -> dict[str, Any]:
    return {"id": step.id, "title": step.title, "result": step.result, "seconds": round(step.seconds, 2), "note": step.note}


def _differences(result: RunResult) -> list[dict[str, Any]]:
    """What the run changed, each difference once: a step that saves reports again what others have set."""
    found: dict[tuple[str, str | None, str], dict[str, Any]] = {}
    for step in result.steps:
        for one in step.differences:
            found.setdefault((one.what, one.before, one.after), {"step": step.id, **asdict(one)})
    return list(found.values())


OUTCOMES: Final = {
    "created": ("Created", "The app was created; its credentials work and were delivered."),
    "changed": ("Changed", "The org now matches the configuration; the credentials work."),
    "unchanged": ("Nothing to do", "Nothing to do; the credentials work."),
    "planned": ("Plan", "This was a plan; nothing was changed."),
    "delivered": ("Delivered", "The org was up to date; the credentials work and were delivered."),
    "waiting": ("Try again later", "Temporary condition; it is safe to retry later."),
    "failed": ("Failed", "The run failed. Nothing is claimed that was not proven."),
}
"""``delivered`` and ``waiting`` are outcomes of runs over many orgs alone."""


def outcome_words(run: dict[str, Any]) -> tuple[str, str]:
    """The short word and the sentence for the JSON object of a run; success is not claimed without its proof."""
    outcome = run["outcome"]
    word, sentence = OUTCOMES[outcome]
    if outcome == "planned":
        changes = sum(step["result"] == "changed" for step in run["steps"])
        return word, f"{sentence} {changes} of {len(run['steps'])} steps would change something."
    if outcome in ("created", "changed", "unchanged") and not run["proof"]["token"]:
        return "Done" if outcome == "unchanged" else word, "Done up to the requested step; the credentials were not tested."
    if outcome == "created" and not run["credentials"]["delivered_to"]:
        return word, "Done up to the requested step; the credentials were not delivered."
    return OUTCOMES["delivered"] if only_delivered(run) else (word, sentence)


def only_delivered(run: dict[str, Any]) -> bool:
    """Whether a run left the org as it was and brought the pair to a target that did not have it."""
    delivers = run["steps"][-1:] if run["credentials"]["delivered_to"] else []  # only the last step of all fills that
    return run["outcome"] == "unchanged" and any(step["result"] == "changed" for step in delivers)
