"""The token request: where it goes, what it says, and what every known answer means."""

from __future__ import annotations

import traceback

import httpx
import pytest

from automation.errors import (
    ForeignHost,
    NotPropagatedYet,
    OrgBusy,
    OrgUnavailable,
    ProofFailed,
    RunbookError,
    SettingsError,
    UnexpectedPage,
)
from automation.org_api.refusals import REFUSALS, Refusal, refusal_for
from automation.org_api.token import NoToken, ask, revoke
from automation.secrets import Secret
from tests.org_api.org_double import (
    HOST,
    KEY,
    ORG_18,
    SECRET,
    TOKEN,
    USER_18,
    Clock,
    OrgDouble,
    everything,
    given,
    pair,
    refused,
    request_token,
)

TOKEN_PATH = "/services/oauth2/token"


def test_a_token_names_org_user_and_scopes() -> None:
    """The field ``id`` holds org and user, so no further request is needed to know them."""
    token = request_token(OrgDouble().client(), pair())
    assert (token.org_id, token.user_id, token.scopes) == (ORG_18, USER_18, ("id", "api"))
    assert token.value.reveal() == TOKEN
    assert TOKEN not in repr(token)


def test_short_ids_in_the_identity_url_are_completed() -> None:
    """Whichever form the org prints, ours has 18 characters."""
    org = OrgDouble([httpx.Response(200, json=given(id=f"https://login.salesforce.com/id/{ORG_18[:15]}/{USER_18[:15]}"))])
    token = request_token(org.client(), pair())
    assert (token.org_id, token.user_id) == (ORG_18, USER_18)


@pytest.mark.parametrize("url", ["", "https://login.salesforce.com/id/x/y", "https://login.salesforce.com/", "nonsense"])
def test_without_identity_the_token_names_nobody(url: str) -> None:
    """Nothing is invented when ``id`` is missing or strange."""
    token = request_token(OrgDouble([httpx.Response(200, json=given(id=url))]).client(), pair())
    assert (token.org_id, token.user_id) == (None, None)


def test_a_jwt_is_as_good_as_an_opaque_token() -> None:
    """Apps with JWT-based access tokens give a JWT; nothing is read out of it."""
    token = request_token(OrgDouble([httpx.Response(200, json=given(access_token="eyJ0.eyJz.c2ln"))]).client(), pair())
    assert token.value.reveal() == "eyJ0.eyJz.c2ln"


def test_the_pair_travels_in_the_body_alone() -> None:
    """POST, no query, no ``scope``, no key in a header: addresses and headers are logged on the way."""
    org = OrgDouble()
    request_token(org.client(), pair())
    (request,) = org.requests
    assert (request.method, str(request.url)) == ("POST", f"https://{HOST}{TOKEN_PATH}")
    assert org.forms(TOKEN_PATH) == [{"grant_type": ["client_credentials"], "client_id": [KEY], "client_secret": [SECRET]}]
    assert KEY not in everything(org.requests)
    assert SECRET not in everything(org.requests)


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/services/oauth2/token",
        f"https://{HOST}.evil.example/services/oauth2/token",
        f"http://{HOST}/services/oauth2/token",
        f"https://user@{HOST}/services/oauth2/token",
        f"https://{HOST}:8443/services/oauth2/token",
        f"https://{HOST}/services/oauth2/token?client_id=x",
        f"https://{HOST}/elsewhere",
        "https://other.my.salesforce.com/services/oauth2/token",
        "https://acme--dev.sandbox.my.salesforce-setup.com/services/oauth2/token",
        "https://my.salesforce.com/services/oauth2/token",
        "not an address",
    ],
)
def test_the_pair_is_sent_to_no_other_place(url: str) -> None:
    """A delivered file may have been edited: only the My Domain host the pair belongs to gets it."""
    org = OrgDouble()
    with pytest.raises(ForeignHost):
        request_token(org.client(), pair(token_url=url))
    assert org.requests == []


def test_the_general_login_hosts_are_a_wrong_setting() -> None:
    """The flow answers on My Domain hosts only, so nothing is sent to login.salesforce.com."""
    with pytest.raises(SettingsError, match=r"login\.salesforce\.com gives no tokens"):
        request_token(OrgDouble().client(), pair(token_url="https://login.salesforce.com/services/oauth2/token"))


def test_a_redirect_is_not_followed() -> None:
    """Key and secret stay here when the endpoint points elsewhere; the message says where it pointed."""
    moved = httpx.Response(302, headers={"location": "https://evil.example/services/oauth2/token?sid=secret-session"})
    org = OrgDouble([moved])
    with pytest.raises(OrgUnavailable, match=r"on to evil\.example") as caught:
        request_token(org.client(), pair())
    assert len(org.requests) == 1
    assert "secret-session" not in caught.value.message


def _rows() -> list[object]:
    return [pytest.param(row, id=f"{row.error}-{row.says or 'any'}".replace(" ", "_")) for row in REFUSALS]


@pytest.mark.parametrize("row", _rows())
def test_every_known_refusal_has_its_error_meaning_and_fix(row: Refusal) -> None:
    """One case per row of the table: class, meaning in the message, fix in ``next``."""
    answer = ask(OrgDouble([refused(row.error, row.says)]).client(), pair())
    assert isinstance(answer, NoToken)
    assert type(answer.error) is row.raises
    assert row.meaning in answer.error.message
    assert answer.error.next == row.fix
    assert answer.retry is row.retry


EXPECTED: dict[str, tuple[type[RunbookError], bool]] = {
    "invalid_grant|request not supported on this domain": (SettingsError, False),
    "invalid_grant|no client credentials user enabled": (ProofFailed, False),
    "invalid_grant|Client credentials flow not enabled": (ProofFailed, False),
    "invalid_client_id|client identifier invalid": (NotPropagatedYet, True),
    "invalid_client|invalid client credentials": (ProofFailed, False),
    "invalid_client|app must be installed into org": (ProofFailed, False),
    "unsupported_grant_type|grant type not supported": (ProofFailed, False),
    "invalid_grant|ip restricted or invalid login hours": (ProofFailed, False),
    "inactive_user|user is inactive": (ProofFailed, False),
    "inactive_org|org is locked, closed, or suspended": (OrgBusy, True),
    "rate_limit_exceeded|number of logins exceeded": (OrgBusy, False),
    "invalid_request|scope parameter not supported": (ProofFailed, False),
    "invalid_scope|the requested scope is not allowed": (ProofFailed, False),
    "invalid_app_access|user is not admin approved to access this app": (ProofFailed, False),
    "OAUTH_APPROVAL_ERROR|user is not admin approved to access this app": (ProofFailed, False),
    "OAUTH_EC_APP_NOT_FOUND|External client app is not installed in this org": (ProofFailed, False),
    "app_not_found|External client app is not installed in this org": (ProofFailed, False),
    "invalid_grant|user hasn\u2019t approved this consumer": (ProofFailed, False),
    "invalid_grant|audience is invalid": (ProofFailed, False),
    "invalid_client_id|\u7121\u52b9\u306a\u30af\u30e9\u30a4\u30a2\u30f3\u30c8\u8b58\u5225\u5b50": (NotPropagatedYet, True),
}


@pytest.mark.parametrize("said", EXPECTED)
def test_what_is_documented_is_what_happens(said: str) -> None:
    """The table against the evidence, written down a second time: class and whether waiting may fix it."""
    error, _, description = said.partition("|")
    row = refusal_for(error, description)
    assert row is not None
    assert (row.raises, row.retry) == EXPECTED[said]


def test_an_unknown_refusal_is_reported_as_such() -> None:
    """Never taken for a known one; the org's own words are in the message, a secret among them is not."""
    org = OrgDouble([refused("invalid_grant", f"something new about {SECRET}")])
    with pytest.raises(UnexpectedPage, match="invalid_grant: something new") as caught:
        request_token(org.client(), pair())
    assert SECRET not in caught.value.message


@pytest.mark.parametrize(
    ("answer", "kind", "retry"),
    [
        (httpx.Response(500, text="<html>error</html>"), OrgUnavailable, True),
        (httpx.Response(503, text="maintenance"), OrgUnavailable, True),
        (httpx.ConnectError("refused"), OrgUnavailable, True),
        (httpx.ReadTimeout("late"), OrgUnavailable, True),
        (httpx.ProxyError("502 Bad Gateway"), OrgUnavailable, True),
        (httpx.ProxyError("407 Proxy Authentication Required"), OrgUnavailable, False),
        (httpx.Response(200, text="<html>Sign in to the guest network</html>"), OrgUnavailable, False),
        (httpx.Response(200, json=["no object"]), OrgUnavailable, False),
        (httpx.Response(403, text="blocked"), OrgUnavailable, False),
        (httpx.Response(429, text="slow down"), OrgBusy, False),
    ],
    ids=lambda value: str(value)[:40],
)
def test_an_org_that_gives_no_sensible_answer(answer: httpx.Response | Exception, kind: type[RunbookError], *, retry: bool) -> None:
    """Only connection trouble and 5xx are tried again; a portal in between or a block is not."""
    found = ask(OrgDouble([answer]).client(), pair())
    assert isinstance(found, NoToken)
    assert type(found.error) is kind
    assert found.retry is retry


def test_retry_after_is_heard() -> None:
    """Seconds in ``Retry-After`` are passed on; a date there is not understood and counts as none."""
    found = ask(OrgDouble([httpx.Response(503, headers={"retry-after": "7"})]).client(), pair())
    assert isinstance(found, NoToken)
    assert found.retry_after == 7


def test_no_error_holds_the_pair() -> None:
    """A browserless stack trace is printed with -v, so not even the chain of causes may carry the request."""
    org = OrgDouble([httpx.ConnectError(f"could not send {SECRET}")])
    with pytest.raises(OrgUnavailable) as caught:
        request_token(org.client(), pair())
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    assert SECRET not in "".join(traceback.format_exception(caught.value))


def test_revoking_sends_the_token_in_the_body() -> None:
    """As for the pair: never in an address."""
    org = OrgDouble()
    assert revoke(org.client(), HOST, Secret(TOKEN))
    assert org.forms("/services/oauth2/revoke") == [{"token": [TOKEN]}]
    assert TOKEN not in everything(org.requests)


@pytest.mark.parametrize(
    ("answer", "tries", "gone"),
    [
        (httpx.ConnectError("gone"), 3, False),
        (httpx.Response(503), 3, False),
        (httpx.Response(403), 1, False),
        (httpx.Response(400), 1, True),
    ],
    ids=["no connection", "503", "403", "unknown token"],
)
def test_a_token_that_can_not_be_revoked_fails_no_run(answer: httpx.Response | Exception, tries: int, *, gone: bool) -> None:
    """It is tried again for a moment. The run's result does not hang on tidying up; the token ends by itself."""
    org = OrgDouble(paths={"/services/oauth2/revoke": answer})
    assert revoke(org.client(), HOST, Secret(TOKEN), Clock().patience(1.0)) is gone
    assert len(org.requests) == tries
