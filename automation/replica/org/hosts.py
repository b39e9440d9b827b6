"""Which Salesforce host a name stands for.

Forms per evidence/org-access.md 2.4: ``<my domain>.my.salesforce.com`` (My Domain), ``.my.salesforce-setup.com``
(Setup) and ``.lightning.force.com``; a sandbox's My Domain is ``<name>--<sandbox>.sandbox``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a host is there for."""

    LOGIN = "login"
    """login.salesforce.com: production users by username."""
    TEST = "test"
    """test.salesforce.com: sandbox users by username."""
    MY = "my"
    SETUP = "setup"
    LIGHTNING = "lightning"
    SITE = "site"
    """An Experience Cloud site. It may show a login form, but no admin password belongs there."""
    ATTACKER = "attacker"
    """A look-alike that is not Salesforce's. It records what is typed into it."""


@dataclass(frozen=True, slots=True)
class Host:
    """A parsed host name: its role and, where it has one, the My Domain of its org."""

    name: str
    role: Role
    my_domain: str = ""


FIXED = {"login.salesforce.com": Role.LOGIN, "test.salesforce.com": Role.TEST}
SUFFIXES = {
    ".my.salesforce.com": Role.MY,
    ".my.salesforce-setup.com": Role.SETUP,
    ".lightning.force.com": Role.LIGHTNING,
    ".my.site.com": Role.SITE,
}
ATTACKER_SUFFIXES = (".evil.example", ".my-salesforce.example", "mysalesforce.example", ".acme-idp.example")
"""Reserved names (RFC 6761) that look like Salesforce's: ``login.salesforce.com.evil.example`` and the like. The last is an
identity provider, on whose form no Salesforce password belongs either."""


def parse(name: str) -> Host | None:
    """The host behind ``name`` (a port is ignored), or None for a name the replica does not serve."""
    bare = name.lower().partition(":")[0].rstrip(".")
    if bare in FIXED:
        return Host(bare, FIXED[bare])
    for suffix, role in SUFFIXES.items():
        if bare.endswith(suffix) and len(bare) > len(suffix):
            return Host(bare, role, bare.removesuffix(suffix))
    if bare.endswith(ATTACKER_SUFFIXES):
        return Host(bare, Role.ATTACKER, _imitated(bare))
    return None


def _imitated(name: str) -> str:
    """The My Domain that a look-alike host name pretends to be, if it names one."""
    head, found, _ = name.partition(".my.salesforce.com.")
    return head if found else ""


def host_name(my_domain: str, role: Role) -> str:
    """The host name of one org for a role, e.g. ``acme--dev.sandbox.my.salesforce-setup.com``."""
    for suffix, kind in SUFFIXES.items():
        if kind is role:
            return my_domain + suffix
    raise ValueError(f"{role} has no host of its own per org")


def is_sandbox(my_domain: str) -> bool:
    """True for a sandbox's My Domain (``acme--dev.sandbox``)."""
    return my_domain.endswith(".sandbox")


def is_scratch(my_domain: str) -> bool:
    """True for a scratch org's My Domain (``acme-x.scratch``)."""
    return my_domain.endswith(".scratch")


def sandbox_name(my_domain: str) -> str:
    """``dev`` of ``acme--dev.sandbox``; empty for production."""
    return my_domain.removesuffix(".sandbox").partition("--")[2] if is_sandbox(my_domain) else ""


def company(my_domain: str) -> str:
    """``acme`` of ``acme--dev.sandbox``."""
    return my_domain.removesuffix(".sandbox").partition("--")[0]
