"""When a control was renamed, the message says what was there, and the evidence holds a label file to mend it with."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from automation.errors import ElementNotFound, Sought, UnexpectedPage
from flows.pages.labels import LabelMissing, Labels
from flows.pages.mending import suggest_labels, suggested_labels
from tests.e2e.conftest import NewOrg, Runbook


def test_every_name_that_was_there_is_suggested_before_the_known_text() -> None:
    error = ElementNotFound("x", sought=(Sought("textbox", "API Name", ("API Reference Name", 'A "quoted" one')),))
    made = tomllib.loads(suggested_labels(error, Labels()) or "")
    assert made["create"]["api_name"]["text"] == ["API Reference Name", 'A "quoted" one', "API Name"]


def test_a_word_that_stands_on_several_pages_gets_a_line_for_each() -> None:
    error = ElementNotFound("x", sought=(Sought("checkbox", "Enable Client Credentials Flow", ("Enable CC Flow",)),))
    made = tomllib.loads(suggested_labels(error, Labels()) or "")
    assert made["create"]["client_credentials"]["text"][0] == made["policies"]["client_credentials"]["text"][0] == "Enable CC Flow"


def test_a_suggested_file_is_a_label_file(tmp_path: Path) -> None:
    error = UnexpectedPage("x", sought=(Sought("heading", "External Client App Manager", ("Client App Manager",)),))
    suggest_labels(error, Labels(), tmp_path, private=False)
    assert Labels("en", tmp_path / "labels.toml")["manager.heading"] == "Client App Manager"
    assert str(tmp_path / "labels.toml") in error.next


def test_a_label_without_text_is_suggested_with_its_english_one() -> None:
    labels = Labels("ja")
    with pytest.raises(LabelMissing) as caught:
        labels["scopes.cdp_api"]
    for part in ("scopes.cdp_api", '"ja"', "Access all Data Cloud API resources (cdp_api)"):
        assert part in caught.value.message
    assert "flows/pages/labels/ja.toml" in caught.value.next
    made = tomllib.loads(suggested_labels(caught.value, labels) or "")
    assert made["scopes"]["cdp_api"]["text"] == ["Access all Data Cloud API resources (cdp_api)"]


def test_what_has_nothing_to_do_with_labels_leaves_no_file(tmp_path: Path) -> None:
    suggest_labels(UnexpectedPage("x"), Labels(), tmp_path, private=False)
    assert not list(tmp_path.iterdir())


def test_in_a_private_phase_nothing_that_may_be_a_code_is_suggested(tmp_path: Path) -> None:
    error = ElementNotFound("x", sought=(Sought("button", "Verify", ("483921", "Check")),))
    suggest_labels(error, Labels(), tmp_path, private=True)
    text = (tmp_path / "labels.toml").read_text(encoding="utf-8")
    assert "483921" not in text
    assert "Check" in text


def test_a_renamed_control_is_mended_by_the_file_that_the_failure_left(quick_org: NewOrg, run: Runbook, tmp_path: Path) -> None:
    """The whole way: fail, take the suggestion, run again, and the app is there."""
    wrong = tmp_path / "wrong.toml"
    wrong.write_text('policies.ip_relaxation = { text = "IP Easing" }\ncreate.api_name = { text = "Developer Name" }\n')
    org = quick_org()
    failed = run(org, {"LABELS_FILE": str(wrong), "TIMEOUT_ACTION": "2"})

    assert isinstance(failed.error, ElementNotFound)
    assert '"Developer Name"' in failed.error.message
    assert '"API Name"' in failed.error.message.replace("*", "")
    suggested = Path(failed.error.evidence or "") / "labels.toml"
    assert "API Name" in tomllib.loads(suggested.read_text(encoding="utf-8"))["create"]["api_name"]["text"]

    mended = tmp_path / "mended.toml"
    mended.write_text('create.api_name = { text = "API Name", source = "own" }\n', encoding="utf-8")
    assert run(org, {"LABELS_FILE": str(mended)}, last="1.7").outcome == "created", run.printed.getvalue()
