"""The guard before production orgs: refused unless their host is confirmed."""

from __future__ import annotations

from automation.errors import ProductionRefused
from automation.salesforce.hosts import LOGIN_HOSTS, is_production


def require_named(host: str, allowed: str | None, login_host: str | None = None) -> None:
    """Refuse a host that may be production's, unless it was confirmed.

    Args:
        host: My Domain or login host.
        allowed: what ``--allow-production`` names.
        login_host: after login, the host that the login began on. Whoever began on ``login.salesforce.com`` and named
            exactly that, accepted whatever production org the user belongs to.

    Raises:
        ProductionRefused: it was not confirmed, or another one was.
    """
    if not is_production(host) or allowed == host:
        return
    if login_host in LOGIN_HOSTS and allowed == login_host:
        return
    if host in LOGIN_HOSTS and allowed is not None and is_production(allowed) and allowed not in LOGIN_HOSTS:
        return  # the My Domain was named; it is compared once the login has led there
    named = f" --allow-production names {allowed}." if allowed else ""
    raise ProductionRefused(
        f"{host} may be a production org.{named}",
        next=f"If you really mean production, confirm it with --allow-production {host}",
    )
