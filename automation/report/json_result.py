"""The JSON of a run: one object per org, for machines. It never holds a secret."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from automation.errors import RunbookError
from automation.files import write_private
from automation.result import RunResult
from automation.run import StepResult
from automation.secrets import scrub

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
    return scrub(json.dumps(as_json(result), ensure_ascii=False))


def write_report(result: RunResult, folder: Path) -> Path:
    """Write ``report.json`` into the run folder: the object, plus what only people look for (differences, remarks)."""
    whole = {**as_json(result), "differences": _differences(result), "remarks": list(result.state.notes)}
    return write_private(folder / "report.json", scrub(json.dumps(whole, ensure_ascii=False, indent=2)) + "\n")


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


def _differences(result: RunResult) -> list[dict[str, Any]]:
    return [
        {"step": step.id, "what": one.what, "before": one.before, "after": one.after}
        for step in result.steps
        for one in step.differences
    ]
