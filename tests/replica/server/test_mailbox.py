"""The mailboxes: a real IMAP server with the org's emails."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from email import message_from_bytes
from email.message import Message
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from imapclient import IMAPClient
from imapclient.exceptions import LoginError

from tests.replica.conftest import Visit

if TYPE_CHECKING:
    from automation.replica import OrgHandle


@pytest.fixture
def box(org: OrgHandle) -> Iterator[IMAPClient]:
    """The admin's mailbox over TLS, opened."""
    trust = ssl.create_default_context(cafile=str(org.replica.ca_file))
    url = urlsplit(org.replica.imap_url)
    client = IMAPClient(url.hostname, url.port, ssl=True, ssl_context=trust, timeout=10)
    client.login(org.admin.mailbox_user, org.admin.mailbox_password)
    client.select_folder("INBOX")
    yield client
    client.logout()


def _mails(box: IMAPClient) -> list[Message]:
    found = box.fetch(box.search(["ALL"]), ["BODY.PEEK[]"])
    return [message_from_bytes(found[uid][b"BODY[]"]) for uid in sorted(found)]


def test_a_code_arrives_while_somebody_waits(box: IMAPClient, org: OrgHandle, visit: Visit) -> None:
    """IDLE is offered, and announces the email."""
    assert b"IDLE" in box.capabilities()
    box.idle()
    visit(org).sign_in()
    assert any(b"EXISTS" in item for item in box.idle_check(timeout=10))
    box.idle_done()
    mail = _mails(box)[-1]
    assert mail["Subject"] == "Sandbox: Verify your identity in Salesforce"
    assert "noreply@salesforce.com" in mail["From"]
    assert mail["To"] == org.admin.email


def test_production_emails_have_no_sandbox_in_their_subject(new_org: Callable[..., OrgHandle], visit: Visit) -> None:
    """The evidence's two subjects."""
    visitor = visit(new_org("initech"))
    visitor.sign_in()
    assert visitor.org.mail()[-1]["subject"] == "Verify your identity in Salesforce"


def test_old_emails_may_be_in_the_box(new_org: Callable[..., OrgHandle]) -> None:
    """Decoys: yesterday's codes and other things."""
    org = new_org(decoy_mails=3)
    assert [mail["subject"].endswith("Verify your identity in Salesforce") for mail in org.mail()] == [True, False, True]


def test_an_email_can_be_lost(visit: Visit) -> None:
    """The event log knows; a resend arrives."""
    visitor = visit(mail_lost=1)
    visitor.sign_in()
    assert visitor.org.mail() == []
    visitor.open("/_ui/identity/verification/method/EmailVerificationStartUi/e?vir=1")
    visitor.submit(emc=visitor.code())
    assert visitor.org.events("logged in")


def test_two_orgs_can_share_a_mailbox(new_org: Callable[..., OrgHandle], visit: Visit) -> None:
    """The emails name their users."""
    first, second = new_org(email="shared@initech.example"), new_org(email="shared@initech.example")
    assert first.admin.mailbox_password == second.admin.mailbox_password
    visit(first).sign_in()
    visit(second).sign_in()
    texts = [mail["text"] for mail in second.mail()]
    assert first.admin.username in texts[0]
    assert second.admin.username in texts[1]


def test_a_wrong_mailbox_password_is_refused(org: OrgHandle) -> None:
    """On the plain port too."""
    url = urlsplit(org.replica.imap_plain_url)
    client = IMAPClient(url.hostname, url.port, ssl=False, timeout=10)
    with pytest.raises(LoginError):
        client.login(org.admin.mailbox_user, "wrong")
    client.shutdown()
