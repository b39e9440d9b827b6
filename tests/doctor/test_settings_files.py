"""Files with secrets: what git and the file system say of them, without an org."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from automation.doctor import machine, settings_files
from automation.secrets.programs import ProgramFailed
from automation.settings import load_settings
from tests.forgetting import only_own


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    with only_own():
        yield


def _repository(folder: Path, *, keeps: bool) -> Path:
    file = folder / ".env"
    file.write_text("SF_PASSWORD=geheim\n")
    for arguments in (["init", "-q"], ["add", "-f", ".env"])[: 2 if keeps else 1]:
        subprocess.run(["git", "-C", str(folder), *arguments], check=True, capture_output=True)
    return file


@pytest.mark.parametrize(("keeps", "result"), [(True, "failed"), (False, "ok")])
def test_git_says_whether_it_keeps_a_file(keeps: bool, result: str, tmp_path: Path) -> None:
    assert settings_files.tracked({_repository(tmp_path, keeps=keeps): "settings"}).result == result


def test_a_folder_without_git_keeps_nothing(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("")
    assert settings_files.tracked({tmp_path / ".env": "settings"}).result == "ok"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs another owner")
def test_a_repository_that_git_refuses_to_read_is_no_all_clear(tmp_path: Path) -> None:
    """As in a container, where the checkout belongs to another user: git ends with 128 for a file that it keeps."""
    file = _repository(tmp_path, keeps=True)
    for one in (tmp_path, tmp_path / ".git"):
        os.chown(one, 4242, 4242)
    check = settings_files.tracked({file: "settings"})
    assert check.result == "warning"
    assert "safe.directory" in check.fix


def test_git_that_does_not_answer_is_no_all_clear(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object, **__: object) -> None:
        raise ProgramFailed("did not answer within 10 s")

    monkeypatch.setattr(settings_files, "run", never)
    assert settings_files.tracked({tmp_path / ".env": "settings"}).result == "warning"


@pytest.mark.parametrize("data", [b"\xff\xfe\x00", b"x" * 2**21, b"SF_PASSWORD='open", "SF_PASSWORD=geheim".encode("utf-16")])
def test_no_bytes_of_a_dotenv_end_the_doctor(data: bytes, tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(data)
    list(settings_files.examine({"SF_PASSWORD_FILE": "~nosuchuser/x"}, tmp_path / ".env", None, None))


def test_a_user_without_a_home_is_shown_what_to_set(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import pwd

    def nobody(_: int) -> None:
        raise KeyError("no entry")

    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.delenv("HOME")
    monkeypatch.setattr(pwd, "getpwuid", nobody)
    (check,) = machine.folders(load_settings(environment, None))
    assert check.result == "failed"
    assert "state: this user has no home folder" in check.message
    assert "XDG_STATE_HOME" in check.fix


@pytest.fixture
def environment() -> dict[str, str]:
    return {
        "SF_LOGIN_URL": "https://acme--dev.sandbox.my.salesforce.com",
        "SF_CLI_ORG": "acme",
        "ECA_CONTACT_EMAIL": "admin@acme.com",
        "ECA_CALLBACK_URL": "https://acme.example/oauth",
        "ECA_RUN_AS": "integration@acme.com.dev",
    }
