"""The report files of a run folder: for people, for machines, and for CI."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final, cast

from automation.errors import UsageError
from automation.report.html import report_page
from automation.report.json_result import SCHEMA, as_report, report_text
from automation.report.junit import junit_text
from automation.report.result import RunResult
from automation.secrets.files import write_private

JSON_NAME: Final = "report.json"
HTML_NAME: Final = "report.html"
JUNIT_NAME: Final = "report.junit.xml"


def write_reports(result: RunResult, folder: Path) -> Path:
    """Write ``report.json``, ``report.html`` and ``report.junit.xml``; answers the path of the page for people."""
    report = as_report(result)
    write_private(folder / JSON_NAME, report_text(report))
    write_private(folder / JUNIT_NAME, junit_text(report))
    return write_private(folder / HTML_NAME, report_page(report, folder))


def rebuild(folder: Path) -> Path:
    """Make ``report.html`` and ``report.junit.xml`` again from ``report.json`` and the screenshots; answers the page's path.

    Raises:
        UsageError: there is no report, or one of another version.
    """
    report = read_report(folder)
    write_private(folder / JUNIT_NAME, junit_text(report))
    return write_private(folder / HTML_NAME, report_page(report, folder))


def read_report(folder: Path) -> dict[str, Any]:
    """The object of a run folder's ``report.json``. Raises UsageError as `rebuild` does."""
    path = folder / JSON_NAME
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UsageError(f"{folder} holds no {JSON_NAME}.", next="Name the folder of a run, such as runs/<time>-<host>.") from None
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} can't be read: {type(error).__name__}.") from None
    if not isinstance(report, dict) or report.get("schema") != SCHEMA:
        raise UsageError(f"{path} is not a report of version {SCHEMA}.")
    return cast("dict[str, Any]", report)
