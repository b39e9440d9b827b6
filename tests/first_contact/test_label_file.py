"""When a control was renamed, the message says what was there, and the evidence holds a label file to fix it with."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from automation.artifacts.evidence import masked
from automation.errors import ElementNotFound, Sought, UnexpectedPage
from flows.pages.labels import Labels
from flows.pages.suggestions import suggest_labels, suggested_labels
from tests.e2e.conftest import NewOrg, Runbook


def test_every_name_that_was_there_is_suggested_before_the_known_text() -> None:
    error = ElementNotFound("x", sought=(Sought("textbox", "API Name", ("API Reference Name", 'A "quoted" one')),))
    made = tomllib.loads(suggested_labels(error, Labels()) or "")
    assert made["create"]["api_name"]["text"] == ["API Reference Name", 'A "quoted" one', "API Name"]


@pytest.mark.parametrize("private", [True, False])
@pytest.mark.parametrize(
    "odd", ["a\x7fb", "\x80\x9f", "\x00\x1b[31m", "line\nbreak\ttab", "\ud83d half", 'q"\\', "\x7fabcdefghijklmnop1"]
)
def test_any_text_of_a_page_becomes_a_file_that_can_be_read(tmp_path: Path, odd: str, private: bool) -> None:
    """Control characters are escaped, DEL and the 8-bit ones too, and masking never cuts an escape in two."""
    error = ElementNotFound("x", sought=(Sought("textbox", "API Name", (odd,)),))
    suggest_labels(error, Labels(), tmp_path, private=private)
    text = tomllib.loads((tmp_path / "labels.toml").read_text(encoding="utf-8"))["create"]["api_name"]["text"][0]
    assert text == (masked(odd) if private else odd).encode("utf-8", "replace").decode()


def test_a_word_that_stands_on_several_pages_gets_a_line_for_each() -> None:
    error = ElementNotFound("x", sought=(Sought("checkbox", "Enable Client Credentials Flow", ("Enable CC Flow",)),))
    made = tomllib.loads(suggested_labels(error, Labels()) or "")
    assert made["create"]["client_credentials"]["text"][0] == made["policies"]["client_credentials"]["text"][0] == "Enable CC Flow"


def test_a_suggested_file_is_a_label_file(tmp_path: Path) -> None:
    error = UnexpectedPage("x", sought=(Sought("heading", "External Client App Manager", ("Client App Manager",)),))
    suggest_labels(error, Labels(), tmp_path, private=False)
    assert Labels("en", tmp_path / "labels.toml")["manager.heading"] == "Client App Manager"
    assert str(tmp_path / "labels.toml") in error.next


def test_texts_of_other_languages_are_no_suggestions() -> None:
    """Only what was there, and what the user's language says; the language is named where it has no file."""
    error = ElementNotFound("x", sought=(Sought("button", "Save", ("Salvar",)),))
    assert tomllib.loads(suggested_labels(error, Labels("pt")) or "")["detail"]["save"]["text"] == ["Salvar", "Save"]


def test_a_language_without_a_file_is_named_as_a_cause(tmp_path: Path) -> None:
    error = ElementNotFound("x", sought=(Sought("button", "Save", ("Salvar",)),))
    suggest_labels(error, Labels("pt"), tmp_path, private=False)
    assert 'run with a user whose language is English: the org\'s is "pt"' in error.next


def test_what_has_nothing_to_do_with_labels_leaves_no_file(tmp_path: Path) -> None:
    suggest_labels(UnexpectedPage("x"), Labels(), tmp_path, private=False)
    assert not list(tmp_path.iterdir())


def test_in_a_private_phase_nothing_that_may_be_a_code_is_suggested(tmp_path: Path) -> None:
    error = ElementNotFound("x", sought=(Sought("button", "Verify", ("483921", "Check")),))
    suggest_labels(error, Labels(), tmp_path, private=True)
    text = (tmp_path / "labels.toml").read_text(encoding="utf-8")
    assert "483921" not in text
    assert "Check" in text


@pytest.mark.usefixtures("signed_in")
def test_a_renamed_control_is_found_by_the_file_that_the_failure_left(quick_org: NewOrg, run: Runbook, tmp_path: Path) -> None:
    """The whole way: fail, take the suggestion, run again, and the app is there."""
    org = quick_org(labels_override={"create.apiName": "Developer Name"})
    failed = run(org, {"TIMEOUT_ACTION": "2"}, last="1.7")

    assert isinstance(failed.error, ElementNotFound)
    assert '"API Name"' in failed.error.message
    assert '"Developer Name"' in failed.error.message.replace("*", "")
    suggested = Path(failed.error.evidence or "") / "labels.toml"
    assert "Developer Name" in tomllib.loads(suggested.read_text(encoding="utf-8"))["create"]["api_name"]["text"]

    own = tmp_path / "own.toml"
    own.write_text('create.api_name = { text = "Developer Name", source = "own" }\n', encoding="utf-8")
    assert run(org, {"LABELS_FILE": str(own)}, last="1.7").outcome == "created", run.printed.getvalue()


@pytest.mark.usefixtures("signed_in")
@pytest.mark.parametrize("url", ["detail", "home"])
def test_a_renamed_tab_of_the_new_app_is_named_at_once(url: str, quick_org: NewOrg, run: Runbook) -> None:
    """Within one action: without starting over, and without a second look by way of the list; the app was made once."""
    org = quick_org(labels_override={"detail.policies": "App Rules"}, url_after_create=url)
    failed = run(org, {"TIMEOUT_ACTION": "3"})

    assert isinstance(failed.error, UnexpectedPage)
    assert (failed.error.step, failed.exit_code()) == ("1.7", 65)
    assert 'No tab labelled "Policies"; closest matches: ' in failed.error.message
    assert '"App Rules"' in failed.error.message
    assert "labels.toml" in failed.error.next
    assert "Starting over" not in run.printed.getvalue()
    assert "for the answer to Create" in failed.error.message
    assert len([one for one in org.events() if one["name"] == "createApp"]) == 1


@pytest.mark.usefixtures("signed_in")
def test_a_page_in_two_languages_is_understood(quick_org: NewOrg, run: Runbook) -> None:
    """Labels that the org shows in English, and some of a third language, in an org whose language is another one."""
    english = {"create.contactEmail": "Contact Email", "detail.settings": "Settings", "policies.ipRelaxation": "IP Relaxation"}
    org = quick_org(language="ja", labels_override={**english, "common.edit": "Modificar", "common.save": "Guardar"})
    assert run(org, last="4.4").outcome == "created", run.printed.getvalue()
