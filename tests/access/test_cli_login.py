"""The Salesforce CLI as a login method: a stand-in for ``sf`` that prints what the real one documents."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from automation.access.cli import CliLogin
from automation.access.login_methods import LoginMethodFailed, login_methods
from automation.errors import ForeignHost
from automation.secrets import Secret, known_secrets
from automation.settings import Settings
from tests.access.fake_salesforce import MY_DOMAIN, ORG

LINK = f"{ORG}/secur/frontdoor.jsp?otp=SECRET-otp&cshc=abc"
MakeSettings = Callable[..., Settings]


@pytest.fixture
def sf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Puts a program ``sf`` on the PATH that prints a text and ends with a code; it notes its arguments and proxy."""

    def install(printed: Any, exit_code: int = 0, name: str = "sf") -> Path:
        folder = tmp_path / "bin"
        folder.mkdir(exist_ok=True)
        text = printed if isinstance(printed, str) else json.dumps(printed)
        (tmp_path / "answer").write_text(text)
        program = folder / name
        program.write_text(
            f'#!/bin/sh\necho "$@" > "{tmp_path}/arguments"\necho "$HTTPS_PROXY" > "{tmp_path}/proxy"\n'
            f'cat "{tmp_path}/answer"\nexit {exit_code}\n'
        )
        program.chmod(0o700)
        monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
        return tmp_path

    return install


def login(settings: MakeSettings, **changes: Any) -> CliLogin:
    return CliLogin("acme-dev", settings(**changes))


def test_link(sf: Callable[..., Path], settings: MakeSettings) -> None:
    """The link is taken from the JSON, known as a secret at once, and asked for with the alias and our proxy."""
    answer = {"status": 0, "result": {"orgId": "00D000000000001AAA", "url": LINK, "username": "u@x"}, "warnings": []}
    folder = sf(answer)
    link = login(settings, https_proxy=Secret("http://proxy.example:3128")).url()
    assert link == LINK
    assert LINK in known_secrets()
    assert (
        (folder / "arguments").read_text().startswith("org open --url-only --json --target-org acme-dev --path /lightning/setup/")
    )
    assert (folder / "proxy").read_text().strip() == "http://proxy.example:3128"


ANSWERS: dict[str, tuple[Any, int, str, str]] = {
    "redacted": (
        {"status": 0, "result": {"url": "[REDACTED] Use 'sf org auth show-access-token' to view"}},
        0,
        "does not print the link",
        "sf update",
    ),
    "unknown alias": (
        {
            "name": "NamedOrgNotFoundError",
            "message": "Parsing --target-org \n\tNo authorization information found for acme-dev.\nSee more help with --help",
            "status": 2,
        },
        2,
        "says NamedOrgNotFoundError: Parsing --target-org No authorization information found for acme-dev.$",
        "sf org login web --alias acme-dev",
    ),
    "expired": (
        {"name": "RefreshTokenAuthError", "message": "Error authenticating with the refresh token due to: expired", "status": 1},
        1,
        "RefreshTokenAuthError",
        "sandbox refresh",
    ),
    "old": ({"name": "Error", "message": "Nonexistent flag: --url-only\nSee more help", "status": 2}, 2, "too old", "sf update"),
    "no JSON": ("command org:open not found", 127, "printed no JSON", "sf update"),
    "no JSON, but words": (
        " \n\x1b[31mError:\x1b[0m  Cannot find module x\n    at y",
        1,
        'exit code 1.: "Error: Cannot find module x"',
        "sf update",
    ),
    "nested too deep": ('{"result":' * 50_000, 0, "printed no JSON", "sf update"),
    "a list": ("[1, 2]", 0, "printed no JSON", "sf update"),
    "no link": ({"status": 0, "result": {}}, 0, "does not print the link", "sf update"),
}


@pytest.mark.parametrize("case", ANSWERS)
def test_no_link(sf: Callable[..., Path], settings: MakeSettings, case: str) -> None:
    """What the CLI says instead of a link is explained, with what to do."""
    printed, code, words, fix = ANSWERS[case]
    sf(printed, code)
    with pytest.raises(LoginMethodFailed, match=words) as caught:
        login(settings).url()
    assert fix in caught.value.next


GOOD = json.dumps({"status": 0, "result": {"url": LINK}})
AROUND: dict[str, str | bytes] = {
    "a line before": f"Successfully installed @salesforce/plugin-org {{1.2}} in 3s\n{GOOD}",
    "a line after": f"{GOOD}\n(node:12) Warning: something",
    "colours and a warning": f"\x1b[33m › Warning: @salesforce/cli update available\x1b[39m\n{GOOD}\x1b[0m",
    "a byte order mark": f"\ufeff{GOOD}",
    "another object first": f'{{"level": 40, "message": "deprecated", "status": 1}}\n{GOOD}',
    "another object after": f'{GOOD}\n{{"warnings": ["x"]}}',
    "another result first": f'{{"result": "ok", "status": 0}}\n{GOOD}',
    "many warnings of Node": "(node:12) Warning { code: 'X', at: { b: 1 } }\n" * 100 + GOOD,
    "half an object first": f'{{"result": {{"url":\n{GOOD}',
    "bytes that are no UTF-8": b"caf\xe9 \xff\n" + GOOD.encode(),
    "deep JSON first": "[" * 100_000 + f"\n{GOOD}",
}


@pytest.mark.parametrize("around", AROUND)
def test_the_answer_is_found_among_other_things(sf: Callable[..., Path], settings: MakeSettings, around: str) -> None:
    """The CLI and its plugins print more than JSON on standard output; the link is taken all the same."""
    folder, printed = sf(""), AROUND[around]
    (folder / "answer").write_bytes(printed if isinstance(printed, bytes) else printed.encode())
    assert login(settings).url() == LINK


def test_what_is_quoted_holds_no_secret(sf: Callable[..., Path], settings: MakeSettings) -> None:
    sf(f"opened {LINK} and 00D5g000004ABCD!AQEAQJx.abcdefghijklmnopqrstuvwx")
    with pytest.raises(LoginMethodFailed, match="printed no JSON") as caught:
        login(settings).url()
    assert "SECRET-otp" not in caught.value.message
    assert "AQEAQJx" not in caught.value.message


NODE_CRASH = """ ›   Warning: @salesforce/cli update available from 2.146.3 to 2.150.6.
/opt/sf/node_modules/undici/lib/interceptor/decompress.js:78
  zstd: createZstdDecompress.bind(null, { params: { [constants.ZSTD_d_windowLogMax]: 23 } })
                             ^

TypeError: Cannot read properties of undefined (reading 'bind')
    at Object.<anonymous> (/opt/sf/node_modules/undici/lib/interceptor/decompress.js:78:30)

Node.js v20.20.2
"""
"""Seen: sf 2.146.3 under Node 20.20.2."""


def test_a_node_that_is_too_old_is_named(settings: MakeSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With its version, its error and what to do, instead of the notes that the CLI prints before it crashes."""
    (tmp_path / "crash").write_text(NODE_CRASH)
    (tmp_path / "sf").write_text(f'#!/bin/sh\ncat "{tmp_path}/crash" >&2\nexit 1\n')
    (tmp_path / "sf").chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(LoginMethodFailed, match=r"crashed under Node.js v20.20.2: TypeError: Cannot read") as caught:
        login(settings).url()
    assert "Update Node.js" in caught.value.next


FOREIGN = [
    LINK.replace(MY_DOMAIN, MY_DOMAIN + ".evil.example"),
    LINK.replace("https", "http"),
    "https://login.salesforce.com/",
    LINK.replace("acme--dev", "other--dev"),
]


@pytest.mark.parametrize("link", FOREIGN)
def test_foreign_link(sf: Callable[..., Path], settings: MakeSettings, link: str) -> None:
    """A link that leads elsewhere is not opened, and not shown."""
    sf({"status": 0, "result": {"url": link}})
    with pytest.raises(ForeignHost) as caught:
        login(settings).url()
    assert "otp" not in str(caught.value)


def test_no_cli(monkeypatch: pytest.MonkeyPatch, settings: MakeSettings, sf: Callable[..., Path]) -> None:
    """A missing CLI is named, and so is its predecessor when only that is there."""
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(LoginMethodFailed, match="not on the PATH") as caught:
        login(settings).url()
    assert "npm install --global @salesforce/cli" in caught.value.next
    monkeypatch.setattr(shutil, "which", lambda name: "/usr/bin/sfdx" if name == "sfdx" else None)
    with pytest.raises(LoginMethodFailed, match="too old"):
        login(settings).url()


def test_order_of_login_methods(settings: MakeSettings, tmp_path: Path) -> None:
    """Session, CLI, link, password: the cheapest first, and only those that are set."""
    everything = settings(sf_storage_state=tmp_path / "s.json", sf_cli_org="acme-dev", sf_frontdoor_url=Secret(LINK))
    assert [one.name for one in login_methods(everything)] == [
        "the saved session of SF_STORAGE_STATE",
        'the Salesforce CLI org "acme-dev"',
        "the one-time link of SF_FRONTDOOR_URL",
        "username and password",
    ]
    assert login_methods(settings(sf_password=None)) == []
