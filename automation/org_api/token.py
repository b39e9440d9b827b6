"""One request to the org's token endpoint, and revoking the token.

The client credentials flow: ``POST https://<My Domain>/services/oauth2/token`` with the pair in the body. Never in the
query, which proxies and servers log; never with ``scope``, which the flow forbids; never to another host than the My
Domain host the pair belongs to; a redirect is not followed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from automation.errors import ForeignHost, OrgBusy, OrgUnavailable, RunbookError, SettingsError, UnexpectedPage
from automation.network.backoff import Patience
from automation.network.failures import Failure
from automation.network.http import decoded, retry_after, send
from automation.org_api.refusals import About, refusal_for
from automation.salesforce import hosts
from automation.salesforce.ids import is_id, to_18
from automation.secrets import Secret, scrub
from automation.secrets.credentials import Credentials

if TYPE_CHECKING:
    import httpx

TOKEN_PATH: Final = "/services/oauth2/token"  # noqa: S105 - a path
REVOKE_PATH: Final = "/services/oauth2/revoke"
REVOKE_TIMEOUT: Final = 10.0
"""Seconds for one request to take a token back: a run is over and does not wait for long."""
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
    """Why there is no token: the error to raise, which thing is at fault, and whether waiting may fix it.

    ``retry_after``: seconds that the org asked us to wait, 0 if it did not.
    """

    error: RunbookError
    about: About
    retry: bool = False
    retry_after: float = 0.0


def token_host(credentials: Credentials) -> str:
    """The host that the pair may be sent to.

    Raises ForeignHost when the token URL is on no My Domain host or not on the pair's own, SettingsError when it is on ``login.``
    or ``test.salesforce.com``, where this flow does not answer.
    """
    url = hosts.parse_url(credentials.token_url)
    if url.scheme == "https" and url.host in hosts.LOGIN_HOSTS:
        raise SettingsError(
            f"{url.host} gives no tokens for client credentials.",
            next="Set SF_LOGIN_URL to the org's My Domain URL, https://<My Domain>.my.salesforce.com.",
        )
    odd = url.has_user or bool(url.query) or url.port not in (None, 443) or url.path != TOKEN_PATH
    if url.scheme != "https" or odd or not hosts.is_my_domain(url.host):
        raise ForeignHost(f"The pair was not sent to {url.shown}: that is no token endpoint of a Salesforce org.")
    if url.host != credentials.host.lower():
        raise ForeignHost(f"The pair belongs to {credentials.host} and was not sent to {url.host}.")
    return url.host


def ask(client: httpx.Client, credentials: Credentials) -> Token | NoToken:
    """Ask once for a token. Raises ForeignHost or SettingsError before anything is sent; else answers why there is none."""
    host = token_host(credentials)
    form = {
        "grant_type": "client_credentials",
        "client_id": credentials.client_id.reveal(),
        "client_secret": credentials.client_secret.reveal(),
    }
    answer = send(client, "POST", f"https://{host}{TOKEN_PATH}", data=form, headers={"Accept": "application/json"})
    if isinstance(answer, Failure):
        return NoToken(answer.error(host, "for a token"), "org", answer.passing)
    return _read(answer, host)


def revoke(client: httpx.Client, host: str, token: Secret, patience: Patience = REVOKING) -> bool:
    """Take a token back; whether it is no longer good. Tried again for a moment; never raises when the org can't be reached."""
    tries, url = patience.start(), f"https://{host}{REVOKE_PATH}"
    while True:
        answer = send(client, "POST", url, data={"token": token.reveal()}, timeout=REVOKE_TIMEOUT)
        status = None if isinstance(answer, Failure) else answer.status_code
        delay = tries.again() if status is None or status >= 500 else None
        if delay is None:
            return status in _REVOKED
        patience.wait(delay)


def _read(response: httpx.Response, host: str) -> Token | NoToken:
    status = response.status_code
    if response.is_redirect:
        return _redirected(response, host)
    if status >= 500:
        error = OrgUnavailable(f"{host} answered {status} to the request for a token.")
        return NoToken(error, "org", retry=True, retry_after=retry_after(response))
    answer = decoded(response)
    body = answer if isinstance(answer, dict) else {}
    value, code = body.get("access_token"), body.get("error")
    if status == 200 and isinstance(value, str) and value.strip():
        return _token(value, body)
    if isinstance(code, str) and code:
        return _refused(code, body.get("error_description"), host, retry_after(response))
    if status == 429:
        return NoToken(OrgBusy(f"{host} answered 429: too many requests."), "org", retry_after=retry_after(response))
    return NoToken(
        OrgUnavailable(
            f"{host} answered {status} without a token and without an error code.",
            next="Check that SF_LOGIN_URL is the org's own URL and that no proxy or login portal answers instead.",
        ),
        "org",
    )


def _redirected(response: httpx.Response, host: str) -> NoToken:
    target = hosts.parse_url(response.headers.get("location", "")).host or "another host"
    return NoToken(
        OrgUnavailable(
            f"{host} sends requests for a token on to {target}; key and secret were not sent there.",
            next="If the org's My Domain was renamed, set SF_LOGIN_URL to its new URL.",
        ),
        "org",
    )


def _refused(error: str, description: object, host: str, wait: float) -> NoToken:
    words = description if isinstance(description, str) else ""
    row = refusal_for(error, words)
    said = scrub(f"{error}: {words}".rstrip(": "))[:200]
    if row is None:
        unknown = UnexpectedPage(
            f'{host} gave no token, for a reason that is not known here: "{said}".',
            next="Look these words up in Salesforce Help under OAuth error codes.",
        )
        return NoToken(unknown, "request")
    raised = row.raises(f"{host} gave no token: {row.meaning} ({said}).", next=row.fix)
    return NoToken(raised, row.about, row.retry, wait)


def _token(value: str, body: dict[str, Any]) -> Token:
    signature = body.get("signature")
    if isinstance(signature, str):
        Secret(signature)  # not needed, but never to be shown either
    url, scope = (text if isinstance(text := body.get(key), str) else "" for key in ("id", "scope"))
    org_id, user_id = _identity(url)
    return Token(Secret(value), org_id, user_id, tuple(scope.split()))


def _identity(url: str) -> tuple[str | None, str | None]:
    """Org id and user id from an identity URL ``https://<host>/id/<org id>/<user id>``."""
    parts = hosts.parse_url(url).path.strip("/").split("/")
    if len(parts) != 3 or parts[0] != "id" or not is_id(parts[1], "00D") or not is_id(parts[2], "005"):
        return None, None
    return to_18(parts[1]), to_18(parts[2])
