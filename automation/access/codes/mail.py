"""Recognising Salesforce's verification email by its header, and reading the code out of it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import getaddresses, parsedate_to_datetime
from enum import Enum
from typing import Final

from automation.access.codes.mail_text import readable_texts
from automation.access.codes.source import CodeRequest
from automation.secrets import Secret

HEADERS: Final = ("From", "Subject", "Date", "To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To")
"""The fields that an email is judged by."""

HEADER_LIMIT: Final = 32_768
"""Bytes of these fields. An email with more is a stranger's: a cut field could hide a second sender."""

SENDER: Final = re.compile(
    r"""\ *(?: noreply@(?:[a-z0-9-]+\.)*salesforce\.com (?:\ *\([^()<>@,;:\\"]*\))?
          | (?: "(?:[^"\\\x00-\x1f]|\\.)*" | [^"<>@,;:()\\\x00-\x1f]* ) \ * <noreply@(?:[a-z0-9-]+\.)*salesforce\.com>
        )\ *""",
    re.IGNORECASE | re.ASCII | re.VERBOSE,
)
"""A From that is exactly one address, of Salesforce: alone, with a plain comment, or in angle brackets behind a name.

``noreply@salesforce.com`` in evidence; a subdomain of Salesforce's own is accepted too. Groups, lists, routes and
anything that two mail programs may read in two ways match nothing, so they are a stranger's.
"""

SUBJECTS: Final = re.compile(
    r"verify your identity"  # English, from production and from a sandbox alike
    r"|本人(?:の)?確認|ID\s?(?:の)?(?:検証|確認)|ID\s?を\s?(?:検証|確認)"  # Japanese: a guess
    r"|verifi(?:que|car|ca) (?:su|tu) identidad",  # Spanish: a guess
    re.IGNORECASE,
)
"""Subjects of verification emails. English is evidence ("Verify your identity in Salesforce"); the others are guesses."""

SANDBOX_MARK: Final = re.compile(r"(?<!\w)sandbox\s?[:：]", re.IGNORECASE)
"""A sandbox puts ``Sandbox:`` before every subject; gateways and forwarding put further marks before that."""

_GAP: Final = r"[\s*_]{0,8}"
_DIGITS: Final = r"(\d{3}[ -]\d{3}(?![ -]?\d)|\d{4,8}(?!\d))"
CODE: Final = re.compile(
    rf"(?:verification\scode|(?:確認|検証)コード|c[óo]digo\sde\sverificaci[óo]n)(?:\sis)?{_GAP}[:：]?{_GAP}{_DIGITS}", re.IGNORECASE
)
"""``Verification Code: NNNNNN``; Japanese and Spanish are guesses in the same form.

``*`` around the words is left by forwarding HTML as text; ``123 456`` is how some programs show six digits.
"""
BARE_CODE: Final = re.compile(rf"^{_GAP}code{_GAP}[:：]{_GAP}{_DIGITS}", re.IGNORECASE | re.MULTILINE)
"""``Code: NNNNNN`` at the begin of a line: looked for only where no verification code is named."""

_USER_NAME: Final = re.compile(r"user\s?name[\s*]{0,8}[:：][\s*]{0,8}([^\s<>,;@]{1,80}@[^\s<>,;@]{1,255})", re.IGNORECASE)
_RECIPIENT_HEADERS: Final = HEADERS[3:]

SKEW: Final = timedelta(minutes=10)
"""How much earlier than the request an email may say it was written: the clocks of two machines differ."""


class Verdict(Enum):
    """What an email is to a request; the value is a phrase for messages, empty where nobody need know of it."""

    FITS = "of Salesforce had no code in it that could be read"
    STRANGER = "had the subject of a verification email, but another sender than Salesforce"
    OTHER_SUBJECT = "of Salesforce had a subject that is not known; set the user's language to English"
    OTHER_RECIPIENT = "of Salesforce went to another address than the page shows"
    OTHER = ""


def judge(header: bytes, request: CodeRequest, since: datetime | None = None) -> Verdict:
    """What an email is, by its header alone. A header that can't be read makes it somebody else's; nothing is raised.

    Args:
        header: the fields `HEADERS`, or more.
        request: whose email is looked for. What it leaves open is not compared.
        since: when the code was asked for; an email that was written long before is an old one that comes late.
    """
    if len(header) >= HEADER_LIMIT or re.search(rb"\r(?!\n)|\0", header):  # servers and Python end lines differently there
        return Verdict.OTHER
    try:
        return _judged(BytesHeaderParser().parsebytes(header), request, since)
    except Exception:  # noqa: BLE001 - the email package raises nearly anything on wild input
        return Verdict.OTHER


def _judged(fields: Message, request: CodeRequest, since: datetime | None) -> Verdict:
    if str(fields.get_payload()).strip():  # a line that is no field: what follows it, another From perhaps, was not read
        return Verdict.OTHER
    senders, subjects = _values(fields, "From"), _values(fields, "Subject")
    subject = _plain(subjects[0][:1000]) if len(subjects) == 1 else ""
    right_subject = SUBJECTS.search(subject)
    if len(senders) != 1 or SENDER.fullmatch(senders[0]) is None:
        return Verdict.STRANGER if right_subject else Verdict.OTHER
    if right_subject is None:
        return Verdict.OTHER_SUBJECT
    # A production org never writes "Sandbox:". The other way round is not known well enough to refuse an email for it.
    if _is_old(fields, since) or (request.sandbox is False and SANDBOX_MARK.search(subject, 0, right_subject.start())):
        return Verdict.OTHER
    return Verdict.FITS if _went_to(fields, request.address) else Verdict.OTHER_RECIPIENT


def _values(fields: Message, name: str) -> list[str]:
    return [" ".join(str(value).split()) for value in fields.get_all(name, [])]


def _plain(value: str) -> str:
    """A field with its encoded words decoded; as it is when they can't be."""
    try:
        return " ".join(str(make_header(decode_header(value))).split())
    except (LookupError, ValueError):  # HeaderParseError and UnicodeError are ValueErrors
        return value


def _is_old(fields: Message, since: datetime | None) -> bool:
    try:
        written = parsedate_to_datetime(str(fields["Date"]))
    except (ValueError, TypeError, OverflowError, IndexError):
        return False
    if written.tzinfo is None:  # "-0000": the time is UTC, the sender's zone is not given
        written = written.replace(tzinfo=UTC)
    return since is not None and written < since - SKEW


def _went_to(fields: Message, masked: str | None) -> bool:
    """Whether the email went to the masked address of the page."""
    if masked is None:
        return True
    wanted = masked_pattern(masked)
    headers = [value for name in _RECIPIENT_HEADERS for value in _values(fields, name)]
    return any(wanted.fullmatch(address) for _, address in getaddresses(headers) if len(address) < 320)


def masked_pattern(address: str) -> re.Pattern[str]:
    """A pattern for the addresses that ``a*****@a***.com`` may stand for: runs of marks match any characters."""
    parts = re.split(r"[*•●…]+", address.strip())
    return re.compile(r"[^@]*".join(re.escape(part) for part in parts), re.IGNORECASE)


def code_of(raw: bytes, request: CodeRequest) -> Secret | None:
    """The code in an email whose header was judged; None when there is none, or when the email names another user.

    That the email names the user is a guess; an email that names none passes.
    """
    try:
        texts = readable_texts(raw)
    except Exception:  # noqa: BLE001 - as in `judge`
        return None
    for named in filter(None, map(_USER_NAME.search, texts)):
        if request.username and named[1].rstrip(".").lower() != request.username.lower():
            return None
    found = next((hit for pattern in (CODE, BARE_CODE) for text in texts if (hit := pattern.search(text))), None)
    return Secret("".join(str(int(digit)) for digit in re.findall(r"\d", found[1]))) if found else None  # wide digits too
