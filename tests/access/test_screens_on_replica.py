"""Codes and other screens after the password on the replica: real host names, real TLS, a real mailbox."""

from __future__ import annotations

from pathlib import Path

import pytest

from automation.errors import LoginRefused, NotPermitted, PersonNeeded, RunbookError, UnexpectedPage, VerificationNeeded
from automation.replica import Replica
from tests.access.entering import Entering, NewOrg, get_in

__all__ = ["get_in"]

pytestmark = pytest.mark.browser


def test_authenticator_code(new_org: NewOrg, get_in: Entering) -> None:
    """The authenticator's code is computed from its seed."""
    org = new_org(after_password=["totp"])
    get_in(org, SF_TOTP_SECRET=org.admin.totp_secret)
    assert not org.events("wrong code")


def test_all_that_can_be_passed(new_org: NewOrg, get_in: Entering) -> None:
    """Code, phone registration and two maintenance notices in a row."""
    org = new_org(after_password=["email", "register_phone", "maintenance"], maintenance_repeats=2)
    get_in(org)
    assert len(org.events("logged in")) == 1


@pytest.mark.parametrize("box", ["imaps", "imap on loopback"])
def test_email_comes_late_among_others(new_org: NewOrg, get_in: Entering, replica: Replica, box: str) -> None:
    """Old codes and other emails in the box are passed over; the right one may take its time."""
    org = new_org(decoy_mails=4, mail_delay_seconds=1.5)
    get_in(org, SF_IMAP_URL=replica.imap_url if box == "imaps" else replica.imap_plain_url)
    assert not org.events("wrong code")


def test_lost_mail(new_org: NewOrg, get_in: Entering) -> None:
    """When the first email is lost, another code is asked for."""
    org = new_org(mail_lost=1)
    get_in(org, TIMEOUT_CODE="4")
    assert len(org.events("code sent")) == 2


def test_no_email_at_all(new_org: NewOrg, get_in: Entering) -> None:
    """A mailbox in which nothing arrives is named."""
    org = new_org(mail_lost=9)
    with pytest.raises(VerificationNeeded, match="No verification email"):
        get_in(org, TIMEOUT_CODE="2")


def test_mailbox_password_is_wrong(new_org: NewOrg, get_in: Entering) -> None:
    """A mailbox that can't be opened is reported when a code is needed, and not before."""
    quiet = new_org(after_password=[])
    get_in(quiet, SF_IMAP_PASSWORD="wrong-word")
    with pytest.raises(VerificationNeeded, match="refused username or password"):
        get_in(new_org(), SF_IMAP_PASSWORD="wrong-word")


def test_two_orgs_share_a_mailbox(replica: Replica, get_in: Entering) -> None:
    """A code for another org's user in the same box is left alone."""
    one = replica.new_org("shared--one.sandbox", email="box@acme.example", mail_delay_seconds=1.0)
    other = replica.new_org("shared--other.sandbox", email="box@acme.example", mail_delay_seconds=0.2)
    with pytest.raises(VerificationNeeded):  # leaves an unused code of the other org in the box
        get_in(other, SF_IMAP_URL="", SF_IMAP_USERNAME="", SF_IMAP_PASSWORD="")
    get_in(one)
    assert not one.events("wrong code")


SCREENS: dict[str, tuple[type[RunbookError], str]] = {
    "sms": (VerificationNeeded, "text message"),
    "push": (VerificationNeeded, "Salesforce Authenticator"),
    "passkey": (VerificationNeeded, "passkey"),
    "enrol_passkey": (PersonNeeded, "register a passkey"),
    "enrol_totp": (PersonNeeded, "authenticator app"),
    "change_password": (PersonNeeded, "expired"),
    "locked": (LoginRefused, "locked"),
    "problem": (VerificationNeeded, "can't verify"),
    "concurrent": (PersonNeeded, "login flow"),
    "captcha": (PersonNeeded, "CAPTCHA"),
    "unknown": (UnexpectedPage, "Unknown page"),
    "refused": (NotPermitted, "insufficient privileges"),
    "temp_code": (VerificationNeeded, "temporary code"),
}


@pytest.mark.parametrize("screen", SCREENS)
def test_what_needs_a_person(new_org: NewOrg, get_in: Entering, screen: str, request: pytest.FixtureRequest) -> None:
    """Each screen that the settings can't answer has its own message and advice, given by what it shows.

    A page that nobody has described is given time to lead on by itself first.
    """
    if screen not in ("unknown", "refused"):
        request.getfixturevalue("by_its_looks")
    kind, words = SCREENS[screen]
    org = new_org(after_password=[screen])
    with pytest.raises(kind, match=words) as caught:
        get_in(org)
    assert caught.value.next
    assert not org.events("wrong code")
    assert len([event for event in org.events("screen") if event["screen"] == screen]) == 1


def test_choosing(new_org: NewOrg, get_in: Entering) -> None:
    """Among the offered methods the one is chosen whose code is at hand."""
    org = new_org(after_password=["choose"], choices=["push", "email", "totp"])
    get_in(org)
    assert [event["method"] for event in org.events("code sent")] == ["email"]
    org = new_org(after_password=["choose"], choices=["push", "email", "totp"])
    get_in(org, SF_TOTP_SECRET=org.admin.totp_secret)
    assert not org.events("code sent")


def test_code_command(new_org: NewOrg, get_in: Entering, tmp_path: Path) -> None:
    """A program may print the code that a person in the office makes."""
    org = new_org(after_password=["temp_code"])
    org.change_user("admin", temp_code="98765")
    program = tmp_path / "code"
    program.write_text("#!/bin/sh\necho the code is 98765\n")
    program.chmod(0o700)
    get_in(org, SF_CODE_COMMAND=str(program))
    assert len(org.events("logged in")) == 1
