"""The report files of a run folder, for people, for machines, and for CI; and the page of a run over many orgs."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, cast
from urllib.parse import quote

from automation.errors import UsageError
from automation.report.html import render, report_page
from automation.report.json_result import OUTCOMES, SCHEMA, as_report, outcome_words, scrubbed
from automation.report.junit import junit_text
from automation.report.result import RunResult
from automation.secrets.files import write_private
from automation.secrets.text_files import read_json

JSON_NAME: Final = "report.json"
HTML_NAME: Final = "report.html"
JUNIT_NAME: Final = "report.junit.xml"
INDEX_NAME: Final = "index.html"
ORDER: Final = ("failed", "waiting", "created", "changed", "delivered", "planned", "unchanged")
LARGEST: Final = 16 * 2**20
"""Bytes of a report.json; a run's has a thousandth of it."""


def write_reports(result: RunResult, folder: Path) -> Path:
    """Write ``report.json``, ``report.html`` and ``report.junit.xml``; answers the path of the page for people."""
    report = as_report(result)
    write_private(folder / JSON_NAME, json.dumps(report, ensure_ascii=False, indent=2) + "\n")
    write_private(folder / JUNIT_NAME, junit_text(report))
    return write_private(folder / HTML_NAME, report_page(report, folder))


def rebuild(folder: Path) -> Path:
    """Make ``report.html`` and ``report.junit.xml`` again from ``report.json`` and the screenshots; answers the page's path.

    Raises:
        UsageError: there is no report, or one of another version.
    """
    from jinja2 import TemplateError

    report = read_report(folder)
    try:
        page, cases = report_page(report, folder), junit_text(report)
    except (LookupError, TypeError, ValueError, ArithmeticError, AttributeError, TemplateError):  # somebody else wrote it
        raise UsageError(f"{folder / JSON_NAME} has not the published form of a report.") from None
    write_private(folder / JUNIT_NAME, cases)
    return write_private(folder / HTML_NAME, page)


def read_report(folder: Path) -> dict[str, Any]:
    """The object of a run folder's ``report.json``. Raises UsageError as `rebuild` does."""
    path = folder / JSON_NAME
    try:
        report = read_json(path, LARGEST)
    except ValueError as error:
        if not path.exists():
            name_it = "Name the folder of a run, such as runs/<time>-<host>."
            raise UsageError(f"{folder} holds no {JSON_NAME}.", next=name_it) from None
        raise UsageError(f"{path} {error}.") from None
    if not isinstance(report, dict) or report.get("schema") != SCHEMA:
        raise UsageError(f"{path} is not a report of version {SCHEMA}.")
    return cast("dict[str, Any]", report)


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
    page = render("index.html.j2", rows=rows, counts=shown, seconds=sum(row["seconds"] for row in rows), outcomes=OUTCOMES)
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
