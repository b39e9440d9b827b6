"""JUnit XML of a run, for CI servers: one test case per documented step."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from typing import Any, Final

_NOT_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 does not have; a page's text may hold them."""


def junit_text(report: dict[str, Any]) -> str:
    """The XML of a report (the object of ``report.json``).

    Steps that changed something or had nothing to change have passed; skipped ones are skipped. A failure before the
    first step is a test case of its own, so that a failed run is never a green one.
    """
    host = report["org"]["host"] or "unknown"
    suite = ET.Element("testsuite", name=f"External Client App on {host}", hostname=host)
    if report.get("started"):
        suite.set("timestamp", report["started"].removesuffix("Z"))
    _properties(suite, report)
    for step in report["steps"]:
        _case(suite, step, report)
    if report["error"] and not any(step["result"] == "failed" for step in report["steps"]):
        case = ET.SubElement(suite, "testcase", classname="Run", name="The run as a whole", time="0.00")
        _failure(case, report["error"])
    suite.set("tests", str(len(suite.findall("testcase"))))
    suite.set("failures", str(len(suite.findall("testcase/failure"))))
    suite.set("skipped", str(len(suite.findall("testcase/skipped"))))
    suite.set("errors", "0")
    suite.set("time", f"{report['seconds']:.2f}")
    suites = ET.Element("testsuites")
    suites.append(suite)
    ET.indent(suites)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(suites, encoding="unicode")}\n'


def _properties(suite: ET.Element, report: dict[str, Any]) -> None:
    properties = ET.SubElement(suite, "properties")
    known = {
        "outcome": report["outcome"],
        "org_id": report["org"]["id"],
        "app": report["app"]["api_name"],
        "app_id": report["app"]["id"],
        "consumer_key_sha256": report["credentials"]["consumer_key_sha256"],
    }
    for name, value in known.items():
        if value is not None:
            ET.SubElement(properties, "property", name=name, value=_xml(str(value)))


def _case(suite: ET.Element, step: dict[str, Any], report: dict[str, Any]) -> None:
    case = ET.SubElement(
        suite,
        "testcase",
        classname=_xml(step.get("section", "")),
        name=_xml(f"{step['id']} {step['title']}"),
        time=f"{step['seconds']:.2f}",
    )
    if step["result"] == "failed":
        _failure(case, report["error"] or {"kind": "error", "message": step["note"], "next": "", "evidence": None})
    elif step["result"] == "skipped":
        ET.SubElement(case, "skipped", message=_xml(step["note"]))
    elif step["note"]:
        ET.SubElement(case, "system-out").text = _xml(f"{step['result']}: {step['note']}")


def _failure(case: ET.Element, error: dict[str, Any]) -> None:
    failure = ET.SubElement(case, "failure", type=error["kind"], message=_xml(error["message"]))
    lines = [error["message"], f"Next: {error['next']}"]
    if error["evidence"]:
        lines.append(f"Evidence: {error['evidence']}")
    failure.text = _xml("\n".join(lines))


def _xml(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)
