"""The proof: a token for the new pair, from the right org, for the right user; and the token revoked afterwards."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from automation.errors import OrgBusy, ProofFailed, UnexpectedPage
from automation.network.backoff import Patience
from automation.network.parallel import in_background
from automation.org_api.rest import NotReadable, Rest, ask_version, text_of
from automation.org_api.token import NoToken, Token, ask, revoke, token_host
from automation.salesforce.ids import same_id
from automation.secrets import Secret
from automation.secrets.credentials import Credentials

if TYPE_CHECKING:
    import httpx

Report = Callable[[str], None]
"""Takes a sentence about progress, for the log."""


def silent(_: str) -> None:
    """Report nothing."""


@dataclass(frozen=True)
class Identity:
    """Whom a token speaks for. ``username`` is None where the org answers neither SOQL nor userinfo."""

    org_id: str
    user_id: str
    username: str | None


class ProofSession:
    """A proof token while it is in use. `close` revokes it; so does the end of the program, whichever comes first.

    Args:
        client: closed together with the session.
        host: the My Domain host that gave the token.
        version: API version, where it is known already.
    """

    def __init__(self, client: httpx.Client, token: Token, host: str, version: str | None = None) -> None:
        self.token = token
        self.rest = Rest(client, host, token, known_version=version)
        self.revoked = False
        self._identity: Identity | None = None
        self._finalizer = weakref.finalize(self, _end, client, host, token.value)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def is_open(self) -> bool:
        """Whether the token was not revoked yet."""
        return self._finalizer.alive

    def close(self) -> None:
        """Revoke the token and close the client. Later calls do nothing. ``revoked`` says whether it worked."""
        if self.is_open:
            self.revoked = bool(self._finalizer())

    def identity(self) -> Identity:
        """Org, user id and, where readable, username. Raises UnexpectedPage when the org did not name org and user."""
        if self._identity is None:
            org_id, user_id = self.token.org_id, self.token.user_id
            if org_id is None or user_id is None:
                raise UnexpectedPage(f"{self.rest.host} gave a token that does not name its org and user.")
            self._identity = Identity(org_id, user_id, _username(self.rest, user_id))
        return self._identity


def open_proof(client: httpx.Client, credentials: Credentials, patience: Patience, report: Report = silent) -> ProofSession:
    """As `begin_proof`, but raises when there is no token: the class that `refusals` names for the org's last answer."""
    session = begin_proof(client, credentials, patience, report)
    if isinstance(session, NoToken):
        raise session.error
    return session


def begin_proof(
    client: httpx.Client, credentials: Credentials, patience: Patience, report: Report = silent
) -> ProofSession | NoToken:
    """Ask for a token until there is one, waiting only for what waiting fixes. Meanwhile the API versions are asked for.

    Args:
        client: owned by the session from now on; closed here when there is no token.
        patience: how long; `Patience.unknown_key_limit` bounds the wait for a key to become known.
        report: gets a sentence before each further try.
    """
    try:
        host = token_host(credentials)
    except BaseException:
        client.close()
        raise
    version = in_background(lambda: ask_version(client, host))
    session: ProofSession | None = None
    try:
        answer = wait_for_token(client, credentials, patience, report)
        if isinstance(answer, NoToken):
            return answer
        session = ProofSession(client, answer, host, version.result())
        return session
    finally:
        if session is None:
            version.add_done_callback(lambda _: client.close())  # not before: a connection in use would stay open


def wait_for_token(client: httpx.Client, credentials: Credentials, patience: Patience, report: Report = silent) -> Token | NoToken:
    """Ask until there is a token, a lasting refusal, or no patience left."""
    tries = patience.start()
    while True:
        answer = ask(client, credentials)
        if isinstance(answer, Token):
            return answer
        limit = _limit(answer, patience)
        if limit == 0:
            return answer
        delay = tries.again(limit, answer.retry_after)
        if delay is None:
            waited = f" Tried {tries.count} times in {tries.elapsed:.0f} s."
            raised = type(answer.error)(answer.error.message + waited, next=answer.error.next)
            return NoToken(raised, answer.about, answer.retry)
        report(f"{answer.error.message} Trying again in {delay:.0f} s ({tries.elapsed:.0f} of {patience.limit:.0f} s).")
        patience.wait(delay)


def _limit(answer: NoToken, patience: Patience) -> float | None:
    """Seconds in which this refusal is worth another try; 0 for a final one, None for the patience's own limit."""
    if answer.about == "policy":
        return min(patience.limit, patience.policy_limit)
    if not answer.retry:
        return 0
    if answer.about == "key":
        return patience.unknown_key_limit
    return min(patience.limit, patience.busy_limit if isinstance(answer.error, OrgBusy) else patience.unreachable_limit)


def check_org(identity: Identity, org_id: str | None, host: str) -> None:
    """Raises ProofFailed when the token is for another org than the one that the browser was in."""
    if org_id is not None and not same_id(identity.org_id, org_id):
        raise ProofFailed(
            f"{host} gave a token for org {identity.org_id}, but the app was made in org {org_id}.",
            next="The org behind this host changed during the run, as a sandbox refresh does: run again.",
        )


def is_user(identity: Identity, run_as: str) -> bool | None:
    """Whether the token speaks for ``run_as`` (a username in any case, or id); None when that is not known."""
    if same_id(identity.user_id, run_as):
        return True
    return None if identity.username is None else identity.username.lower() == run_as.lower()


def _username(rest: Rest, user_id: str) -> str | None:
    """The username by SOQL, else by userinfo; None where neither may be asked."""
    found = rest.query(f"SELECT Id, Username FROM User WHERE Id = '{user_id}'")  # noqa: S608 - a checked id
    if not isinstance(found, NotReadable) and found and (name := text_of(found[0].get("Username"))):
        return name
    info = rest.userinfo()
    if isinstance(info, NotReadable) or not same_id(text_of(info.get("user_id", user_id)), user_id):
        return None
    return text_of(info.get("preferred_username"))


def _end(client: httpx.Client, host: str, token: Secret) -> bool:
    try:
        return revoke(client, host, token)
    finally:
        client.close()
