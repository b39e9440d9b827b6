"""Notifying people: each target really receives it, and a dead one never fails the run."""

from __future__ import annotations

import json
import socket
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from automation.errors import LoginRefused, TryAgainLater, UsageError
from automation.fleet import apprise_sender
from automation.fleet.notify import check, due, message, send, wanted
from automation.fleet.orgs import Org
from automation.fleet.outcome import OrgOutcome, line_of, of_error
from automation.secrets import remember
from automation.settings import load_settings
from tests.forgetting import only_own

ORG = Org("dev", "acme--dev.sandbox.my.salesforce.com", {}, {}, 60.0)
FAILED = of_error(ORG, LoginRefused("The password of admin was refused: s3cret-word."), found="app_missing")
FINE = OrgOutcome("uat", "up_to_date", "fine", line_of(ORG), 0)
CHANGED = OrgOutcome("new", "not_set_up", "no pair", line_of(ORG) | {"outcome": "created"}, 0, browser=True)
LATER = of_error(ORG, TryAgainLater("busy"))


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    with only_own():
        remember("s3cret-word")
        yield


class Hook(HTTPServer):
    """A webhook that keeps what it got, and answers as configured."""

    def __init__(self) -> None:
        self.bodies: list[Any] = []
        self.status = 200
        super().__init__(("127.0.0.1", 0), _Keep)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hook"


class _Keep(BaseHTTPRequestHandler):
    server: Hook

    def do_POST(self) -> None:
        self.server.bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def hook() -> Iterator[Hook]:
    server = Hook()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


class Postbox:
    """An SMTP handler that keeps the emails."""

    def __init__(self) -> None:
        self.mails: list[Any] = []

    async def handle_DATA(self, server: object, session: object, envelope: Any) -> str:  # noqa: N802 - the library's name
        self.mails.append(envelope)
        return "250 OK"


@pytest.fixture
def postbox() -> Iterator[tuple[Postbox, int]]:
    box = Postbox()
    with socket.socket() as probe:  # the library needs to know the port beforehand
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield box, port
    controller.stop()


NETWORK = load_settings(
    {"SF_LOGIN_URL": "https://acme--dev.sandbox.my.salesforce.com", "SF_USERNAME": "a@acme.com", "SF_PASSWORD": "-",
     "ECA_CONTACT_EMAIL": "a@acme.com", "ECA_CALLBACK_URL": "https://acme.example/oauth", "ECA_RUN_AS": "b@acme.com"}, None
)  # fmt: skip


def sent(*targets: str, outcomes: tuple[OrgOutcome, ...] = (FAILED, FINE), seconds: float = 30.0) -> list[str]:
    """Notify; answers the troubles."""
    what = message("failure", outcomes, 7, 12.0)
    return send([(target, what) for target in targets], lambda: NETWORK, seconds)


def test_a_webhook_gets_each_org_with_outcome_cause_and_fix(hook: Hook) -> None:
    """Orgs on which nothing happened are only counted; no secret passes."""
    assert sent(f"webhook:{hook.url}") == []
    (body,) = hook.bodies
    (org,) = body["orgs"]
    assert (org["name"], org["outcome"], org["found"], org["error"]["kind"]) == ("dev", "failed", "app_missing", "login_refused")
    assert org["error"]["message"] == "The password of admin was refused: ***."
    assert org["error"]["next"]
    assert body["summary"].startswith("2 orgs: 1 up to date, 1 failed")


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # Apprise's import of imghdr
@pytest.mark.parametrize(
    ("url", "dangerous"),
    [
        ("slack://T00000000/B00000000/aaaaaaaaaaaaaaaaaaaaaaaa/#ops", ("<!channel>", "<http://evil.example|click>")),
        ("workflows://prod.logic.azure.com:443/643e69f83c8944/signature/", ("[click](http://evil.example)", "<at>all</at>")),
    ],
)
def test_nothing_that_an_org_says_is_live_in_a_chat(url: str, dangerous: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """No mention of everybody, no link whose text hides where it leads; and no redirect is followed."""
    requests: list[tuple[str, dict[str, Any]]] = []

    def request(_session: object, **given: Any) -> Any:
        requests.append((json.dumps(json.loads(given["data"])), given))
        return SimpleNamespace(status_code=200, content=b"ok", text="ok", headers={})

    bad = of_error(ORG, LoginRefused(" ".join(dangerous)), found="app_missing")
    what = message("failure", (bad,), 7, 12.0)
    monkeypatch.setattr("requests.Session.request", request)
    assert apprise_sender.send(url, what.title, what.text) == 0
    (body, given) = requests[0]
    assert "login_refused" not in body
    assert "dev (acme--dev.sandbox.my.salesforce.com)" in body.replace("\\", "")
    assert not [text for text in dangerous if text in body]
    assert given["allow_redirects"] is False


def test_an_email_is_sent(postbox: tuple[Postbox, int], monkeypatch: pytest.MonkeyPatch) -> None:
    """Over Apprise, by a process of its own that gets no secret but the URL."""
    box, port = postbox
    monkeypatch.setenv("MAIL", f"mailto://127.0.0.1:{port}?from=runbook@acme.com&to=ops@acme.com")
    assert sent("apprise:env:MAIL") == []
    (mail,) = box.mails
    text = mail.content.decode()
    assert mail.rcpt_tos == ["ops@acme.com"]
    assert "1 of 2 orgs failed" in text
    assert "s3cret-word" not in text


def test_a_target_that_does_not_end_is_given_up(tmp_path: Path) -> None:
    """With what it started; the others are not waited for one after the other."""
    program = tmp_path / "hang.sh"
    program.write_text(f"#!/bin/sh\nsleep 60 &\necho $! > {tmp_path}/pid\nwait\n")
    program.chmod(0o700)
    troubles = sent(f"command:{program}", f"command:{program}", seconds=0.5)
    assert troubles == ["The notification by command failed: not done within 0.5 s"] * 2


def test_a_program_gets_the_same_as_a_webhook(tmp_path: Path) -> None:
    """As JSON on its standard input."""
    out = tmp_path / "sent.json"
    assert sent(f'command:{sys.executable} -c \'import sys; open("{out}", "w").write(sys.stdin.read())\'') == []
    assert json.loads(out.read_text())["orgs"][0]["name"] == "dev"


def test_failing_targets_are_noted_and_the_others_sent(hook: Hook, monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence each, without the address, which is a secret."""
    monkeypatch.setenv("DEAD", "json://127.0.0.1:9/T0/B0/geheim")
    monkeypatch.setenv("NONSENSE", "geheim://x")
    dead = ["apprise:env:DEAD", "apprise:env:NONSENSE", "webhook:env:NOT_SET", "command:/not/there", "command:false"]
    troubles = sent(*dead, f"webhook:{hook.url}")
    assert len(troubles) == len(dead)
    assert len(hook.bodies) == 1
    assert "geheim" not in "".join(troubles)


def test_a_target_that_refuses_is_noted(hook: Hook) -> None:
    """With its status."""
    hook.status = 410
    assert sent(f"webhook:{hook.url}") == ["The notification by webhook failed: it answered 410"]


@pytest.mark.parametrize(
    ("target", "right"),
    [
        ("webhook:https://hooks.acme.com/eca", True),
        ("webhook:http://hooks.acme.com/eca", False),
        ("webhook:https://hooks.acme.com/eca?token=abcdef", False),
        ("apprise:slack://T/B/geheim", False),
        ("apprise:env:SLACK", True),
        ("slack:env:SLACK", False),
        ("pager:x", False),
        ("command:'", False),
    ],
)
def test_targets_are_checked_before_anything_begins(target: str, right: bool) -> None:
    """And nothing of a secret is repeated."""
    problem = check(target)
    assert (problem is None) is right
    assert "geheim" not in (problem or "")
    assert "abcdef" not in (problem or "")


@pytest.mark.parametrize(
    ("outcomes", "events"),
    [
        ((FINE,), ["always"]),
        ((FINE, LATER), ["always"]),
        ((FINE, CHANGED), ["change", "always"]),
        ((FINE, FAILED), ["failure", "change", "always"]),
    ],
)
def test_who_wants_what(outcomes: tuple[OrgOutcome, ...], events: list[str]) -> None:
    """A failure is sent to everybody; a wait to those who want everything."""
    assert [event for event in ("failure", "change", "always") if due(event, outcomes)] == events


def test_the_command_line_adds_targets() -> None:
    """On failure unless it says otherwise; a malformed one is wrong usage."""
    assert wanted([("change", "command:a")], ["always=command:b", "command:c"]) == [
        ("change", "command:a"), ("always", "command:b"), ("failure", "command:c"),
    ]  # fmt: skip
    with pytest.raises(UsageError):
        wanted([], ["pager:me"])
