"""The page of a run over many orgs: one row per org, those that need somebody first."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from automation.report.files import HTML_NAME
from automation.report.html import index_page
from automation.report.json_result import scrubbed
from automation.report.words import OUTCOMES, outcome_words
from automation.secrets.files import write_private

INDEX_NAME: Final = "index.html"
ORDER: Final = ("failed", "waiting", "created", "changed", "delivered", "planned", "unchanged")


def write_index(folder: Path, orgs: Sequence[dict[str, Any]]) -> Path:
    """Write ``index.html`` into the folder of a run over many orgs; answers its path.

    Args:
        folder: is there already. Rows lead to the ``report.html`` of the org's own run folder when that is below.
        orgs: the objects that ``--json`` prints; ``name`` and ``why`` are shown when they are there, and ``outcome`` may
            also be ``delivered`` or ``waiting``.
    """
    rows = sorted((_row(scrubbed(one), folder) for one in orgs), key=lambda row: (ORDER.index(row["outcome"]), row["name"]))
    counts = {word: sum(row["outcome"] == word for row in rows) for word in ORDER}
    shown = {word: count for word, count in counts.items() if count}
    page = index_page(rows, shown, sum(row["seconds"] for row in rows))
    return write_private(folder / INDEX_NAME, page)


def _row(one: dict[str, Any], folder: Path) -> dict[str, Any]:
    host = one["org"]["host"] or ""
    return {
        "name": one.get("name") or host or "an org",
        "host": host,
        "link": _link(one["artifacts"], folder),
        "outcome": one["outcome"],
        "word": OUTCOMES[one["outcome"]][0],
        "text": one.get("why") or outcome_words(one)[1],
        "error": one["error"],
        "delivered_to": one["credentials"]["delivered_to"],
        "seconds": one["seconds"],
    }


def _link(artifacts: str | None, folder: Path) -> str | None:
    """The URL of an org's report, relative to the page; None when it is not there or not below the folder."""
    report = Path(artifacts) / HTML_NAME if artifacts else None
    if report is None or not report.is_file():
        return None
    relative = Path(os.path.relpath(report.resolve(), folder.resolve()))
    return quote(relative.as_posix()) if ".." not in relative.parts else None
