"""REST with the proof token: versions, query, describe, limits (evidence/org-access.md 4.4, 5.3)."""

from __future__ import annotations

from starlette.responses import JSONResponse, Response

from automation.replica.exchange import Exchange

VERSIONS = tuple((f"{number}.0", label) for number, label in (
    (63, "Spring '25"), (64, "Summer '25"), (65, "Winter '26"), (66, "Spring '26"), (67, "Summer '26"), (68, "Winter '27"),
))  # fmt: skip


def versions(ex: Exchange) -> Response:
    """GET /services/data: the API versions, oldest first. Needs no token."""
    return JSONResponse([{"label": label, "url": f"/services/data/v{v}", "version": v} for v, label in VERSIONS])
