"""The mailbox on a real mail server: logins, TLS, IDLE, emails that come, move and break, and a server that stalls or dies."""

from __future__ import annotations

import base64
import json
import logging
import os
import re
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import format_datetime

import psutil  # type: ignore[import-untyped]
import pytest

from automation.access.codes import CodeRequest, Method
from automation.access.codes.mailbox import Mailbox
from automation.access.codes.source import NoCodeYet
from automation.access.codes.tokens import Bearer, GivenToken
from automation.errors import VerificationNeeded
from automation.secrets import Secret
from automation.secrets.encodings import encodings
from tests.mailbox.dovecot import PASSWORD, USER, Dovecot, give
from tests.mailbox.token_endpoint import USABLE, TokenEndpoint

pytestmark = pytest.mark.dovecot

REQUEST = CodeRequest(Method.EMAIL, sandbox=True, username="admin@acme.example.dev", address="c***s@acme.example")
OpenBox = Callable[..., Mailbox]


def email(code: str = "123456", sender: str = "Salesforce <noreply@salesforce.com>") -> bytes:
    now = format_datetime(datetime.now(UTC))
    return (
        f"From: {sender}\r\nTo: {USER}\r\nDate: {now}\r\nSubject: Sandbox: Verify your identity in Salesforce\r\n"
        f"\r\nVerification Code: {code}\r\n"
    ).encode()


def test_a_password_beyond_ascii_opens_the_mailbox(open_box: OpenBox) -> None:
    """AUTHENTICATE PLAIN carries it in UTF-8 (field case F6)."""
    box = open_box()
    assert box.prepare() is None
    assert box.newest() is None


@pytest.mark.parametrize("password", ["wrong", "fälsch", "\udcff", "\0"])
def test_a_refused_password_is_ours(open_box: OpenBox, password: str) -> None:
    box = open_box(password=password)
    assert re.search(r"refused username or password: [^b]", str(box.prepare()))  # the server's words, not b'...'
    with pytest.raises(VerificationNeeded, match="refused username or password"):
        box.code(REQUEST, 1)


def test_a_code_that_comes_later_ends_the_wait(open_box: OpenBox, dovecot: Dovecot) -> None:
    """IDLE is used; the answer is there long before the time is over."""
    box = open_box()
    box.prepare()
    threading.Timer(0.3, dovecot.deliver, (email("246810"), "later")).start()
    assert box.code(REQUEST, 30).reveal() == "246810"


def test_what_was_there_before_is_old(open_box: OpenBox, dovecot: Dovecot) -> None:
    dovecot.deliver(email("111111"), "old")
    box = open_box()
    box.prepare()
    with pytest.raises(NoCodeYet):
        box.code(REQUEST, 0)
    dovecot.deliver(email("222222"), "new")
    assert box.code(REQUEST, 5).reveal() == "222222"
    assert (dovecot.folder / "mail" / USER / "cur").exists()


def test_nothing_is_marked_as_read(open_box: OpenBox, dovecot: Dovecot) -> None:
    box = open_box()
    box.prepare()
    dovecot.deliver(email(), "unread")
    box.code(REQUEST, 5)
    box.close()
    names = [path.name for path in (dovecot.folder / "mail" / USER).rglob("unread*")]
    assert names
    assert not any("S" in name.partition(":2,")[2] for name in names)


def test_broken_emails_of_strangers_do_no_harm(open_box: OpenBox, dovecot: Dovecot) -> None:
    """The inputs of the review: groups, comments, nested parts, markup without end, a large one (H3, M7, F7)."""
    box = open_box()
    box.prepare()
    nested = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (level, level) for level in range(2000))
    wild = [
        email(sender="<@@@>,:;["),
        email(sender="(c):"),
        email(sender="(" * 3000),
        email("999999", sender="noreply@salesforce.com, x@evil.example"),
        email().replace(b"\r\n\r\n", b"\r\n" + nested, 1),
        email().replace(b"\r\n\r\n", b"\r\nContent-Type: text/html\r\n\r\n" + b"<" * 200_000, 1),
        email("888888") + b"x" * 8_000_000,
        b"",
        b"\xff\xfe\0",
    ]
    dovecot.deliver(email("135790"), "right")
    for number, raw in enumerate(wild):
        dovecot.deliver(raw, f"wild{number}")
    assert box.code(REQUEST, 20).reveal() == "135790"


def test_an_email_that_moves_away_does_no_harm(open_box: OpenBox, dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between SEARCH and FETCH a filter moves it; the next one is found."""
    box = open_box()
    box.prepare()
    here = dovecot.deliver(email("555555"), "moving")
    judge = Mailbox._judge

    def move_first(self: Mailbox, *given: object) -> None:
        for path in here.parent.parent.rglob("moving*"):
            path.unlink()
        judge(self, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(Mailbox, "_judge", move_first)
    with pytest.raises(NoCodeYet):
        box.code(REQUEST, 0.1)
    dovecot.deliver(email("777777"), "staying")
    assert box.code(REQUEST, 10).reveal() == "777777"


def test_thousands_of_new_emails_are_looked_through_once(open_box: OpenBox, dovecot: Dovecot) -> None:
    """The newest thousand count; the code is among them."""
    box = open_box()
    box.prepare()
    for number in range(1500):
        dovecot.deliver(b"From: news@acme.example\r\nSubject: x\r\n\r\nx\r\n", f"news{number:05}")
    dovecot.deliver(email("864209"), "zz")
    assert box.code(REQUEST, 60).reveal() == "864209"


def test_a_server_that_stalls_ends_the_wait_in_time(open_box: OpenBox, dovecot: Dovecot) -> None:
    """It is stopped (SIGSTOP) in mid-wait: the wait ends by its deadline with words, not with the server."""
    box = open_box()
    box.prepare()
    workers = _workers(dovecot)
    for pid in workers:
        _send(pid, signal.SIGSTOP)
    try:
        with pytest.raises(VerificationNeeded, match="can't be read"):
            box.code(REQUEST, 0.5)
    finally:
        for pid in workers:
            _send(pid, signal.SIGCONT)


def test_a_server_that_dies_is_asked_again(open_box: OpenBox, dovecot: Dovecot) -> None:
    """The session's process is killed: a new connection goes on where the old one was."""
    box = open_box()
    box.prepare()
    dovecot.deliver(email("975310"), "survivor")
    for pid in _workers(dovecot):
        _send(pid, signal.SIGKILL)
    assert box.code(REQUEST, 20).reveal() == "975310"


def _workers(dovecot: Dovecot) -> list[int]:
    """The server's processes that talk to clients."""
    children = psutil.Process(dovecot.process.pid).children(recursive=True)
    return [child.pid for child in children if child.name() in ("imap", "imap-login")]


def _send(pid: int, what: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, what)


def test_a_certificate_that_is_not_trusted_is_named(dovecot: Dovecot) -> None:
    """Without SF_CA_FILE the throw-away CA is unknown: nothing is sent."""
    box = Mailbox(dovecot.url(), USER, Secret("never-sent-word"))
    assert "its certificate is not trusted" in str(box.prepare())


def test_a_folder_that_is_not_there_is_named(open_box: OpenBox) -> None:
    """And the advice is about the folder, not about the network."""
    box = open_box(folder="Codes")
    assert "Mailbox doesn't exist: Codes" in str(box.prepare())
    with pytest.raises(VerificationNeeded) as caught:
        box.code(REQUEST, 1)
    assert "folder at the end of SF_IMAP_URL" in caught.value.next


@pytest.mark.parametrize("mechanism", ["XOAUTH2", "OAUTHBEARER"])
def test_a_token_opens_the_mailbox(open_box: OpenBox, endpoint: TokenEndpoint, dovecot: Dovecot, mechanism: str) -> None:
    endpoint.tokens["good-token"] = dict(USABLE)
    box = open_box(Bearer(mechanism, GivenToken(Secret("good-token"))))
    assert box.prepare() is None
    dovecot.deliver(email("314159"), "code")
    assert box.code(REQUEST, 10).reveal() == "314159"


def test_the_libraries_log_no_secret(open_box: OpenBox, endpoint: TokenEndpoint, caplog: pytest.LogCaptureFixture) -> None:
    """imapclient logs the conversation at DEBUG: neither the password nor the token is in it, nor their base64."""
    caplog.set_level(logging.DEBUG)
    endpoint.tokens["quiet-token-99"] = dict(USABLE)
    assert open_box(Bearer("XOAUTH2", GivenToken(Secret("quiet-token-99")))).prepare() is None
    assert open_box().prepare() is None
    assert "AUTHENTICATE" in caplog.text
    assert not [form for secret in ("quiet-token-99", PASSWORD) for form in encodings(secret) if form in caplog.text]


@pytest.mark.parametrize("mechanism", ["XOAUTH2", "OAUTHBEARER"])
@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"active": False}, "it has expired, was revoked, or is not for this mailbox"),
        ({"active": False, "exp": 1_700_000_000}, "it has expired ("),
        (USABLE | {"scope": "profile"}, "its scope does not allow IMAP"),
        (USABLE | {"username": "somebody-else@acme.example"}, "it is for somebody-else@acme.example, not for this mailbox"),
    ],
)
def test_a_refused_token_has_its_reason(
    open_box: OpenBox, endpoint: TokenEndpoint, mechanism: str, said: dict[str, object], words: str
) -> None:
    """Wrong scope, expired, and somebody else's: each has its own words, and none repeats the token."""
    token = jwt(said)
    endpoint.tokens[token] = said
    message = str(open_box(Bearer(mechanism, GivenToken(Secret(token)))).prepare())
    assert words in message
    assert token not in message


def jwt(claims: dict[str, object]) -> str:
    """A token that says in clear what it is for, as those of most identity providers."""
    parts = (base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in ({"alg": "none"}, claims))
    return f"{'.'.join(parts)}.unsigned"


def test_a_folder_that_may_not_be_read_is_named(open_box: OpenBox, endpoint: TokenEndpoint, dovecot: Dovecot) -> None:
    """The login passes; the folder's rights do not."""
    endpoint.tokens["good-token"] = dict(USABLE)
    dovecot.deliver(email(), "x")
    locked = dovecot.folder / "mail" / USER / ".Locked"
    for part in (locked, locked / "tmp", locked / "new", locked / "cur"):
        part.mkdir()
        give(part)
    (locked / "dovecot-acl").write_text("owner l\n")  # to be seen in lists, and no more
    box = open_box(Bearer("XOAUTH2", GivenToken(Secret("good-token"))), folder="Locked")
    assert f"The folder Locked of the mailbox {USER} at localhost may not be read" in str(box.prepare())
