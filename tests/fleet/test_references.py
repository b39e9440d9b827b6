"""Secrets by reference: found where the orgs file says, and shown to nobody."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from automation.fleet import references
from automation.secrets import holds_secret
from tests.forgetting import only_own


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    with only_own():
        yield


def test_each_kind_leads_to_its_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Variable, file and program; a line break at the end is no part of it."""
    monkeypatch.setenv("WHERE", str(tmp_path))
    monkeypatch.setenv("SOME_SECRET", "from-the-environment")
    (tmp_path / "secret").write_text("from-a-file\n")
    assert references.resolve("env:SOME_SECRET") == "from-the-environment"
    assert references.resolve("file:$WHERE/secret") == "from-a-file"
    assert references.resolve(f"command:{sys.executable} -c 'print(\"from-a-program\")'") == "from-a-program"
    assert all(holds_secret(text) for text in ("from-the-environment", "from-a-file", "from-a-program"))


def test_the_keyring_is_asked_by_service_and_user(monkeypatch: pytest.MonkeyPatch) -> None:
    """``keyring:SERVICE/USER``; the service may hold slashes."""
    asked = []

    def answer(service: str, user: str) -> str:
        asked.append((service, user))
        return "from-the-keyring"

    monkeypatch.setattr("keyring.get_password", answer)
    assert references.resolve("keyring:acme/salesforce/admin") == "from-the-keyring"
    assert asked == [("acme/salesforce", "admin")]


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ("env:NOT_THERE_AT_ALL", "env:NOT_THERE_AT_ALL: there is no such variable"),
        ("file:/not/there", "file:/not/there: can't be read"),
        ("file:$NOT_SET_HERE/name", "file:$NOT_SET_HERE/name: the variable NOT_SET_HERE is not set"),
        ("command:/not/there --token=abcdefgh", "command:/not/there: can't be started"),
        ("command:false", "command:false: ended with exit code 1"),
        ("command:true", "command:true: is empty"),
    ],
)
def test_a_reference_that_leads_nowhere_says_why(reference: str, said: str) -> None:
    """Without the arguments of a program, which may hold a token."""
    with pytest.raises(references.Unresolved) as caught:
        references.resolve(reference)
    assert said in caught.value.message
    assert "abcdefgh" not in caught.value.message


@pytest.mark.parametrize("mark", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_is_no_part_of_a_secret(mark: str, tmp_path: Path) -> None:
    """Neither of a file nor of what a program prints; both as PowerShell writes them."""
    file = tmp_path / "secret"
    file.write_bytes("gehëim 77\r\n".encode(mark))
    assert references.resolve(f"file:{file}") == "gehëim 77"
    assert references.resolve(f"command:cat {file}") == "gehëim 77"


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ("file:~nosuchuser/x", "names the home folder of a user who has none"),
        ("file:/dev/zero", "is larger than 64 KB"),
        ("file:/not\0there", "can't be read"),
        ("command:''", "can't be started"),
        ("command:'open", "can't be started"),
        ("command:printf '\\377\\376\\1'", "its output is no text in UTF-8"),
    ],
)
def test_no_file_and_no_program_raises_anything_else(reference: str, said: str) -> None:
    with pytest.raises(references.Unresolved, match=said) as caught:
        references.resolve(reference)
    assert caught.value.next


def test_a_program_gets_none_of_our_other_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SF_PASSWORD", "geheim-777")
    monkeypatch.setenv("VAULT_ADDR", "https://vault.example")
    monkeypatch.setenv("COMMAND_ENVIRONMENT", "VAULT_*")
    shown = references.resolve("command:env")
    assert "VAULT_ADDR=https://vault.example" in shown
    assert "geheim-777" not in shown


def test_half_a_reference_is_refused_but_no_secret() -> None:
    """It names only the kind of place."""
    with pytest.raises(ValueError, match="clear text"):
        references.check("env:")
    assert not holds_secret("env:")


@pytest.mark.parametrize("text", ["hunter2hunter2", "envy:X-geheim", "https://hooks.example/secret"])
def test_what_is_no_reference_is_refused_and_hidden(text: str) -> None:
    """It may be the secret itself, so it is never repeated and scrubbed from now on."""
    with pytest.raises(ValueError, match="clear text") as caught:
        references.check(text)
    assert text not in str(caught.value)
    assert holds_secret(text)
