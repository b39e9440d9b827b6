"""A sandbox refresh (evidence/org-access.md 6.1): a new org behind the same host."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from automation.replica.orgs import Org
    from automation.replica.world import World


def run(world: World, org: Org, initiator: str) -> Org:
    """Refresh a sandbox at once.

    New org id; local apps, sessions, tokens and verification methods are gone; user names and passwords stay; every mail
    address but the initiator's gets ``.invalid``.
    """
    keys = org.vanished_keys | {app.key for app in org.apps.values()}
    people = {name: (user.email, user.password) for name, user in org.users.items()}
    org.generation += 1
    org.build()
    org.vanished_keys = keys
    for name, user in org.users.items():
        email, user.password = people[name]
        keeps = user.username.startswith(initiator + "@") or email.endswith(".invalid")
        user.email = email if keeps else email + ".invalid"
        user.totp_secret, user.passkeys = "", []
        user.trusted_browsers.clear()
    org.log("refreshed", org_id=org.id, generation=org.generation)
    return org
