"""The report files of a run folder: for people, for machines, and for CI."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, cast

from automation.errors import UsageError
from automation.report.html import report_page
from automation.report.json_result import SCHEMA, as_report, report_text
from automation.report.junit import junit_text
from automation.report.result import RunResult
from automation.secrets.files import write_private
from automation.secrets.text_files import read_json

JSON_NAME: Final = "report.json"
HTML_NAME: Final = "report.html"
JUNIT_NAME: Final = "report.junit.xml"
LARGEST: Final = 16 * 2**20
"""Bytes of a report.json; a run's has a thousandth of it."""


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
