"""Verification codes: made, mailed, compared (evidence/org-access.md 1.3, 1.4)."""

from __future__ import annotations

import hmac
import secrets
from email.message import EmailMessage
from email.utils import format_datetime
from typing import TYPE_CHECKING

from automation.replica.sessions import Session, Task
from automation.replica.users import User
from automation.replica.world import Mail

if TYPE_CHECKING:
    from automation.replica.exchange import Exchange
    from automation.replica.orgs import Org

SENDER = "noreply@salesforce.com"
SUBJECT = "Verify your identity in Salesforce"
LOCK_SECONDS = 3600.0
"""Ten bad codes lock the user for one hour (OA 1.3)."""
MAILED, TYPED = frozenset({"email"}), frozenset({"email", "totp", "sms", "temp_code"})


def new_code() -> str:
    """Six digits."""
    return f"{secrets.randbelow(10**6):06d}"


def prepare(ex: Exchange, session: Session, task: Task) -> None:
    """Make the due screen's code and send it where it is sent."""
    if task.screen not in {"email", "sms"}:
        return
    task.code = new_code()
    if task.screen == "email":
        mail_code(ex, session.user, task.code, task.purpose)


def mail_code(ex: Exchange, user: User, code: str, purpose: str) -> None:
    """Send a code by mail, unless the address is one that a refresh made invalid (OA 6.1)."""
    org, knobs = ex.org, ex.org.variants
    if user.email.endswith(".invalid"):
        org.log("code not sent", reason="invalid address", username=user.username)
        return
    for number in range(knobs.decoy_mails):
        ex.world.send(_decoy(org, user, number, ex.world.now()))
    knobs.decoy_mails = 0
    org.log("code sent", method="email", purpose=purpose, username=user.username, lost=knobs.mail_lost > 0)
    if knobs.mail_lost > 0:
        knobs.mail_lost -= 1
        return
    ex.world.send(_mail(org, user, code, purpose, ex.world.now()), knobs.mail_delay_seconds)


def _mail(org: Org, user: User, code: str, purpose: str, now: float) -> Mail:
    what = "log in to Salesforce" if purpose == "login" else "access an external client app"
    text = (
        f"Hello {user.name},\n\nTo make sure your Salesforce account is secure, we have to verify your identity. "
        f"You're trying to {what}.\n\nVerification Code: {code}\n\nUsername: {user.username}\n\n"
        "If you didn't request this, contact your Salesforce administrator.\n"
    )
    return compose(user.email, ("Sandbox: " if org.sandbox else "") + SUBJECT, text, now)


def _decoy(org: Org, user: User, number: int, now: float) -> Mail:
    if number % 2:
        return compose(user.email, "Your weekly report", f"Ticket 4711{number:02d} was closed.\n", now, "news@acme.example")
    return _mail(org, user, new_code(), "login", now - 86400)


def compose(to: str, subject: str, text: str, now: float, sender: str = SENDER) -> Mail:
    """A mail with the usual headers."""
    from datetime import UTC, datetime

    message = EmailMessage()
    message["From"] = f"Salesforce <{sender}>" if sender == SENDER else sender
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = format_datetime(datetime.fromtimestamp(now, UTC))
    message["Message-ID"] = f"<{secrets.token_hex(12)}@salesforce.com>"
    message.set_content(text)
    return Mail(to, subject, text, now, message)


def right(ex: Exchange, session: Session, task: Task, typed: str) -> bool:
    """Whether the typed code is the right one for the due screen."""
    typed = typed.strip()
    if task.screen == "totp":
        return totp_right(session.user.totp_secret, typed, ex.world.now())
    expected = session.user.temp_code if task.screen == "temp_code" else task.code
    return bool(expected) and hmac.compare_digest(expected.encode(), typed.encode())


def totp_right(secret: str, typed: str, now: float) -> bool:
    """Whether ``typed`` is the authenticator code of now or of the neighbouring half minutes."""
    import pyotp

    from datetime import UTC, datetime

    return bool(secret) and pyotp.TOTP(secret).verify(typed, for_time=datetime.fromtimestamp(now, UTC), valid_window=1)
