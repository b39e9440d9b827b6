"""The people and machines of an org, and what each may do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from automation.replica.org import hosts
from automation.replica.org.seeds import BASE32, Seeded


@dataclass
class User:
    """One user. ``passkeys`` holds registered WebAuthn credentials (public parts only)."""

    id: str
    username: str
    name: str
    email: str
    password: str
    profile: str = "System Administrator"
    active: bool = True
    frozen: bool = False
    api_only: bool = False
    api_enabled: bool = True
    can_view_apps: bool = True
    can_create_apps: bool = True
    can_edit_policies: bool = True
    can_view_secrets: bool = True
    ip_ranges: bool = False
    """Profile login IP ranges that don't contain the caller: Enforce then refuses the token (OA 7)."""
    login_hours_over: bool = False
    admin_approved: bool = False
    rights: str = "all"
    """Appendix C rights on the package's objects: all, some or none."""
    initiated_refresh: bool = False
    totp_secret: str = ""
    phone: str = ""
    temp_code: str = ""
    passkeys: list[dict[str, Any]] = field(default_factory=list)
    trusted_browsers: set[str] = field(default_factory=set)
    bad_passwords: int = 0
    bad_codes: int = 0
    locked_until: float = 0.0
    logins: list[float] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """The user for the truth endpoint: secrets included, it is a test's view."""
        return {
            "id": self.id, "username": self.username, "name": self.name, "email": self.email,
            "password": self.password, "active": self.active, "frozen": self.frozen,
            "totp_secret": self.totp_secret, "passkeys": len(self.passkeys), "rights": self.rights,
            "locked_until": self.locked_until, "bad_codes": self.bad_codes, "bad_passwords": self.bad_passwords,
        }  # fmt: skip


ADMIN, VIEWER, POLICY_ADMIN, RUN_AS, SOME, NONE, INACTIVE, FROZEN, COLLEAGUE = (
    "admin", "viewer", "policy.admin", "sync", "sync.some", "sync.none", "former", "frozen", "colleague",
)  # fmt: skip

API_ONLY = "Minimum Access - API Only Integrations"
PEOPLE: dict[str, dict[str, Any]] = {
    ADMIN: {"name": "Alex Admin", "initiated_refresh": True},
    VIEWER: {
        "name": "Vera Viewer", "profile": "Standard User",
        "can_create_apps": False, "can_edit_policies": False, "can_view_secrets": False,
    },
    POLICY_ADMIN: {
        "name": "Paul Policy", "profile": "Standard User", "can_create_apps": False, "can_view_secrets": False,
    },
    COLLEAGUE: {"name": "Casey Colleague"},
    RUN_AS: {"name": "Service Board Sync", "profile": API_ONLY, "api_only": True, "ip_ranges": True},
    SOME: {"name": "Sync Some Rights", "profile": API_ONLY, "api_only": True, "rights": "some"},
    NONE: {"name": "Sync No Rights", "profile": API_ONLY, "api_only": True, "rights": "none"},
    INACTIVE: {"name": "Fred Former", "active": False},
    FROZEN: {"name": "Fran Frozen", "frozen": True},
}  # fmt: skip
"""Who is in every org. The integration user has the licence and profile that OA 7 describes."""


def people(my_domain: str, seeded: Seeded, admin_email: str) -> dict[str, User]:
    """The users of a new org by lower-case username. A sandbox's usernames carry its suffix (OA 6.1)."""
    company, sandbox = hosts.company(my_domain), hosts.sandbox_name(my_domain)
    users = {}
    for short, facts in PEOPLE.items():
        username = f"{short}@{company}.example" + (f".{sandbox}" if sandbox else "")
        email = admin_email if short == ADMIN else f"{short}@{company}.example"
        users[username] = User(
            id=seeded.record_id("005", short),
            username=username,
            email=email,
            password=seeded.text(f"password:{short}", 14) + "!7a",
            totp_secret=seeded.text(f"totp:{short}", 32, BASE32),
            **facts,
        )
    return users
