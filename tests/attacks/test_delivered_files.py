"""Files that a pair is delivered to may hold anything: delivered with all else kept, or refused with not a byte changed."""

from __future__ import annotations

import json
import os
import stat
import sys
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from pathlib import Path

import pytest

from automation.delivery import deliver, parse_target, same_pair
from automation.errors import DeliveryFailed, RunbookError
from automation.secrets import Secret
from automation.settings.rules import targets
from tests.attacks.conftest import Attacks
from tests.attacks.texts import BYTES, ours_or_value
from tests.org_api.org_double import pair

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pipes, modes, forks and scripts of POSIX")

UNIT = {"client_id": "k", "client_secret": "s", "token_url": "https://h/services/oauth2/token", "host": "h", "app": "Other"}
CONTENTS: dict[str, bytes] = {
    **BYTES,
    "other names": b"# mine\nDB_PASSWORD='x y'\nexport A=1\r\nB=\n",
    "half a pair": b"SALESFORCE_CLIENT_ID=theirs\n",
    "another secret": b"SALESFORCE_CLIENT_SECRET=theirs\n",
    "URL of production": b"SALESFORCE_TOKEN_URL=https://acme.my.salesforce.com/services/oauth2/token\n",
    "a pair by hand": b"SALESFORCE_CLIENT_ID=a\nSALESFORCE_CLIENT_SECRET=b\nSALESFORCE_TOKEN_URL=https://h/services/oauth2/token\n",
    "a forged mark": b"# External Client App Service_Board of evil.example, read now\nSALESFORCE_CLIENT_ID=a\n",
    "names in a comment": b"#SALESFORCE_CLIENT_ID=a\n",
    "an open quote": b"A='no end\nSALESFORCE_CLIENT_ID=a\n",
    "a value over lines": b'KEY="-----BEGIN KEY-----\nAAAA\n-----END KEY-----"\n',
    "JSON": b'{\n  "mine": 1\n}\n',
    "a pair of another app": json.dumps(UNIT).encode(),
    "a certificate": b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
    "a script": b'#!/bin/sh\nset -eu\nexec program "$@"\n',
    "YAML": b"password: x\nitems:\n  - a\n",
}


@pytest.mark.parametrize("kind", ["dotenv", "json"])
def test_delivered_or_untouched(kind: str, attacks: Attacks, tmp_path: Path) -> None:
    path = tmp_path / "file"

    def holds(before: bytes) -> None:
        path.write_bytes(before)
        target = parse_target(f"{kind}:{path}")
        if isinstance(ours_or_value(lambda: target.write(pair())), RunbookError):
            assert path.read_bytes() == before
            return
        assert same_pair(target.read(), pair())
        kept = [line for line in before.split(b"\n") if line.strip() and not line.startswith(b"SALESFORCE_")]
        assert kind == "json" or all(line.strip() in path.read_bytes() for line in kept)

    attacks.each(CONTENTS, holds)


def _pair_of_links(path: Path) -> None:
    path.with_name("other").symlink_to(path)
    path.symlink_to(path.with_name("other"))


def _below_a_file(path: Path) -> Path:
    path.touch()
    return path / "below"


PLACES: dict[str, Callable[[Path], object]] = {
    "folder": lambda path: path.mkdir(),
    "pipe": os.mkfifo,
    "device": lambda path: path.symlink_to("/dev/null"),
    "endless device": lambda path: path.symlink_to("/dev/zero"),
    "full device": lambda path: path.symlink_to("/dev/full"),
    "terminal": lambda path: path.symlink_to("/dev/tty"),
    "memory of a process": lambda path: path.symlink_to("/proc/self/mem"),
    "kernel's file": lambda path: path.symlink_to("/proc/sys/kernel/hostname"),
    "loop": lambda path: path.symlink_to(path),
    "loop of two": _pair_of_links,
    "below a file": _below_a_file,
}


@pytest.mark.parametrize("kind", ["dotenv", "json"])
def test_what_is_no_file_is_refused(kind: str, attacks: Attacks, tmp_path: Path) -> None:
    """And stays what it is."""
    folders = (tmp_path / str(number) for number in count())

    def holds(make: Callable[[Path], object]) -> None:
        path = next(folders) / "place"
        path.parent.mkdir()
        made = make(path)
        before = os.lstat(path).st_mode if made is None else 0
        with pytest.raises(DeliveryFailed):
            parse_target(f"{kind}:{made or path}").write(pair())
        assert made is not None or stat.S_IFMT(os.lstat(path).st_mode) == stat.S_IFMT(before)

    attacks.each(PLACES, holds)


PATHS = (
    "a b",
    "a'b",
    'a"b',
    "a$HOME",
    "a`id`",
    "-x",
    "a?b",
    "a&b",
    "a#b",
    "a%2e",
    "..",
    "a\nb",
    "ü",
    "\u202e",
    "a" * 300,
    "x/" * 300,
    "~root",
    "\0",
)


@pytest.mark.parametrize("kind", ["dotenv", "json"])
def test_any_path_is_taken_as_written_or_refused(kind: str, attacks: Attacks, tmp_path: Path) -> None:
    def holds(name: str) -> None:
        written = ours_or_value(lambda: parse_target(f"{kind}:{tmp_path}/{name}").write(pair()), ValueError)
        if not isinstance(written, RunbookError | ValueError):
            assert Path(f"{tmp_path}/{name}".strip()).is_file()

    attacks.each({ascii(name)[:40]: name for name in PATHS}, holds)


ODD = (
    "a'b",
    'a"b',
    "a\\b",
    "a$b",
    "a`b",
    "a#b",
    " a",
    "a ",
    "a=b",
    "${HOME}",
    "%PATH%",
    "é",
    "\u2028",
    "a\tb",
    "'''",
    "\\'",
    "a\nb",
    "\r",
    "",
    "a\0b",
)


@pytest.mark.parametrize("kind", ["dotenv", "json"])
def test_any_value_reads_back_or_is_refused(kind: str, attacks: Attacks, tmp_path: Path) -> None:
    def holds(value: str) -> None:
        odd = pair(client_secret=Secret(value))
        with suppress(DeliveryFailed):
            target = parse_target(f"{kind}:{tmp_path}/{ODD.index(value)}")
            deliver([target], odd)
            assert same_pair(target.read(), odd)

    attacks.each({ascii(value): value for value in ODD}, holds)


TWICE = (
    ("dotenv:x.env", "json:x.env"),
    ("dotenv:x.env", "json:./x.env"),
    ("dotenv:x.env", "dotenv:../{here}/x.env"),
    ("json:x", "json:x?replace=yes"),
    ("vault:kv/a", "vault:/kv/a/"),
    ("github-actions:Acme/App", "github-actions:acme/app"),
)


def test_two_targets_of_one_place_are_refused(attacks: Attacks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One would undo what the other did, and both would say that they delivered."""
    monkeypatch.chdir(tmp_path)

    def holds(both: tuple[str, str]) -> None:
        with pytest.raises(ValueError, match="one place"):
            targets("\n".join(both).replace("{here}", tmp_path.name))

    attacks.each({" ".join(both): both for both in TWICE}, holds)
