"""A sandbox refresh, and production's view of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from automation.replica.api.oauth_info import cli_token
from tests.replica.conftest import Visit
from tests.replica.visitor import Visitor

if TYPE_CHECKING:
    from automation.replica import OrgHandle

SETUP_HOME = "/lightning/setup/SetupOneHome/home"


@pytest.fixture
def production(new_org: Callable[..., OrgHandle]) -> OrgHandle:
    """The production org of the sandboxes of this module."""
    return new_org("globex")


@pytest.fixture
def owner(visit: Visit, production: OrgHandle) -> Callable[..., Any]:
    """Calls production's Tooling API with a CLI token."""
    visitor = visit(production)
    token = cli_token(production.replica.world.orgs["globex"], "admin")

    def call(path: str, body: dict[str, str] | None = None, **params: str) -> Any:
        url = f"{production.login_url}/services/data/v67.0/tooling/{path}"
        headers = {"Authorization": f"Bearer {token}"}
        answer = (
            visitor.http.post(url, json=body, headers=headers) if body else visitor.http.get(url, params=params, headers=headers)
        )
        return answer.json()

    return call


def test_a_refresh_makes_another_org_behind_the_same_host(ready: Visitor) -> None:
    """New org id, no apps, no sessions, the old key unknown; same names and password."""
    before = ready.org.truth()
    pair = {"client_id": before["apps"][0]["key"], "client_secret": before["apps"][0]["secret"]}
    ready.org.refresh()
    after = ready.org.truth()
    assert after["org_id"] != before["org_id"]
    assert after["apps"] == []
    assert after["sessions"] == []
    assert after["login_url"] == before["login_url"]
    assert after["admin"]["password"] == before["admin"]["password"]
    url = f"{ready.org.login_url}/services/oauth2/token"
    answer = ready.http.post(url, data={"grant_type": "client_credentials", **pair})
    assert answer.json()["error"] == "invalid_client_id"


def test_a_vanished_key_may_answer_differently(ready: Visitor) -> None:
    """OAUTH_EC_APP_NOT_FOUND, seen with the JWT flow."""
    app = ready.org.truth()["apps"][0]
    ready.org.set(vanished_key="not_installed")
    ready.org.refresh()
    url = f"{ready.org.login_url}/services/oauth2/token"
    form = {"grant_type": "client_credentials", "client_id": app["key"], "client_secret": app["secret"]}
    assert ready.http.post(url, data=form).json()["error"] == "OAUTH_EC_APP_NOT_FOUND"


def test_only_the_initiator_keeps_a_working_address(ready: Visitor) -> None:
    """Everybody else's gets .invalid, and no method survives."""
    ready.org.refresh(initiator="colleague")
    users = {user["username"].partition("@")[0]: user for user in ready.org.truth()["users"]}
    assert users["admin"]["email"].endswith(".invalid")
    assert not users["colleague"]["email"].endswith(".invalid")
    assert {user["totp_secret"] for user in users.values()} == {""}
    ready.http.cookies.clear()
    count = len(ready.org.mail())
    ready.sign_in(SETUP_HOME)
    assert len(ready.org.mail()) == count


def test_a_sandbox_is_completed_before_it_answers(
    new_org: Callable[..., OrgHandle], owner: Callable[..., Any], visit: Visit
) -> None:
    """Readiness is sandboxAuth, not Status (OA 6.2)."""
    org = new_org("globex--qa.sandbox")
    org.refresh(copying=100, not_ready=50)
    latest = (
        "SELECT Status, SandboxOrganization, EndDate FROM SandboxProcess WHERE SandboxName = 'qa' ORDER BY StartDate DESC LIMIT 1"
    )
    auth = {"clientId": "PlatformCLI", "sandboxName": "qa", "callbackUrl": "http://localhost:1717/OauthRedirect"}
    assert owner("query", q=latest)["records"][0]["Status"] == "Pending"
    assert owner("sandboxAuth", auth)[0]["errorCode"] == "INVALID_STATUS"
    org.replica.advance(101)
    row = owner("query", q=latest)["records"][0]
    assert row["Status"] == "Completed"
    assert org.org_id.startswith(row["SandboxOrganization"])
    assert owner("sandboxAuth", auth)[0]["errorCode"] == "INVALID_STATUS"
    assert visit(org).open("/").status_code == 503
    org.replica.advance(50)
    assert owner("sandboxAuth", auth)["instanceUrl"] == org.login_url


def test_where_takes_status_codes(new_org: Callable[..., OrgHandle], owner: Callable[..., Any]) -> None:
    """1 is Completed; the answer carries the word."""
    new_org("globex--st.sandbox")
    rows = owner("query", q="SELECT Status FROM SandboxProcess WHERE SandboxName = 'st' AND Status = '1'")["records"]
    assert [row["Status"] for row in rows] == ["Completed"]


def test_sandbox_auth_logs_in_without_a_password(
    new_org: Callable[..., OrgHandle], owner: Callable[..., Any], visit: Visit
) -> None:
    """Code, token, one-time link, Setup."""
    org = new_org("globex--in.sandbox")
    visitor = visit(org)
    code = owner("sandboxAuth", {"sandboxName": "in"})["authCode"]
    form = {"grant_type": "authorization_code", "code": code, "client_id": "PlatformCLI"}
    token = visitor.http.post("https://test.salesforce.com/services/oauth2/token", data=form).json()["access_token"]
    link = visitor.http.get(
        f"{org.login_url}/services/oauth2/singleaccess",
        params={"redirect_uri": SETUP_HOME},
        headers={"Authorization": f"Bearer {token}"},
    ).json()
    visitor.open(link["frontdoor_uri"])
    assert visitor.path == SETUP_HOME
    assert visitor.http.post("https://test.salesforce.com/services/oauth2/token", data=form).status_code == 400


def test_a_sandbox_has_no_sandboxes(visit: Visit) -> None:
    """The Tooling objects are production's."""
    visitor = visit()
    token = cli_token(visitor.org.replica.world.orgs[visitor.org.my_domain], "admin")
    url = f"{visitor.org.login_url}/services/data/v67.0/tooling/query"
    answer = visitor.http.get(url, params={"q": "SELECT Id FROM SandboxInfo"}, headers={"Authorization": f"Bearer {token}"})
    assert answer.json()[0]["errorCode"] == "INVALID_TYPE"
