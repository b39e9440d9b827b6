"""A sandbox refresh (evidence/org-access.md 6.1): a new org behind the same host."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automation.replica.org.copies import Copy

if TYPE_CHECKING:
    from automation.replica.org.orgs import Org
    from automation.replica.org.users import User
    from automation.replica.org.world import World


def run(world: World, org: Org, *, initiator: str = "admin", copying: float = 0.0, not_ready: float = 0.0) -> Org:
    """Refresh a sandbox.

    New org id; local apps, sessions, tokens and verification methods are gone; usernames and passwords stay; every mail
    address but the initiator's gets ``.invalid``. The copy takes ``copying`` seconds, and for ``not_ready`` seconds more the
    sandbox is ``Completed`` but does not answer (``INVALID_STATUS``).
    """
    keys = org.vanished_keys | {app.key for app in org.apps.values()}
    people = {name: (user.email, user.password) for name, user in org.users.items()}
    org.generation += 1
    org.build()
    org.vanished_keys = keys
    for name, user in org.users.items():
        _carry_over(user, *people[name], initiator)
    now = world.now()
    org.copies.append(Copy(org.id, now, now + copying, now + copying + not_ready))
    org.log("refreshed", org_id=org.id, generation=org.generation)
    return org


def _carry_over(user: User, email: str, password: str, initiator: str) -> None:
    is_initiator = user.username.startswith(initiator + "@")
    user.email = email if is_initiator or email.endswith(".invalid") else email + ".invalid"
    user.password = password
    user.totp_secret, user.passkeys, user.initiated_refresh = "", [], is_initiator
