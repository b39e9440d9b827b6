"""What is generated has not drifted from the code it mirrors."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from automation.errors import RunbookError
from automation.settings import load_settings
from automation.settings.table import SETTINGS
from docs import generate as docs


@pytest.mark.parametrize("path", docs.documents(), ids=lambda path: path.name)
def test_generated_documents_are_up_to_date(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == docs.documents()[path], "run: python -m docs.generate"


def test_the_example_names_every_setting_and_loads_once_it_is_filled_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = docs.env_example()
    for setting in SETTINGS:
        assert f"{setting.name}=" in text
    filled = text.replace("SF_PASSWORD=\n", "SF_PASSWORD=x1234\n").replace("<your_tenant_domain>", "acme.example")
    (tmp_path / "filled.env").write_text(filled)
    assert load_settings({}, tmp_path / "filled.env").sf_username == "admin@acme.com.dev"


def test_every_default_and_example_obeys_its_own_rule(tmp_path: Path) -> None:
    for setting in SETTINGS:
        for text in filter(None, (setting.default, setting.example)):
            if not setting.name.endswith(("_FILE", "_EXECUTABLE")) and "<" not in text:
                setting.rule(text)


def test_every_kind_of_error_has_a_fix_and_a_code() -> None:
    kinds = list(docs.error_kinds(RunbookError))
    assert len(kinds) > 15
    assert len({kind.kind for kind in kinds}) == len(kinds)
    assert {kind.exit_code for kind in kinds} <= set(docs.CODES)
    assert all(kind.__doc__ and kind.recovery.endswith(".") for kind in kinds)


LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)")


@pytest.mark.parametrize("document", [path for path in docs.documents() if path.suffix == ".md"], ids=lambda path: path.name)
def test_every_link_of_a_page_leads_to_a_file(document: Path) -> None:
    text = re.sub(r"```.*?```", "", document.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert not [link for link in LINK.findall(text) if not (document.parent / link).exists()]


PLACE = re.compile(r"\b(?:automation|flows|docs|deploy)/[\w./-]*\w|(?<=python -m )(?:automation|flows|docs|tests)[\w.]*\w")


@pytest.mark.parametrize(
    "document",
    [*(path for path in docs.documents() if path.suffix == ".md"), docs.ROOT / "CONTRIBUTING.md"],
    ids=lambda path: path.name,
)
def test_every_file_and_module_that_a_page_names_is_there(document: Path) -> None:
    named = {
        found.replace(".", "/") if "/" not in found else found for found in PLACE.findall(document.read_text(encoding="utf-8"))
    }
    assert not [name for name in named if not (docs.ROOT / name).exists() and not (docs.ROOT / f"{name}.py").exists()]


def test_the_index_names_every_page() -> None:
    linked = set(LINK.findall((docs.ROOT / "docs" / "README.md").read_text(encoding="utf-8")))
    assert linked == {page.name for page in (docs.ROOT / "docs").glob("*.md")} - {"README.md"}


def test_the_readme_is_short() -> None:
    """For somebody who has two minutes."""
    assert len((docs.ROOT / "README.md").read_text(encoding="utf-8").splitlines()) < 150


def test_check_reports_drift(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "README.md").write_text("<!-- table: codes -->\nold\n<!-- end -->\n")
    guide = tmp_path / "docs" / "new-org.md"
    guide.parent.mkdir()
    guide.write_text("<!-- table: questions -->\n<!-- end -->\n")
    monkeypatch.setattr(docs, "ROOT", tmp_path)
    assert docs.main(["--check"]) == 1
    assert docs.main([]) == 0
    assert docs.main(["--check"]) == 0
    assert "| 130 | interrupted |" in (tmp_path / "README.md").read_text()
    assert "| What to check |" in guide.read_text()
    assert "README.md has drifted" in capsys.readouterr().out


def test_the_log_of_a_run_that_failed_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("subprocess.run", lambda *_, **__: subprocess.CompletedProcess([], 69, "", "no org"))
    with pytest.raises(RuntimeError, match="no org"):
        docs.with_log("")


def test_the_log_shows_what_changed_between_its_markers(monkeypatch: pytest.MonkeyPatch) -> None:
    printed = "Demo: a replica\n=  1.1  Log in\n+  1.7  Create\n        created\nThe app was created.\nReport: x\n"
    monkeypatch.setattr("subprocess.run", lambda *_, **__: subprocess.CompletedProcess([], 0, "", printed))
    text = docs.with_log("a\n<!-- log -->\nold\n<!-- end log -->\nb")
    assert text == "a\n<!-- log -->\n```\n+  1.7  Create\nThe app was created.\n```\n<!-- end log -->\nb"
