"""Verification codes: from emails, an authenticator seed, a program, a person."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pyotp
import pytest

from automation.access.codes import CodeRequest, CodeSources, Method
from automation.access.codes.command import CodeCommand
from automation.access.codes.mail import masked_pattern
from automation.access.codes.sources import Prompt
from automation.access.codes.totp import SECONDS_LEFT, Authenticator
from automation.errors import SettingsError, VerificationNeeded
from automation.secrets import Secret
from automation.settings import Settings
from automation.settings.urls import imap_server, imap_url
from tests.access.whole_email import code_in

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
REQUEST = CodeRequest(Method.EMAIL, sandbox=True, username="admin@acme.example.dev", address="a***n@acme.example")


SUBJECT, BODY = "Sandbox: Verify your identity in Salesforce", "Verification Code: 123456"
USUAL = {"From": "Salesforce <noreply@salesforce.com>", "To": "admin@acme.example", "Date": format_datetime(NOW)}


def mail(subject: str = SUBJECT, body: str = BODY, **headers: str) -> bytes:
    message = EmailMessage()
    for name, value in {**USUAL, **headers}.items():
        message[name] = value
    message["Subject"] = subject
    message.set_content(body)
    return message.as_bytes()


def read(raw: bytes, request: CodeRequest = REQUEST) -> str | None:
    code = code_in(raw, request, NOW)
    return code.reveal() if code else None


def test_sandbox_mail() -> None:
    """The email of a sandbox."""
    assert read(mail()) == "123456"


def test_production_mail() -> None:
    """The email of a production org has no mark; a sandbox's email is none of its business."""
    request = CodeRequest(Method.EMAIL, sandbox=False)
    assert read(mail("Verify your identity in Salesforce"), request) == "123456"
    assert read(mail(), request) is None


@pytest.mark.parametrize(
    "raw",
    [
        mail("Your weekly report"),
        mail(From="noreply@salesforce.com.evil.example"),
        mail(From="Salesforce <news@acme.example>"),
        mail(From='"noreply@salesforce.com" <x@evil.example>'),
        mail(To="bob@acme.example"),
        mail(To="admin@other.example"),
        mail(body="Verification Code: none"),
        mail(body="Ticket 123456 was closed."),
        mail(body="Verification Code: 123456\n\nUsername: admin@acme.example.uat"),
        mail(Date=format_datetime(NOW - timedelta(hours=1))),
        b"",
        b"\xff\xfe not a mail",
    ],
)
def test_other_emails(raw: bytes) -> None:
    """Other senders, other people, other users, other subjects and old emails are left alone."""
    assert read(raw) is None


def test_html_mail() -> None:
    """An email with HTML alone is read without its tags."""
    message = EmailMessage()
    message["From"], message["To"] = "noreply@salesforce.com", "admin@acme.example"
    message["Subject"] = "Sandbox: Verify your identity in Salesforce"
    message.set_content("<p>Verification Code: <b>98765</b></p>", subtype="html")
    assert read(message.as_bytes()) == "98765"


def test_clock_skew() -> None:
    """A mail server whose clock is a few minutes late is no reason to miss the email."""
    assert read(mail(Date=format_datetime(NOW - timedelta(minutes=5)))) == "123456"


@pytest.mark.parametrize(
    ("masked", "address", "fits"),
    [
        ("a*****n@acme.example", "admin@acme.example", True),
        ("a*****@a***.example", "admin@acme.example", True),
        ("a*****n@acme.example", "bob@acme.example", False),
        ("a*****n@acme.example", "admin@evil.example", False),
        ("a•••@acme.example", "ADMIN@acme.example", True),
    ],
)
def test_masked_address(masked: str, address: str, fits: bool) -> None:
    """Whom a masked address may stand for."""
    assert bool(masked_pattern(masked).fullmatch(address)) is fits


class Clock:
    def __init__(self, now: float) -> None:
        self.now = now
        self.waited = 0.0

    def __call__(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += seconds
        self.waited += seconds


SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def test_authenticator() -> None:
    """The code of now, when its window has time left."""
    clock = Clock(1_800_000_000.0)
    code = Authenticator(Secret(SEED), clock, clock.wait).code(CodeRequest(Method.TOTP), 60)
    assert code.reveal() == pyotp.TOTP(SEED).at(1_800_000_000)
    assert clock.waited == 0


def test_authenticator_waits_for_a_fresh_window() -> None:
    """A code that is about to end is not used."""
    clock = Clock(1_800_000_030.0 - SECONDS_LEFT + 1)
    code = Authenticator(Secret(SEED), clock, clock.wait).code(CodeRequest(Method.TOTP), 60)
    assert code.reveal() == pyotp.TOTP(SEED).at(1_800_000_030)


def test_authenticator_never_repeats_a_code() -> None:
    """Salesforce takes a code once, so the second one is of another window."""
    clock = Clock(1_800_000_000.0)
    source = Authenticator(Secret(SEED), clock, clock.wait)
    assert source.code(CodeRequest(Method.TOTP), 60) != source.code(CodeRequest(Method.TOTP), 60)


@pytest.mark.parametrize("seed", ["jbsw y3dp ehpk 3pxp jbsw y3dp ehpk 3pxp", f"otpauth://totp/Salesforce:x?secret={SEED}"])
def test_seed_forms(seed: str) -> None:
    """A seed with blanks, and an address from a QR code."""
    clock = Clock(1_800_000_000.0)
    assert Authenticator(Secret(seed), clock).code(CodeRequest(Method.TOTP), 1).reveal() == pyotp.TOTP(SEED).at(1_800_000_000)


BAD_SEEDS = ["not base32 !!", f"otpauth://hotp/x?secret={SEED}&counter=1", "otpauth://nothing", "JBSWY3DPEHPK3PXP"]


@pytest.mark.parametrize("seed", BAD_SEEDS)
def test_bad_seeds(seed: str) -> None:
    """A seed that is none is named, without being shown."""
    with pytest.raises(SettingsError, match="SF_TOTP_SECRET") as caught:
        Authenticator(Secret(seed))
    assert seed not in str(caught.value)


def program(folder: Path, text: str) -> str:
    path = folder / "my code"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o700)
    return f"'{path}' first"


def test_command(tmp_path: Path) -> None:
    """A program learns what is asked for, and its number is the code; no shell is involved."""
    asked = 'test "$1 $SF_CODE_METHOD $SF_CODE_USERNAME" = "first email admin@acme.example.dev"'
    line = program(tmp_path, f'{asked} && echo "code: 445566"')
    assert CodeCommand(line).code(REQUEST, 10).reveal() == "445566"


def test_command_may_print_bytes_that_are_no_text(tmp_path: Path) -> None:
    assert CodeCommand(program(tmp_path, r"printf 'caf\351 \377 445566'")).code(REQUEST, 10).reveal() == "445566"


@pytest.mark.parametrize(
    ("text", "words"), [("exit 3", "exit code 3"), ("echo none", "no code"), ("exec tail -f /dev/null", "did not answer")]
)
def test_command_fails(tmp_path: Path, text: str, words: str) -> None:
    """What a program does wrong is said, but not what it printed."""
    with pytest.raises(VerificationNeeded, match=words):
        CodeCommand(program(tmp_path, text)).code(REQUEST, 0.3)


def test_command_is_missing() -> None:
    """A program that is not there."""
    with pytest.raises(VerificationNeeded, match="can't be started"):
        CodeCommand("/nowhere/at-all").code(REQUEST, 1)


def test_prompt(monkeypatch: pytest.MonkeyPatch) -> None:
    """A person reads what is asked for and where it went; blanks do not matter; nothing is no code."""
    asked: list[str] = []

    def answer(prompt: str, stream: object = None) -> str:
        asked.append(prompt)
        return " 123 456 " if len(asked) == 1 else ""

    monkeypatch.setattr(getpass, "getpass", answer)
    assert Prompt().code(REQUEST, 1).reveal() == "123456"
    assert "emailed code" in asked[0]
    assert "a***n@acme.example" in asked[0]
    with pytest.raises(VerificationNeeded, match="No emailed code"):
        Prompt().code(REQUEST, 1)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://x/INBOX", "give imaps://"),
        ("imap://mail.example/INBOX", "imap: only on localhost"),
        ("imaps://", "give imaps://"),
        ("imaps://h:x/", "not a URL"),
    ],
)
def test_bad_mailbox_addresses(url: str, words: str) -> None:
    """A mailbox address that is malformed or would send a password in the clear."""
    with pytest.raises(ValueError, match=words):
        imap_url(url)


def test_mailbox_addresses() -> None:
    """Host, port, folder; the usual ports."""
    at = imap_server("imaps://mail.example/Salesforce%20codes")
    assert (at.host, at.port, at.tls, at.folder) == ("mail.example", 993, True, "Salesforce codes")
    assert imap_server("imap://127.0.0.1:1143").folder == "INBOX"


def test_sources_from_settings(settings: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch) -> None:
    """The most specific source answers; a program answers the rest; a terminal only when there is one."""
    monkeypatch.setattr("automation.access.codes.sources.person_is_there", lambda: False)
    none = CodeSources.from_settings(settings())
    assert [none.answering(method) for method in Method] == [None] * len(Method)
    mailbox: dict[str, Any] = {"sf_imap_url": "imaps://h/", "sf_imap_username": "u", "sf_imap_password": Secret("pass-word")}
    some = CodeSources.from_settings(settings(sf_totp_secret=Secret(SEED), sf_code_command="code", **mailbox))
    names = [source.name for method in Method if (source := some.answering(method))]
    assert names == ["the mailbox", "the authenticator seed", "the code command", "the code command"]
    none.close()
    some.close()
