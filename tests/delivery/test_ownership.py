"""Nothing of others is replaced, unless the user allows it in the target's text: the rule, and files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from automation.delivery import parse_target, unit
from automation.delivery.unit import Held, mark
from automation.errors import DeliveryFailed
from automation.secrets.credentials import Credentials

HOST = "acme--dev.sandbox.my.salesforce.com"
TOKEN_URL = f"https://{HOST}/services/oauth2/token"
DOTENV = {
    "an integration without a token URL": "SALESFORCE_CLIENT_ID=a\nSALESFORCE_CLIENT_SECRET=b\nSALESFORCE_LOGIN_URL=https://x\n",
    "a pair by hand": f"SALESFORCE_CLIENT_ID=kk\nSALESFORCE_CLIENT_SECRET=ss\nSALESFORCE_TOKEN_URL={TOKEN_URL}\n",
    "production's URL and org": "SALESFORCE_TOKEN_URL=https://acme.my.salesforce.com/services/oauth2/token\nSALESFORCE_ORG_ID=00D1\n",
    "an id alone": "SALESFORCE_CLIENT_ID=kk\n",
}
JSON = {
    "text": "a database password",
    "other JSON": '{"username": "x"}',
    "a list": "[1]",
    "half a pair": '{"client_id": "k", "host": "h"}',
    "deep nesting": "[" * 200_000,
    "half a surrogate": json.dumps(dict.fromkeys(unit.KEYS, "�")),
}


@pytest.mark.parametrize(
    ("kind", "text"),
    [*(("dotenv", text) for text in DOTENV.values()), *(("json", text) for text in JSON.values())],
    ids=[*DOTENV, *JSON],
)
def test_what_is_not_ours_stays_until_that_is_allowed(tmp_path: Path, pair: Credentials, kind: str, text: str) -> None:
    """The message says what is there and how to allow it."""
    path = tmp_path / "place"
    path.write_text(text)
    with pytest.raises(DeliveryFailed, match="and was left as it is") as caught:
        parse_target(f"{kind}:{path}").write(pair)
    assert path.read_text() == text
    assert caught.value.next.endswith(f"{kind}:{path}?replace=yes")
    allowed = parse_target(f"{kind}:{path}?replace=yes")
    allowed.write(pair)
    assert allowed.read() == pair


@pytest.mark.parametrize("text", ["", "\n", "A=1\n", "SALESFORCE_CLIENT_ID=\nSALESFORCE_CLIENT_SECRET=\n"])
def test_a_free_place_needs_no_leave(tmp_path: Path, pair: Credentials, text: str) -> None:
    """Other names of a dotenv file do not matter, nor does a form that is not filled in."""
    (tmp_path / ".env").write_text(text)
    target = parse_target(f"dotenv:{tmp_path}/.env")
    target.write(pair)
    assert target.read() == pair


def test_keys_beside_our_pair_stay(tmp_path: Path, pair: Credentials) -> None:
    """Of a user who put more into the same JSON."""
    path = tmp_path / "pair.json"
    target = parse_target(f"json:{path}")
    target.write(pair)
    path.write_text(json.dumps({"mine": {"a": [1]}, **json.loads(path.read_text()), "last": None}))
    target.write(pair)
    tree = json.loads(path.read_text())
    assert (tree["mine"], tree["last"], target.read()) == ({"a": [1]}, None, pair)


@pytest.mark.parametrize(
    ("text", "name", "replaces"),
    [
        ("dotenv:a?replace=yes", "dotenv:a", True),
        ("dotenv:a?b", "dotenv:a?b", False),
        ("aws-secretsmanager:n?replace=yes&region=x", "aws-secretsmanager:n?region=x", True),
        ("aws-secretsmanager:n?region=x&replace=yes", "aws-secretsmanager:n?region=x", True),
        ("github-actions:o/r?name=N&replace=yes", "github-actions:o/r?name=N", True),
        ("vault:kv/a?replace=yes", "vault:kv/a", True),
        ("keyring:s?replace=yes", "keyring:s", True),
        ("command:put ?replace=yes", "command:put", False),
    ],
)
def test_the_mark_is_the_same_for_all_targets(text: str, name: str, replaces: bool) -> None:
    """It is no part of the name; a program's arguments are its own."""
    target = parse_target(text)
    assert (target.name, target.replaces) == (name, replaces)


def test_another_value_of_the_mark_is_refused() -> None:
    """It must not become a part of a file's name."""
    with pytest.raises(ValueError, match="replace can only be yes"):
        parse_target("dotenv:a?replace=true")


def test_a_mark_stands_for_app_and_host() -> None:
    """Whatever the case of the host; a place with another one is not ours, one with none is free."""
    ours = mark(HOST, "App")
    assert ours == mark(HOST.upper(), "App") != mark(HOST, "app")
    assert Held(marks=(ours,)).foreign(HOST, "App") is None
    assert Held().foreign(HOST, "App") is None
    assert "marked" in (Held(marks=(ours, "OTHER")).foreign(HOST, "App") or "")
