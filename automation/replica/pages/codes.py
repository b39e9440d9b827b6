"""Verification codes: made, mailed, compared (evidence/org-access.md 1.3, 1.4)."""

from __future__ import annotations

import hmac
import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pyotp

from automation.replica.org import mails
from automation.replica.org.sessions import Session, Task
from automation.replica.org.users import User

if TYPE_CHECKING:
    from automation.replica.exchange import Exchange

LOCK_SECONDS = 3600.0
"""Ten bad codes lock the user for one hour (OA 1.3)."""


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
    org.log("code sent", method="email", purpose=purpose, username=user.username, lost=knobs.mail_lost > 0)
    if knobs.mail_lost > 0:
        knobs.mail_lost -= 1
        return
    ex.world.send(mails.verification(org, user, code, purpose, ex.world.now()), knobs.mail_delay_seconds)


def right(ex: Exchange, session: Session, task: Task, typed: str) -> bool:
    """Whether the typed code is the right one for the due screen."""
    typed = typed.strip()
    if task.screen == "totp":
        return totp_right(session.user.totp_secret, typed, ex.world.now())
    expected = session.user.temp_code if task.screen == "temp_code" else task.code
    return bool(expected) and hmac.compare_digest(expected.encode(), typed.encode())


def totp_right(secret: str, typed: str, now: float) -> bool:
    """Whether ``typed`` is the authenticator code of now or of the neighbouring half minutes."""
    return bool(secret) and pyotp.TOTP(secret).verify(typed, for_time=datetime.fromtimestamp(now, UTC), valid_window=1)
