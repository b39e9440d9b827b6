"""The token endpoint: one success and every refusal of the evidence."""

from __future__ import annotations

from typing import Any

import pytest

from automation.replica.api.oauth import ERRORS
from tests.replica.conftest import Visit
from tests.replica.visitor import APP, Visitor


def _refusal(answer: Any) -> tuple[str, str]:
    assert answer.status_code == 400
    body = answer.json()
    return body["error"], body["error_description"]


def test_a_finished_app_gives_a_token(ready: Visitor) -> None:
    """The answer names org and Run As user in its ``id``."""
    body = ready.token().json()
    assert body["token_type"] == "Bearer"
    assert body["scope"] == "id api"
    org_id, user_id = body["id"].rsplit("/", 2)[1:]
    assert org_id == ready.org.org_id
    assert user_id.startswith(ready.org.user("sync").id)
    assert body["id"].startswith("https://test.salesforce.com/id/")
    assert "refresh_token" not in body


def test_key_and_secret_may_come_in_a_basic_header(ready: Visitor) -> None:
    """As OAuth allows."""
    app = ready.org.truth()["apps"][0]
    url = f"{ready.org.login_url}/services/oauth2/token"
    answer = ready.http.post(url, data={"grant_type": "client_credentials"}, auth=(app["key"], app["secret"]))
    assert answer.status_code == 200


def test_a_new_app_is_unknown_until_it_has_propagated(admin: Visitor) -> None:
    """``invalid_client_id`` first, a token later."""
    admin.set_policies(admin.create_app())
    assert _refusal(admin.token()) == ("invalid_client_id", "client identifier invalid")
    admin.org.replica.advance(2)
    assert admin.token().status_code == 200


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"client_id": "3MVG9nobody"}, ("invalid_client_id", "client identifier invalid")),
        ({"client_secret": "wrong"}, ("invalid_client", "invalid client credentials")),
        ({"grant_type": "password"}, ("unsupported_grant_type", "grant type not supported")),
        ({"scope": "api"}, ("invalid_request", "scope parameter not supported")),
    ],
)
def test_a_wrong_request_is_refused_by_name(ready: Visitor, fields: dict[str, str], refusal: tuple[str, str]) -> None:
    """Each in the words of the evidence."""
    assert _refusal(ready.token(**fields)) == refusal


@pytest.mark.parametrize("host", ["login.salesforce.com", "test.salesforce.com", "setup"])
def test_only_my_domain_gives_tokens(ready: Visitor, host: str) -> None:
    """Other hosts do not support it."""
    name = f"{ready.org.my_domain}.my.salesforce-setup.com" if host == "setup" else host
    answer = ready.http.post(f"https://{name}/services/oauth2/token", data={"grant_type": "client_credentials"})
    assert _refusal(answer) == ("invalid_grant", "request not supported on this domain")


def test_a_get_request_is_refused(ready: Visitor) -> None:
    """A secret does not belong in an address."""
    answer = ready.http.get(f"{ready.org.login_url}/services/oauth2/token?grant_type=client_credentials")
    assert _refusal(answer)[1] == "must use HTTP POST"


@pytest.mark.parametrize(
    ("policies", "refusal"),
    [
        ({"clientCredentialsEnabled": False, "runAs": ""}, ("invalid_grant", "client credentials flow not enabled")),
        ({"ipRelaxation": "Enforce"}, ("invalid_grant", "ip restricted or invalid login hours")),
        ({"ipRelaxation": "Bypass_2factor"}, ("invalid_grant", "ip restricted or invalid login hours")),
        (
            {"permittedUsers": "AdminApprovedPreAuthorized"},
            ("invalid_app_access", "user is not admin approved to access this app"),
        ),
    ],
)
def test_half_done_policies_are_refused_by_name(admin: Visitor, policies: dict[str, Any], refusal: tuple[str, str]) -> None:
    """What is missing on the Policies tab shows at the token endpoint."""
    admin.set_policies(admin.create_app(), **policies)
    admin.org.replica.advance(2)
    assert _refusal(admin.token()) == refusal


def test_an_email_as_run_as_fails_only_at_the_token(visit: Visit) -> None:
    """CARTO's report: accepted by the page, ``no client credentials user enabled`` later."""
    visitor = visit(run_as_email="accepted")
    visitor.log_in()
    saved = visitor.set_policies(visitor.create_app(), runAs=visitor.org.user("sync").email)
    visitor.org.replica.advance(2)
    assert saved["state"] == "SUCCESS"
    assert _refusal(visitor.token()) == ("invalid_grant", "no client credentials user enabled")


@pytest.mark.parametrize("change", [{"active": False}, {"frozen": True}])
def test_a_run_as_user_who_left_is_inactive(ready: Visitor, change: dict[str, bool]) -> None:
    """Deactivated and frozen alike."""
    ready.org.change_user("sync", **change)
    assert _refusal(ready.token()) == ("inactive_user", "user is inactive")


def test_a_disabled_app_is_not_installed(ready: Visitor) -> None:
    """Disable, on the app's page."""
    ready.aura("setEnabled", id=ready.org.truth()["apps"][0]["id"], enabled=False)
    assert _refusal(ready.token())[1] == "External client app is not installed in this org"


def test_scopes_that_the_flow_filters_leave_nothing(admin: Visitor) -> None:
    """``web`` alone is no scope for this flow."""
    admin.set_policies(admin.create_app(oauth=APP["oauth"] | {"scopes": ["web", "full"]}))
    admin.org.replica.advance(2)
    assert _refusal(admin.token())[0] == "invalid_scope"


def test_too_many_logins_in_an_hour_are_refused(ready: Visitor) -> None:
    """3,600 per user and hour."""
    ready.org.change_user("sync", logins=[ready.org.replica.world.now()] * 3600)
    assert _refusal(ready.token()) == ("rate_limit_exceeded", "number of logins exceeded")


@pytest.mark.parametrize("name", sorted(ERRORS))
def test_every_refusal_can_be_asked_for(ready: Visitor, name: str) -> None:
    """``token_error`` forces any row of the table, also those that nothing here leads to."""
    ready.org.force_token_error(name)
    assert _refusal(ready.token()) == ERRORS[name]


def test_policies_can_take_their_time(visit: Visit) -> None:
    """``policy_propagation_seconds``: the old policies stay in force for a while."""
    visitor = visit(policy_propagation_seconds=600, propagation_seconds=0)
    visitor.log_in()
    visitor.set_policies(visitor.create_app())
    assert _refusal(visitor.token())[1] == "client credentials flow not enabled"
    visitor.org.replica.advance(601)
    assert visitor.token().status_code == 200


def test_a_revoked_token_is_dead(ready: Visitor) -> None:
    """Revoke, then REST answers 401."""
    token = ready.token().json()["access_token"]
    base = ready.org.login_url
    assert ready.http.post(f"{base}/services/oauth2/revoke", data={"token": token}).status_code == 200
    answer = ready.http.get(f"{base}/services/data/v67.0/limits", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (401, "INVALID_SESSION_ID")


def test_tokens_die_with_their_app_or_user(ready: Visitor) -> None:
    """Deleted app, deactivated user."""
    token = ready.token().json()["access_token"]
    ready.org.change_user("sync", active=False)
    assert ready.query(token, "SELECT Id FROM Organization")[0]["errorCode"] == "INVALID_SESSION_ID"
    ready.org.change_user("sync", active=True)
    assert ready.query(token, "SELECT Id FROM Organization")[0]["Id"] == ready.org.org_id
    ready.aura("deleteApp", id=ready.org.truth()["apps"][0]["id"])
    assert ready.query(token, "SELECT Id FROM Organization")[0]["errorCode"] == "INVALID_SESSION_ID"


def test_introspection_knows_the_apps_own_tokens(ready: Visitor) -> None:
    """Active with user and scope; unknown tokens are inactive."""
    app = ready.org.truth()["apps"][0]
    pair = {"client_id": app["key"], "client_secret": app["secret"]}
    url = f"{ready.org.login_url}/services/oauth2/introspect"
    known = ready.http.post(url, data={"token": ready.token().json()["access_token"], **pair}).json()
    assert (known["active"], known["username"]) == (True, ready.org.run_as)
    assert ready.http.post(url, data={"token": "other", **pair}).json() == {"active": False}


@pytest.mark.parametrize(("asks_for", "status"), [("api", 200), ("id", 403)])
def test_userinfo_may_or_may_not_take_an_api_token(visit: Visit, asks_for: str, status: int) -> None:
    """An open point: both answers exist."""
    visitor = visit(userinfo=asks_for, propagation_seconds=0)
    visitor.log_in()
    visitor.set_policies(visitor.create_app(oauth=APP["oauth"] | {"scopes": ["api"]}))
    token = visitor.token().json()["access_token"]
    url = f"{visitor.org.login_url}/services/oauth2/userinfo"
    assert visitor.http.get(url, headers={"Authorization": f"Bearer {token}"}).status_code == status


def test_tokens_can_be_jwts(visit: Visit) -> None:
    """Three parts, no org id in front; it works all the same."""
    visitor = visit(jwt_tokens=True, propagation_seconds=0)
    visitor.log_in()
    visitor.set_policies(visitor.create_app())
    token = visitor.token().json()["access_token"]
    assert token.count(".") == 2
    assert visitor.query(token, "SELECT Id FROM Organization")[0]["Id"] == visitor.org.org_id
