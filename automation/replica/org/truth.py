"""What is really so in an org: the view of tests and of the control API, secrets included."""

from __future__ import annotations

import dataclasses
from typing import Any

from automation.replica.org.apps import App
from automation.replica.org.orgs import Org
from automation.replica.org.users import User
from automation.replica.org.world import World


def truth(world: World, org: Org) -> dict[str, Any]:
    """The org's whole state as JSON."""
    return {
        "my_domain": org.my_domain,
        "org_id": org.id,
        "org_name": org.name,
        "seed": org.seed,
        "generation": org.generation,
        "sandbox": org.sandbox,
        "status": org.status,
        "ready": org.ready(),
        "login_url": org.url(),
        "admin": {**org.admin.as_dict(), "mailbox_password": world.mailbox_passwords.get(org.admin.email, "")},
        "run_as": org.run_as.username,
        "users": [user.as_dict() for user in org.users.values()],
        "apps": [app(item, org.clock()) for item in org.apps.values()],
        "sessions": [
            {"sid": s.sid, "username": s.user.username, "host": s.role, "screens": s.gate.screens if s.gate else []}
            for s in org.sessions.values()
        ],
        "tokens": [
            {"username": t.user.username, "app": t.app.developer_name if t.app else None, "scope": t.scope}
            for t in org.tokens.values()
        ],
        "faults": [fault.as_dict() for fault in org.faults],
    }


def app(item: App, now: float) -> dict[str, Any]:
    """One app with everything: its document, key and secret."""
    return {**item.public(now), "key": item.key, "secret": item.secret, "reveals": item.reveals, "createdBy": item.created_by}


def mails(world: World, org: Org) -> list[dict[str, Any]]:
    """Mails sent to the org's users, oldest first."""
    addresses = {user.email for user in org.users.values()}
    return [
        {"to": mail.to, "subject": mail.subject, "text": mail.text, "at": mail.at} for mail in world.sent if mail.to in addresses
    ]


def change_user(user: User, changes: dict[str, Any]) -> dict[str, Any]:
    """Set fields of a user. Raises TypeError for a field that a user does not have."""
    known = {item.name for item in dataclasses.fields(User)}
    for name, value in changes.items():
        if name not in known:
            raise TypeError(f"a user has no {name!r}")
        setattr(user, name, value)
    return user.as_dict()
