"""One request to the org's token endpoint, and taking the token back.

The client credentials flow: ``POST https://<My Domain>/services/oauth2/token`` with the pair in the body. Never in the
query, which proxies and servers log; never with ``scope``, which the flow forbids; never to another host than the My
Domain host the pair belongs to; a redirect is not followed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from automation.access import hosts
from automation.credentials import Credentials
from automation.errors import ForeignHost, OrgBusy, OrgUnavailable, RunbookError, SettingsError, UnexpectedPage
from automation.network.backoff import Patience
from automation.network.certificates import ca_file_of
from automation.network.failures import Trouble
from automation.org_api.ids import is_id, to_18
from automation.org_api.refusals import About, refusal_for
from automation.secrets import Secret, scrub

if TYPE_CHECKING:
    import httpx

TOKEN_PATH: Final = "/services/oauth2/token"  # noqa: S105 - an address
REVOKE_PATH: Final = "/services/oauth2/revoke"
REVOKING: Final = Patience(limit=3.0, first=0.2)
_REVOKED: Final = frozenset({200, 400})
"""400 is what the org answers for a token that it does not know (any more), as after a first answer that got lost."""


@dataclass(frozen=True)
class Token:
    """A token and what the org said with it.

    Attributes:
        value: the access token, opaque or a JWT; nothing is read out of it.
        org_id, user_id: 18 characters, from the field ``id`` (``https://<host>/id/<org id>/<user id>``); None when
            the org did not say.
        scopes: scope tokens such as ``api``; the flow leaves out ``web``, ``full`` and ``refresh_token``.
    """

    value: Secret
    org_id: str | None
    user_id: str | None
    scopes: tuple[str, ...]


@dataclass(frozen=True)
class NoToken:
    """Why there is no token: the error to raise, which thing is at fault, and whether waiting may cure it.

    ``retry_after``: seconds that the org asked us to wait, 0 if it did not.
    """

    error: RunbookError
    about: About
    retry: bool = False
    retry_after: float = 0.0


def token_host(credentials: Credentials) -> str:
    """The host that the pair may be sent to.

    Raises:
        ForeignHost: the token URL is not on an org's My Domain host, or not on the one the pair belongs to.
        SettingsError: it is on ``login.`` or ``test.salesforce.com``, where this flow does not answer.
    """
    address = hosts.parse(credentials.token_url)
    if address.scheme == "https" and address.host in hosts.LOGIN_HOSTS:
        raise SettingsError(
            f"{address.host} gives no tokens for client credentials.",
            next="Set SF_LOGIN_URL to the org's My Domain URL, https://<My Domain>.my.salesforce.com.",
        )
    odd = address.has_user or bool(address.query) or address.port not in (None, 443) or address.path != TOKEN_PATH
    if address.scheme != "https" or odd or not hosts.is_my_domain(address.host):
        raise ForeignHost(f"The pair was not sent to {address.shown}: that is no token endpoint of a Salesforce org.")
    if address.host != credentials.host.lower():
        raise ForeignHost(f"The pair belongs to {credentials.host} and was not sent to {address.host}.")
    return address.host


def request_token(client: httpx.Client, credentials: Credentials) -> Token:
    """Ask once for a token.

    Raises:
        RunbookError: the class that `refusals` names for the org's answer; OrgUnavailable when it does not answer
            sensibly; ForeignHost or SettingsError before anything is sent.
    """
    answer = ask(client, credentials)
    if isinstance(answer, NoToken):
        raise answer.error
    return answer


def ask(client: httpx.Client, credentials: Credentials) -> Token | NoToken:
    """As `request_token`, but answers why there is none. Raises only before anything is sent."""
    import httpx

    host = token_host(credentials)
    form = {
        "grant_type": "client_credentials",
        "client_id": credentials.client_id.reveal(),
        "client_secret": credentials.client_secret.reveal(),
    }
    try:
        response = client.post(
            f"https://{host}{TOKEN_PATH}", data=form, headers={"Accept": "application/json"}, follow_redirects=False
        )
    except httpx.HTTPError as error:
        trouble = Trouble.of(error, host, ca_file_of(client))  # not the error itself: it carries the request and so the pair
    else:
        return _read(response, host)
    unreachable = OrgUnavailable(f"{host} could not be reached for a token: {trouble.text}.", next=trouble.cure)
    return NoToken(unreachable, "org", trouble.passing)


def revoke(client: httpx.Client, host: str, token: Secret, patience: Patience = REVOKING) -> bool:
    """Take a token back; whether it is no longer good. Tried again for a moment; never raises when the org can't be reached."""
    tries = patience.start()
    while True:
        status = _revoke_once(client, host, token)
        delay = tries.again() if status is None or status >= 500 else None
        if delay is None:
            return status in _REVOKED
        patience.wait(delay)


def _revoke_once(client: httpx.Client, host: str, token: Secret) -> int | None:
    import httpx

    form = {"token": token.reveal()}
    try:
        return client.post(f"https://{host}{REVOKE_PATH}", data=form, follow_redirects=False).status_code
    except (httpx.HTTPError, RuntimeError):  # RuntimeError: the client was closed at the end of the program
        return None


def _read(response: httpx.Response, host: str) -> Token | NoToken:
    status = response.status_code
    if response.is_redirect:
        return _redirected(response, host)
    if status >= 500:
        error = OrgUnavailable(f"{host} answered {status} to the request for a token.")
        return NoToken(error, "org", retry=True, retry_after=_retry_after(response))
    body = _json_object(response)
    if status == 200 and body is not None and "access_token" in body:
        return _token(body)
    if body is not None and isinstance(body.get("error"), str):
        return _refused(body["error"], str(body.get("error_description", "")), host)
    if status == 429:
        return NoToken(OrgBusy(f"{host} answered 429: too many requests."), "org")
    return NoToken(
        OrgUnavailable(
            f"{host} answered {status} with something that is no token answer.",
            next="Check that SF_LOGIN_URL is the org's own address and that no proxy or login portal answers instead.",
        ),
        "org",
    )


def _redirected(response: httpx.Response, host: str) -> NoToken:
    target = hosts.parse(response.headers.get("location", "")).host or "another address"
    return NoToken(
        OrgUnavailable(
            f"{host} sends requests for a token on to {target}; key and secret were not sent there.",
            next="If the org's My Domain was renamed, set SF_LOGIN_URL to its new address.",
        ),
        "org",
    )


def _refused(error: str, description: str, host: str) -> NoToken:
    row = refusal_for(error, description)
    said = scrub(f"{error}: {description}".rstrip(": "))[:200]
    if row is None:
        unknown = UnexpectedPage(
            f"{host} gave no token, for a reason this tool does not know ({said}).",
            next="Look the words up in Salesforce Help under OAuth error codes.",
        )
        return NoToken(unknown, "request")
    raised = row.raises(f"{host} gave no token: {row.meaning} ({said}).", next=row.cure)
    return NoToken(raised, row.about, row.retry)


def _token(body: dict[str, Any]) -> Token:
    value = Secret(str(body["access_token"]))
    if body.get("signature"):
        Secret(str(body["signature"]))  # not needed, but never to be shown either
    org_id, user_id = _identity(str(body.get("id", "")))
    return Token(value, org_id, user_id, tuple(str(body.get("scope", "")).split()))


def _identity(url: str) -> tuple[str | None, str | None]:
    """Org id and user id from an identity URL ``https://<host>/id/<org id>/<user id>``."""
    parts = hosts.parse(url).path.strip("/").split("/")
    if len(parts) != 3 or parts[0] != "id" or not is_id(parts[1], "00D") or not is_id(parts[2], "005"):
        return None, None
    return to_18(parts[1]), to_18(parts[2])


def _json_object(response: httpx.Response) -> dict[str, Any] | None:
    try:
        body = response.json()
    except ValueError:  # covers broken encodings as well as broken JSON
        return None
    return body if isinstance(body, dict) else None


def _retry_after(response: httpx.Response) -> float:
    text = response.headers.get("retry-after", "")
    return float(text) if text.isdigit() else 0.0
