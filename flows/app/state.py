"""What a run has learned about the org and the app so far; steps read and extend it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from automation.org_api import Pairs, ProofSession, Rights
from automation.salesforce import hosts
from automation.secrets.credentials import Credentials


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
    username: str | None = None
    app_exists: bool = False
    app_created: bool = False
    create_sent: bool = False
    """``Create`` was clicked in this run; its answer may have been lost."""
    policies_saved: bool = False
    """Saved in this run, and read again after saving."""
    app_id: str | None = None
    detail_url: str | None = None
    credentials: Credentials | None = None
    pairs: Pairs | None = field(default=None, repr=False)
    """What the delivery targets held when they were read; None when they were not read yet."""
    delivered_before: Credentials | None = None
    """The pair found at the delivery target and proven with a token in this run."""
    delivered_unproven: Credentials | None = None
    """A pair of an earlier run that gets no token (yet) for a reason other than the pair: the app's policies, its
    Run As user, or that the org did not know it yet. Section 5 proves it."""
    session: ProofSession | None = field(default=None, repr=False)
    """The proof token, from 5.1 to 5.2; it is revoked at the end of 5.2, or when the program ends."""
    notify: Callable[[str], None] = field(default=lambda _: None, repr=False)
    """Shows a message about progress inside a step, such as the wait for propagation."""
    rights: Rights | None = None
    """What the Run As user lacks of the vendor's Appendix C."""
    rights_required: bool = False
    """Whether missing rights fail the run (``--require-permissions``) instead of being noted."""
    delivered_to: list[str] = field(default_factory=list)
    proof: Proof = field(default_factory=Proof)
    setup_host: str | None = None
    """Set when the org's Setup was reached on a host other than the expected one."""
    notes: list[str] = field(default_factory=list)
    """Notes for the report that are no failures, e.g. a locked PKCE box."""

    def proven(self, pair: Credentials, session: ProofSession) -> None:
        """A pair got a token, for the right org."""
        identity = session.identity()
        self.session, self.org_id = session, identity.org_id
        self.credentials = replace(pair, org_id=identity.org_id)
        self.proof = Proof(token=True, run_as=identity.username, scopes=session.token.scopes)

    @property
    def setup_url(self) -> str:
        """``https://<Setup host>`` of this org, without a path."""
        return "https://" + (self.setup_host or hosts.setup_host(self.host))
