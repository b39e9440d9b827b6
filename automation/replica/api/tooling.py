"""Production's Tooling objects about its sandboxes, and ``sandboxAuth`` (evidence/org-access.md 2.1, 6.2)."""

from __future__ import annotations

import secrets
from typing import Any

from automation.replica.api.records import Rows, stamp
from automation.replica.org import hosts
from automation.replica.org.hosts import Role
from automation.replica.org.orgs import Org
from automation.replica.org.seeds import to_18
from automation.replica.org.users import User
from automation.replica.org.world import World

CODES = {"Completed": "1", "Pending": "0", "Processing": "2", "Sampling": "X", "Activating": "A", "Pending Activation": "4"}
"""SOQL codes of SandboxProcess.Status; Activating's is a guess. Answers carry the words, WHERE takes the codes."""


class Status(str):
    """A status word that also equals its SOQL code."""

    __slots__ = ()

    def lower(self) -> str:
        """Compared by its code, as WHERE does."""
        return CODES.get(str(self), str(self)).lower()


def sandboxes(world: World, production: Org) -> list[Org]:
    """The sandboxes of a production org."""
    name = production.my_domain
    return [org for org in world.orgs.values() if org.sandbox and hosts.company(org.my_domain) == name]


def rows(world: World, production: Org, kind: str) -> Rows | None:
    """Rows of SandboxProcess or SandboxInfo; None for other objects and in a sandbox."""
    if production.sandbox or kind.lower() not in {"sandboxprocess", "sandboxinfo"}:
        return None
    maker = _processes if kind.lower() == "sandboxprocess" else _info
    return [row for org in sandboxes(world, production) for row in maker(production, org)]


def _info(production: Org, org: Org) -> Rows:
    name = hosts.sandbox_name(org.my_domain)
    return [
        {
            "Id": info_id(production, org),
            "SandboxName": name,
            "LicenseType": "DEVELOPER",
            "Description": None,
            "AutoActivate": True,
        }
    ]


def info_id(production: Org, org: Org) -> str:
    """The SandboxInfo id of a sandbox; it survives refreshes."""
    return to_18(production.seeded.record_id("0GQ", org.my_domain))


def _processes(production: Org, org: Org) -> Rows:
    return [
        {
            "Id": to_18(production.seeded.record_id("0GR", f"{org.my_domain}{number}")),
            "SandboxInfoId": info_id(production, org),
            "SandboxName": hosts.sandbox_name(org.my_domain),
            "SandboxOrganization": copy.org_id[:15],
            "Status": Status(copy.status_at(org.clock())),
            "CopyProgress": 100 if copy.status_at(org.clock()) == "Completed" else 50,
            "LicenseType": "DEVELOPER",
            "AutoActivate": True,
            "StartDate": stamp(copy.started_at),
            "EndDate": stamp(copy.ended_at) if org.clock() >= copy.ended_at else None,
            "ActivatedDate": stamp(copy.ended_at) if org.clock() >= copy.ended_at else None,
            "CreatedDate": stamp(copy.started_at),
            "RefreshAction": None,
        }
        for number, copy in enumerate(org.copies)
    ]


def sandbox_auth(world: World, production: Org, user: User, body: dict[str, Any]) -> dict[str, Any] | str:
    """``POST tooling/sandboxAuth``: a way into a sandbox, or an error code.

    ``INVALID_STATUS`` until the refreshed sandbox really answers, which is later than Status says (OA 6.2).
    """
    name = str(body.get("sandboxName", ""))
    org = next((o for o in sandboxes(world, production) if hosts.sandbox_name(o.my_domain).lower() == name.lower()), None)
    if org is None or production.sandbox:
        return "NOT_FOUND"
    if not org.ready():
        return "INVALID_STATUS"
    short = user.username.partition("@")[0]
    code = org.make_auth_code(org.person(short))
    production.log("sandboxAuth", sandbox=name, username=user.username)
    return {
        "authUserName": org.person(short).username,
        "authCode": code,
        "instanceUrl": org.url(Role.MY),
        "loginUrl": "https://test.salesforce.com",
        "nonce": secrets.token_hex(8),
    }
