"""A local imitation of a Salesforce org, to prove the runbook on.

``start()`` serves login, My Domain, Setup and Lightning hosts under their real names over TLS, behind a small
CONNECT proxy on loopback. A client only needs the proxy's address and the CA file, as in a company network.

    with start() as replica:
        org = replica.new_org("acme--dev.sandbox")
        os.environ.update(org.environment())

Nothing here imports the flows or the product: the replica knows Salesforce, not its client.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from automation.replica.handles import OrgHandle, Replica

__all__ = ["OrgHandle", "Replica", "start"]


def start(*, control_port: int = 0) -> Replica:
    """Start a replica in a background thread and return its handle (a context manager).

    ``control_port`` fixes the port of the control API; all others are free ports.
    The heavy imports (starlette, uvicorn, jinja2) happen here, so that importing the package costs nothing.
    """
    from automation.replica.handles import Replica

    return Replica.launch(control_port)


def __getattr__(name: str) -> object:
    if name in {"OrgHandle", "Replica"}:
        from automation.replica import handles

        return getattr(handles, name)
    raise AttributeError(name)
