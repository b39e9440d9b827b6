"""Finding a target by its setting; ``json:``, ``keyring:`` and ``command:``."""

from __future__ import annotations

import json
import shlex
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import keyring
import keyring.backend
import keyring.errors
import pytest

from automation.delivery import KINDS, Target, parse_target
from automation.delivery.command import CommandTarget
from automation.errors import DeliveryFailed
from automation.secrets.credentials import Credentials

EXAMPLES = {
    "dotenv": "credentials/acme.env",
    "json": "credentials/acme.json",
    "keyring": "service-board",
    "command": "vault-put --field pair",
    "aws-secretsmanager": "acme/service-board?region=eu-central-1",
    "azure-keyvault": "https://acme.vault.azure.net/service-board",
    "gcp-secretmanager": "acme-project/service-board",
    "vault": "secret/acme/service-board",
    "kubernetes": "integration/service-board",
    "github-actions": "acme/service-board",
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_be_named(kind: str) -> None:
    """Without its client library, a network or a secret in its name."""
    target = parse_target(f"{kind}:{EXAMPLES[kind]}")
    assert isinstance(target, Target)
    assert target.name.startswith(f"{kind}:")


@pytest.mark.parametrize("text", ["", "dotenv", "dotenv:", "dotenv:  ", "ftp:x", "/etc/passwd", "DOTENV:x"])
def test_what_names_no_target_is_refused(text: str) -> None:
    """With the forms that there are."""
    with pytest.raises(ValueError, match="begins no known delivery target; there are dotenv:PATH"):
        parse_target(text)


def test_a_malformed_rest_is_refused() -> None:
    """With what is wrong and what is right."""
    with pytest.raises(ValueError, match=r"^command: No closing quotation; give command:CMD"):
        parse_target("command:put 'x")


def test_json_is_the_unit(tmp_path: Path, pair: Credentials) -> None:
    """One object with exactly the documented keys, in a file for its owner alone."""
    path = tmp_path / "new" / "acme.json"
    target = parse_target(f"json:{path}")
    assert target.read() is None
    target.write(pair)
    assert json.loads(path.read_text()) == {
        "client_id": "3MVG9.the.consumer.key_1",
        "client_secret": "CONSUMERSECRET0123456789ABCDEF",
        "token_url": "https://acme--dev.sandbox.my.salesforce.com/services/oauth2/token",
        "instance_url": "https://acme--dev.sandbox.my.salesforce.com",
        "org_id": "00DWs000000AbCdMAK",
        "host": "acme--dev.sandbox.my.salesforce.com",
        "app": "Service_Board",
        "created_at": "2026-11-24T10:00:00+00:00",
    }
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert target.read() == pair


@pytest.mark.parametrize("text", ["[1, 2]", '{"name": "something else"}', "not json", '{"client_id": 5}'])
def test_a_json_file_of_something_else_is_left_alone(tmp_path: Path, pair: Credentials, text: str) -> None:
    """A mistaken path does not cost anybody a file."""
    path = tmp_path / "package.json"
    path.write_text(text)
    with pytest.raises(DeliveryFailed, match="was left as it is"):
        parse_target(f"json:{path}").write(pair)
    assert path.read_text() == text


class MemoryKeyring(keyring.backend.KeyringBackend):
    """A keyring in memory; ``locked`` makes it refuse."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.entries: dict[tuple[str, str], str] = {}
        self.locked = False

    def get_password(self, service: str, username: str) -> str | None:
        self._open()
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._open()
        self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.entries[service, username]

    def _open(self) -> None:
        if self.locked:
            raise keyring.errors.KeyringLocked("locked; CONSUMERSECRET0123456789ABCDEF")


@pytest.fixture
def ring() -> Iterator[MemoryKeyring]:
    """The system's keyring, for this test in memory."""
    before, mine = keyring.get_keyring(), MemoryKeyring()
    keyring.set_keyring(mine)
    yield mine
    keyring.set_keyring(before)


def test_the_keyring_holds_one_entry_per_pair(ring: MemoryKeyring, pair: Credentials) -> None:
    """Key and secret in one text, so no crash can mix them; a second entry, without a secret, points to it."""
    target = parse_target("keyring:service-board")
    assert target.read() is None
    target.write(pair)
    assert target.read() == pair
    name = "Service_Board@acme--dev.sandbox.my.salesforce.com"
    assert ring.entries["service-board", "delivered"] == name
    assert json.loads(ring.entries["service-board", name])["client_id"] == "3MVG9.the.consumer.key_1"


def test_a_locked_keyring_is_reported(ring: MemoryKeyring, pair: Credentials) -> None:
    """With a fix, and without what the back end printed."""
    ring.locked = True
    for action in (lambda: parse_target("keyring:s").write(pair), lambda: parse_target("keyring:s").read()):
        with pytest.raises(DeliveryFailed, match="KeyringLocked") as caught:
            action()  # type: ignore[no-untyped-call]
        assert "Unlock the keyring" in caught.value.next
        assert "CONSUMERSECRET" not in caught.value.message
        assert caught.value.__context__ is None


def program(tmp_path: Path, code: str) -> str:
    """A command line that runs a Python program."""
    path = tmp_path / "my program.py"
    path.write_text(code)
    return f"{shlex.quote(sys.executable)} {shlex.quote(str(path))}"


def test_a_program_gets_the_unit_on_its_standard_input(tmp_path: Path, pair: Credentials) -> None:
    """And on no other way: every user of a machine can list arguments."""
    code = "import json,sys\njson.dump([json.load(sys.stdin), sys.argv[1:]], open(sys.argv[1], 'w'))\nprint('noise')"
    out = tmp_path / "out.json"
    target = parse_target(f"command:{program(tmp_path, code)} {shlex.quote(str(out))}")
    target.write(pair)
    unit, arguments = json.loads(out.read_text())
    assert unit["client_secret"] == "CONSUMERSECRET0123456789ABCDEF"
    assert arguments == [str(out)]
    assert target.read() is None


def test_there_is_no_shell(tmp_path: Path, pair: Credentials) -> None:
    """``;`` and ``$`` are letters."""
    code = "import sys\nopen(sys.argv[1], 'w').write(' '.join(sys.argv[2:]))"
    out = tmp_path / "out.txt"
    parse_target(f"command:{program(tmp_path, code)} {out} '$HOME' ';' exit").write(pair)
    assert out.read_text() == "$HOME ; exit"


def test_a_failing_program_is_reported_by_its_last_line(tmp_path: Path, pair: Credentials) -> None:
    """Scrubbed: a program that prints what it got must not leak it into our message."""
    code = "import sys\nprint('first', file=sys.stderr)\nsys.stderr.write('bad unit: ' + sys.stdin.read())\nsys.exit(3)"
    with pytest.raises(DeliveryFailed, match="ended with exit code 3: bad unit") as caught:
        parse_target(f"command:{program(tmp_path, code)}").write(pair)
    assert "CONSUMERSECRET" not in caught.value.message
    assert "3MVG9" not in caught.value.message


def test_a_program_that_reads_nothing_may_succeed(tmp_path: Path, pair: Credentials) -> None:
    """Its exit code decides."""
    parse_target(f"command:{program(tmp_path, 'pass')}").write(pair)


def test_a_program_that_hangs_is_stopped(tmp_path: Path, pair: Credentials) -> None:
    """After its time, with the time in the message."""
    target = CommandTarget(program(tmp_path, "import threading\nthreading.Event().wait(60)"), timeout=0.2)
    with pytest.raises(DeliveryFailed, match=r"did not end within 0\.2 s"):
        target.write(pair)


def test_a_program_that_is_not_there_is_reported(pair: Credentials) -> None:
    """By name; its arguments are not shown, they may hold a token."""
    target = parse_target("command:no-such-program --token abcdef")
    assert target.name == "command:no-such-program"
    with pytest.raises(DeliveryFailed, match="No such file") as caught:
        target.write(pair)
    assert "abcdef" not in caught.value.message
