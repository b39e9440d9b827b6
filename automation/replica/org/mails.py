"""The org's emails (evidence/org-access.md 1.4): verification codes, and what else is in a mailbox."""

from __future__ import annotations

import html
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import TYPE_CHECKING

from automation.replica import templates

if TYPE_CHECKING:
    from automation.replica.org.orgs import Org
    from automation.replica.org.users import User

SENDER = "noreply@salesforce.com"
DAY = 86400.0


@dataclass
class Mail:
    """A message as it was sent: recipient, subject, text and clock time (seconds)."""

    to: str
    subject: str
    text: str
    at: float
    message: EmailMessage


def verification(org: Org, user: User, code: str, purpose: str, now: float) -> Mail:
    """The mail with a code. Subject and the code's line are evidence in English; the rest of the wording is a guess."""
    knobs = org.variants
    t = templates.texts(knobs.language if knobs.mail_language == "user" else "en")
    lines = [f"{t['mail_hello']} {user.name},", t["why_login" if purpose == "login" else "why_reveal"].replace("**", "")]
    lines.append(f"{t['verification_code']}: {code}")
    if knobs.mail_names_user:
        lines.append(f"{t['username']}: {user.username}")
    lines.append(t["mail_not_you"])
    subject = ("Sandbox: " if org.sandbox else "") + t["mail_subject"]
    return compose(user.email, subject, "\n\n".join(lines) + "\n", now)


def compose(to: str, subject: str, text: str, now: float, sender: str = SENDER) -> Mail:
    """A mail with the usual headers, as plain text and as HTML."""
    message = EmailMessage()
    message["From"] = f"Salesforce <{sender}>" if sender == SENDER else sender
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = format_datetime(datetime.fromtimestamp(now, UTC))
    message["Message-ID"] = f"<{secrets.token_hex(12)}@salesforce.com>"
    message.set_content(text)
    body = "".join(f"<p>{html.escape(line)}</p>" for line in text.split("\n\n"))
    message.add_alternative(f"<html><body>{body}</body></html>", subtype="html")
    return Mail(to, subject, text, now, message)


def decoys(org: Org, user: User, count: int, now: float) -> list[Mail]:
    """Mails that lie in a mailbox already: codes of yesterday, and things of no concern."""
    found = []
    for number in range(count):
        if number % 2:
            found.append(
                compose(user.email, "Your weekly report", f"Ticket 4711{number:02d} is closed.\n", now - DAY, "news@acme.example")
            )
        else:
            found.append(verification(org, user, org.seeded.text(f"old code {number}", 6, "0123456789"), "login", now - DAY))
    return found
