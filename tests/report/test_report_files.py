"""What machines read of a run: the published form, JUnit XML, and the command that rebuilds the page."""

from __future__ import annotations

import json
import stat
import xml.etree.ElementTree as ET
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError

from automation.errors import OrgUnavailable
from automation.report.__main__ import main
from automation.report.files import write_reports
from automation.report.json_result import as_json, as_report
from automation.report.junit import junit_text
from automation.report.result import RunResult

from .samples import failed, good


@pytest.fixture(scope="module")
def published() -> Draft202012Validator:
    schema = json.loads((files("automation.report") / "schema" / "report-1.schema.json").read_text())
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


@pytest.mark.parametrize("made", [good, failed])
@pytest.mark.parametrize("form", [as_json, as_report])
def test_line_and_file_have_the_published_form(made: Any, form: Any, published: Draft202012Validator, tmp_path: Path) -> None:
    published.validate(json.loads(json.dumps(form(made(tmp_path)))))


def test_the_published_form_allows_nothing_that_is_not_in_it(published: Draft202012Validator, tmp_path: Path) -> None:
    report = as_report(good(tmp_path))
    with pytest.raises(ValidationError):
        published.validate({**report, "password": "x"})
    report["steps"][0]["extra"] = 1
    with pytest.raises(ValidationError):
        published.validate(report)


def test_the_published_form_describes_every_field_of_the_file(published: Draft202012Validator, tmp_path: Path) -> None:
    """And of the line of a job over many orgs."""
    form: Any = published.schema
    assert set(form["properties"]) == set(as_report(good(tmp_path))) | {"name", "found", "why", "browser"}
    assert set(form["$defs"]["step"]["properties"]) == set(as_report(good(tmp_path))["steps"][0])


def test_a_difference_that_two_steps_report_is_listed_once(tmp_path: Path) -> None:
    found = [(one["step"], one["what"]) for one in as_report(good(tmp_path))["differences"]]
    assert found == [("2.5", "Run As (Username)"), ("3.4", "IP Relaxation")]


def test_the_kinds_of_time_add_up_to_the_run(tmp_path: Path) -> None:
    report = as_report(good(tmp_path))
    assert sum(report["time"].values()) == pytest.approx(report["seconds"], abs=0.05)


def test_files_of_a_run_are_for_its_user_alone_and_hold_no_secret(tmp_path: Path) -> None:
    write_reports(good(tmp_path), tmp_path)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["report.html", "report.json", "report.junit.xml"]
    for path in tmp_path.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert "consumersecret" not in path.read_text()
        assert "3MVG9consumerkey1" not in path.read_text()


def cases(result: RunResult) -> list[ET.Element]:
    return ET.fromstring(junit_text(as_report(result)).encode()).findall("testsuite/testcase")  # noqa: S314  ours


def test_junit_has_one_case_per_documented_step(tmp_path: Path) -> None:
    result = good(tmp_path)
    found = cases(result)
    assert [case.get("name") for case in found] == [f"{step.id} {step.title}" for step in result.steps]
    assert [case.get("name") for case in found if case.find("skipped") is not None] == ["2.6 Save"]
    assert not [case for case in found if case.find("failure") is not None]


def test_junit_counts_and_shows_cause_and_fix_of_a_failure(tmp_path: Path) -> None:
    result = failed(tmp_path)
    suite = ET.fromstring(junit_text(as_report(result)).encode()).find("testsuite")  # noqa: S314  ours
    assert suite is not None
    assert [suite.get(name) for name in ("tests", "failures", "skipped", "errors")] == ["6", "1", "2", "0"]
    failure = suite.find("testcase/failure")
    assert failure is not None
    assert result.error is not None
    assert failure.get("type") == "unexpected_page"
    assert f"Next: {result.error.next}" in (failure.text or "")


def test_a_failure_before_the_first_step_is_a_failed_case_of_its_own(tmp_path: Path) -> None:
    (case,) = cases(replace(failed(tmp_path, OrgUnavailable("no answer")), steps=()))
    assert case.find("failure") is not None


def test_junit_bears_characters_that_xml_does_not_have(tmp_path: Path) -> None:
    assert cases(failed(tmp_path, OrgUnavailable("a\x00b\x1b")))


def test_the_command_rebuilds_the_page_and_prints_its_path(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = write_reports(failed(tmp_path), tmp_path)
    before = page.read_text()
    page.unlink()
    assert main([str(tmp_path)]) == 0
    assert capsys.readouterr().out.strip() == str(page)
    assert page.read_text() == before


@pytest.mark.parametrize("text", [None, "{", "[]", '{"schema": 2}'])
def test_the_command_says_what_is_wrong_with_a_folder(text: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if text is not None:
        (tmp_path / "report.json").write_text(text)
    assert main([str(tmp_path)]) == 2
    assert "report.json" in capsys.readouterr().err


def test_the_command_opens_the_page_on_request(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []

    def opens(address: str) -> bool:
        opened.append(address)
        return True

    monkeypatch.setattr("webbrowser.open", opens)
    page = write_reports(good(tmp_path), tmp_path)
    assert main([str(tmp_path), "--open"]) == 0
    assert opened == [page.as_uri()]
