"""Recognising Salesforce's verification mail, and reading the code out of it."""

from __future__ import annotations

import email
import email.policy
import re
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import getaddresses, parseaddr
from typing import Final

from automation.access.codes.source import CodeRequest
from automation.secrets import Secret

SENDER: Final = re.compile(r"^noreply@(?:[\w-]+\.)*salesforce\.com$", re.IGNORECASE)
"""``noreply@salesforce.com`` in evidence; a subdomain of Salesforce's own is accepted too."""

SUBJECTS: Final = re.compile(
    r"verify your identity"  # English, from production and from a sandbox alike
    r"|本人(?:の)?確認|ID\s*(?:の)?(?:検証|確認)|ID\s*を\s*(?:検証|確認)"  # Japanese: a guess
    r"|verifi(?:que|car|ca)\s+(?:su|tu)\s+identidad",  # Spanish: a guess
    re.IGNORECASE,
)
"""Subjects of verification mails. English is evidence ("Verify your identity in Salesforce"); the others are guesses."""

SANDBOX_MARK: Final = re.compile(r"^\s*sandbox\s*:", re.IGNORECASE)
"""A sandbox puts ``Sandbox:`` before every subject."""

CODE: Final = re.compile(
    r"(?:verification\s+code|(?:確認|検証)コード|c[óo]digo\s+de\s+verificaci[óo]n)\s*[:：]?\s*(\d{4,8})(?!\d)",
    re.IGNORECASE,
)
"""``Verification Code: NNNNNN``; Japanese and Spanish are guesses in the same form."""

_USER_NAME: Final = re.compile(r"user\s?name\s*[:：]\s*([^\s<>,;]+@[^\s<>,;]+)", re.IGNORECASE)
_RECIPIENT_HEADERS: Final = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To")


SKEW: Final = timedelta(minutes=10)
"""How much earlier than the request a mail may say it was written: the clocks of two machines differ."""


def code_in(raw: bytes, request: CodeRequest, since: datetime | None = None) -> Secret | None:
    """The code in a mail, when the mail answers this request; None for any other mail.

    Args:
        raw: the mail as it came.
        request: whose mail is looked for. What it leaves open is not compared.
        since: when the code was asked for; a mail that was written long before is an old one that comes late.
    """
    mail: EmailMessage = email.message_from_bytes(raw, policy=email.policy.default)
    text = _text(mail)
    if not (_is_verification(mail, request) and _is_for(mail, text, request)) or _is_old(mail, since):
        return None
    found = CODE.search(text)
    return Secret(found.group(1)) if found else None


def _is_verification(mail: EmailMessage, request: CodeRequest) -> bool:
    subject = str(mail.get("Subject", ""))
    if not SENDER.match(parseaddr(str(mail.get("From", "")))[1]) or not SUBJECTS.search(subject):
        return False
    # A production org never writes "Sandbox:". The other way round is not known well enough to refuse a mail for it.
    return not (request.sandbox is False and SANDBOX_MARK.match(subject))


def _is_old(mail: EmailMessage, since: datetime | None) -> bool:
    written = getattr(mail.get("Date"), "datetime", None)
    if since is None or not isinstance(written, datetime):
        return False
    if written.tzinfo is None:  # "-0000": the time is UTC, the sender's zone is not told
        written = written.replace(tzinfo=UTC)
    return written < since - SKEW


def _is_for(mail: EmailMessage, text: str, request: CodeRequest) -> bool:
    """Whether the mail went to the masked address of the page, and names no other user.

    That the mail names the user is a guess; a mail that names none passes.
    """
    named = _USER_NAME.search(text)
    if named and request.user_name and named.group(1).rstrip(".").lower() != request.user_name.lower():
        return False
    if request.address is None:
        return True
    wanted = masked_pattern(request.address)
    headers = [str(value) for name in _RECIPIENT_HEADERS for value in mail.get_all(name, [])]
    return any(wanted.fullmatch(address) for _, address in getaddresses(headers))


def masked_pattern(address: str) -> re.Pattern[str]:
    """A pattern for the addresses that ``a*****@a***.com`` may stand for: runs of marks match any characters."""
    parts = re.split(r"[*•●…]+", address.strip())
    return re.compile(r"[^@]*".join(re.escape(part) for part in parts), re.IGNORECASE)


def _text(mail: EmailMessage) -> str:
    """The readable text: the plain part, or the HTML part with its tags taken out."""
    body = mail.get_body(preferencelist=("plain", "html"))
    if body is None:
        return ""
    try:
        content = str(body.get_content())
    except (LookupError, UnicodeDecodeError):  # an unknown or wrong charset: not one of ours
        return ""
    if body.get_content_type() == "text/html":
        content = re.sub(r"<[^>]*>", " ", content).replace("&nbsp;", " ")
    return content
