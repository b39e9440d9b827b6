"""The JSON of a run: one object per org, for machines. It never holds a secret.

Its form is published in ``schema/report-1.schema.json``: ``--json`` prints the required fields, ``report.json`` has
all of them.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, cast

from automation.errors import RunbookError
from automation.report.plain import one_line
from automation.report.result import RunResult
from automation.secrets import scrub
from automation.steps import Difference
from automation.steps.runner import StepResult

if TYPE_CHECKING:
    from automation.report.details import Details
    from automation.steps.time_spent import Spent

SCHEMA: Final = 1
"""Version of the object's form; raised when a field changes its meaning or goes away."""


def as_json(result: RunResult) -> dict[str, Any]:
    """The object, as the design's section on commands fixes it."""
    state, spec = result.state, result.spec
    proof = state.proof
    return {
        "schema": SCHEMA,
        "outcome": result.outcome,
        "org": {"host": state.host or None, "id": state.org_id, "sandbox": state.sandbox},
        "app": {"name": spec and spec.name, "api_name": spec and spec.api_name, "id": state.app_id},
        "steps": [_step(step) for step in result.steps],
        "proof": {"token": proof.token, "run_as": proof.run_as, "scopes": sorted(proof.scopes), "read_back": proof.read_back},
        "credentials": _credentials(result),
        "error": _error(result.error),
        "seconds": round(result.seconds, 2),
        "artifacts": str(result.artifacts) if result.artifacts is not None else None,
    }


def json_line(result: RunResult) -> str:
    """The object on one line, scrubbed once more as a whole."""
    return one_line(scrub(json.dumps(as_json(result), ensure_ascii=False)))


def as_report(result: RunResult) -> dict[str, Any]:
    """The object with all that only people read: changes, where time went, screenshots, notes, files."""
    whole = as_json(result)
    whole["steps"] = [{**_step(step), **_more(step, result)} for step in result.steps]
    whole |= {"differences": _differences(result), "notes": list(result.state.notes)}
    whole |= {"changes": result.changes, "traces": [path.name for path in result.traces]}
    whole["tool"] = {"name": "external-client-app-runbook", "version": version()}
    details = result.details
    if details is not None:
        whole["started"] = details.started.isoformat(timespec="seconds").replace("+00:00", "Z")
        whole["time"] = _time(result, details)
    return cast("dict[str, Any]", scrubbed(whole))


def report_text(report: dict[str, Any]) -> str:
    """The text of ``report.json``."""
    return json.dumps(report, ensure_ascii=False, indent=2) + "\n"


def scrubbed(value: Any) -> Any:
    """The same JSON value with every text scrubbed."""
    if isinstance(value, str):
        return scrub(value)
    if isinstance(value, dict):
        return {key: scrubbed(one) for key, one in value.items()}
    return [scrubbed(one) for one in value] if isinstance(value, list) else value


def version() -> str:
    """The installed version of this tool."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    try:
        return installed("external-client-app-runbook")
    except PackageNotFoundError:
        return "unknown"


def _more(step: StepResult, result: RunResult) -> dict[str, Any]:
    more: dict[str, Any] = {"section": step.section, "differences": [_difference(one) for one in step.differences]}
    details = result.details
    spent = details.spent.get(step.id) if details is not None else None
    more["time"] = _spent(spent) if spent is not None else None
    more["screenshot"] = details.screenshots.get(step.id) if details is not None else None
    return more


def _spent(spent: Spent) -> dict[str, float]:
    return {"org": round(spent.org, 2), "browser": round(spent.browser, 2), "own": round(spent.own, 2)}


def _time(result: RunResult, details: Details) -> dict[str, float]:
    """Seconds of the whole run; ``around`` is what is outside of steps and screenshots: starting and closing the browser."""
    around = max(0.0, result.seconds - details.total.whole - details.screenshot_seconds)
    return {**_spent(details.total), "screenshots": round(details.screenshot_seconds, 2), "around": round(around, 2)}


def _step(step: StepResult) -> dict[str, Any]:
    return {
        "id": step.id,
        "title": step.title,
        "result": step.result,
        "seconds": round(step.seconds, 2),
        "note": step.note,
    }


def _credentials(result: RunResult) -> dict[str, Any]:
    credentials = result.state.credentials
    return {
        "consumer_key_sha256": credentials.fingerprint if credentials is not None else None,
        "delivered_to": list(result.state.delivered_to),
    }


def _error(error: RunbookError | None) -> dict[str, Any] | None:
    if error is None:
        return None
    return {
        "kind": error.kind,
        "step": error.step,
        "message": error.message,
        "next": error.next,
        "evidence": error.evidence,
    }


def _difference(one: Difference) -> dict[str, Any]:
    return {"what": one.what, "before": one.before, "after": one.after}


def _differences(result: RunResult) -> list[dict[str, Any]]:
    """What the run changed, each difference once: a step that saves reports again what others have set."""
    found: dict[tuple[str, str | None, str], dict[str, Any]] = {}
    for step in result.steps:
        for one in step.differences:
            found.setdefault((one.what, one.before, one.after), {"step": step.id, **_difference(one)})
    return list(found.values())
