"""Sessions, one-time links and the checks that stand between a password and a page."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from automation.replica.org.hosts import Role
from automation.replica.org.users import User


@dataclass
class Task:
    """Screens to pass, in order, before ``target`` is reached.

    ``purpose`` is ``login`` (blocks every page) or ``reveal`` (blocks the consumer page only).
    """

    purpose: str
    screens: list[str]
    target: str
    flow_id: str = field(default_factory=lambda: secrets.token_hex(8))
    code: str = ""
    started_at: float = 0.0
    resends: int = 0
    repeats_left: int = 0
    """How often a repeatable screen (maintenance) still comes."""
    error: str = ""
    webauthn_challenge: bytes = b""
    seen: bool = False
    """The due screen was shown."""
    approved: bool = False
    """A person dealt with the due screen (control API): the waiting page moves on."""

    @property
    def screen(self) -> str:
        """The screen that has to be passed now; empty when all are done."""
        return self.screens[0] if self.screens else ""


@dataclass
class Session:
    """A browser session on one host of one org."""

    user: User
    role: Role
    sid: str
    browser: str = ""
    gate: Task | None = None
    """The login's own checks: while set, every page of the org redirects to them."""
    step_up: Task | None = None
    """The reveal's identity check."""
    verified_at: float | None = None
    login_again: bool = False
    """The reveal already showed its login page (variant login_first_at_reveal)."""

    @property
    def task(self) -> Task | None:
        """The checks in progress: the login's come before the reveal's."""
        return self.gate or self.step_up


@dataclass
class Link:
    """A one-time link (``/secur/frontdoor.jsp?otp=``)."""

    user: User
    target: str
    role: Role
    kind: str
    """``hop`` between hosts of one login, ``login`` after login./test., ``door`` made by singleaccess or the CLI."""


def new_sid(org_id: str) -> str:
    """A session id in the usual shape: 15 characters of the org id, ``!`` and opaque text."""
    return f"{org_id[:15]}!AQEA{secrets.token_urlsafe(60).replace('-', '.')}"
