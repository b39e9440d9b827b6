"""Sessions made in a replica's org, for tests in which signing in is no claim: a login form costs a quarter of a short run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automation.replica.org.hosts import Role, host_name

if TYPE_CHECKING:
    from playwright._impl._api_structures import SetCookieParam

    from automation.replica import OrgHandle
    from automation.replica.org.orgs import Org


def session_cookies(org: OrgHandle) -> list[SetCookieParam]:
    """What a browser holds in which the admin is signed in on every host of the org."""
    return org.do(_open_everywhere)


def _open_everywhere(org: Org) -> list[SetCookieParam]:
    sessions = [org.open_session(org.admin, role) for role in (Role.MY, Role.SETUP, Role.LIGHTNING)]
    return [
        {
            "name": "sid",
            "value": session.sid,
            "domain": host_name(org.my_domain, session.role),
            "path": "/",
            "expires": -1,
            "httpOnly": True,
            "secure": True,
            "sameSite": "None",
        }
        for session in sessions
    ]
