"""An untrusted certificate: who has set SF_CA_FILE reads that it is the wrong file, and not to set it."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
from playwright.sync_api import Error as PlaywrightError

from automation.access.codes.mailbox import Mailbox
from automation.access.navigation import open_url
from automation.errors import OrgUnavailable
from automation.secrets import Secret

HOST = "acme--dev.sandbox.my.salesforce.com"
FILE = Path("/etc/acme/ca.pem")
LACKS = "does not contain the CA that signed the certificate of"


class Distrusting:
    """A page whose browser trusts nobody."""

    def goto(self, url: str, **_: object) -> None:
        raise PlaywrightError(f"Page.goto: net::ERR_CERT_AUTHORITY_INVALID at {url}")


@pytest.mark.parametrize(
    ("ca_file", "words"),
    [(None, "set SF_CA_FILE"), (FILE, f"({FILE}) {LACKS} {HOST}")],
)
def test_the_browser(ca_file: Path | None, words: str) -> None:
    with pytest.raises(OrgUnavailable, match="ERR_CERT_AUTHORITY_INVALID") as caught:
        open_url(Distrusting(), f"https://{HOST}/?startURL=x", 1, ca_file)  # type: ignore[arg-type]
    assert words in caught.value.next


@pytest.mark.parametrize(
    ("ca_file", "words"),
    [(None, "set SF_CA_FILE"), (FILE, f"({FILE}) {LACKS} mail.acme.example")],
)
def test_the_mail_server(ca_file: Path | None, words: str) -> None:
    box = Mailbox("imaps://mail.acme.example/INBOX", "me", Secret("mail-word-trust"), ca_file)
    assert words in box._connection._unusable(ssl.SSLCertVerificationError()).next
