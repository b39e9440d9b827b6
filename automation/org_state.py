"""What a run has learned about the org and the app so far; steps read and extend it."""

from __future__ import annotations

from dataclasses import dataclass, field

from automation.access import hosts
from automation.credentials import Credentials


@dataclass
class Proof:
    """What was proven with the new pair: a token was given, for whom, with which scopes, and what was read back."""

    token: bool = False
    run_as: str | None = None
    scopes: tuple[str, ...] = ()
    read_back: bool = False


@dataclass
class OrgState:
    """Facts of the run. ``app_id`` is the 15-character ``0xI...`` id; None means not known (yet)."""

    host: str
    org_id: str | None = None
    sandbox: bool | None = None
    language: str = "en"
    user_name: str | None = None
    app_exists: bool = False
    app_created: bool = False
    app_id: str | None = None
    detail_url: str | None = None
    credentials: Credentials | None = None
    delivered_before: Credentials | None = None
    """The pair found at the delivery target and proven with a token in this run."""
    delivered_to: list[str] = field(default_factory=list)
    proof: Proof = field(default_factory=Proof)
    setup_host: str | None = None
    """Set when the org's Setup was reached on a host other than the expected one."""
    notes: list[str] = field(default_factory=list)
    """Remarks for the report that are no failures, e.g. a locked PKCE box."""

    @property
    def setup_url(self) -> str:
        """``https://<Setup host>`` of this org, without a path."""
        return "https://" + (self.setup_host or hosts.setup_host(self.host))
