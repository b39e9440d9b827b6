"""REST with the proof token, and the users' rights."""

# ruff: noqa: S608  # the queries are our own

from __future__ import annotations

from typing import Any

import pytest

from automation.replica.api import soql
from automation.replica.org import rights
from tests.replica.conftest import Visit
from tests.replica.visitor import APP, Visitor


def _token(visitor: Visitor) -> str:
    return str(visitor.token().json()["access_token"])


def _get(visitor: Visitor, token: str, path: str) -> Any:
    url = f"{visitor.org.login_url}/services/data/v67.0/{path}"
    return visitor.http.get(url, headers={"Authorization": f"Bearer {token}"})


def test_versions_need_no_token(visitor: Visitor) -> None:
    """Oldest first."""
    answer = visitor.http.get(f"{visitor.org.login_url}/services/data/").json()
    assert answer[-1] == {"label": "Winter '27", "url": "/services/data/v68.0", "version": "68.0"}


def test_the_read_back_objects_show_what_the_pages_set(ready: Visitor) -> None:
    """Name, policies, scopes; never key or secret."""
    token = _token(ready)
    app = ready.query(
        token, f"SELECT Id, MasterLabel FROM ExternalClientApplication WHERE DeveloperName = '{APP['developerName']}'"
    )[0]
    policies = ready.query(
        token,
        "SELECT ClientCredentialsFlowUser, IsClientCredentialsFlowEnabled, IpRelaxationPolicyType FROM ExtlClntAppOauthPlcyCnfg "
        f"WHERE ExternalClientApplicationId = '{app['Id']}'",
    )[0]
    scopes = ready.query(token, "SELECT OauthScopesAPI, OauthScopesWEB FROM ExtlClntAppOauthSettings")[0]
    assert app["MasterLabel"] == APP["label"]
    assert policies["ClientCredentialsFlowUser"] == ready.org.run_as
    assert (policies["IsClientCredentialsFlowEnabled"], policies["IpRelaxationPolicyType"]) == (True, "Bypass")
    assert (scopes["OauthScopesAPI"], scopes["OauthScopesWEB"]) == (True, False)


@pytest.mark.parametrize(("form", "starts"), [("username", "sync@"), ("id", "005")])
def test_the_flow_user_is_a_name_or_an_id(ready: Visitor, form: str, starts: str) -> None:
    """Open point: both."""
    ready.org.set(client_credentials_user_form=form)
    row = ready.query(_token(ready), "SELECT ClientCredentialsFlowUser FROM ExtlClntAppOauthPlcyCnfg")[0]
    assert row["ClientCredentialsFlowUser"].startswith(starts)


def test_the_objects_may_be_hidden_from_the_run_as_user(ready: Visitor) -> None:
    """INVALID_TYPE, or no rows."""
    token = _token(ready)
    ready.org.set(eca_objects="INVALID_TYPE")
    assert ready.query(token, "SELECT Id FROM ExternalClientApplication")[0]["errorCode"] == "INVALID_TYPE"
    ready.org.set(eca_objects="no_rows")
    assert ready.query(token, "SELECT Id FROM ExternalClientApplication") == []


def test_a_token_without_api_scope_may_not_call_rest(visit: Visit) -> None:
    """403 in the evidence's words."""
    visitor = visit(propagation_seconds=0)
    visitor.log_in()
    visitor.set_policies(visitor.create_app(oauth=APP["oauth"] | {"scopes": ["id"]}))
    answer = _get(visitor, _token(visitor), "limits")
    assert answer.status_code == 403
    assert answer.json()[0]["message"] == "This session is not valid for use with the REST API"


@pytest.mark.parametrize(
    ("short", "visible"), [("sync", len(rights.APPENDIX_C)), ("sync.some", len(rights.SOME)), ("sync.none", 1)]
)
def test_users_have_all_some_or_none_of_the_vendors_rights(ready: Visitor, short: str, visible: int) -> None:
    """``sobjects`` lists what a user sees; describe is 404 for the rest."""
    ready.set_policies(ready.org.truth()["apps"][0]["id"], runAs=ready.org.user(short).username)
    token = _token(ready)
    assert len(_get(ready, token, "sobjects").json()["sobjects"]) == visible
    work_order = _get(ready, token, "sobjects/SVMXC__Service_Order__c/describe")
    assert work_order.status_code == (404 if short == "sync.none" else 200)
    if short == "sync":
        assert [work_order.json()[flag] for flag in ("queryable", "createable", "updateable", "deletable")] == [
            True,
            True,
            True,
            False,
        ]


def test_without_the_package_its_objects_are_missing(ready: Visitor) -> None:
    """Standard objects stay."""
    ready.org.set(servicemax="absent")
    token = _token(ready)
    assert _get(ready, token, "sobjects/SVMXC__Crew__c/describe").status_code == 404
    assert _get(ready, token, "sobjects/Account/describe").status_code == 200


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("SELECT Id FROM Nothing", "INVALID_TYPE"),
        ("SELECT Nothing FROM User", "INVALID_FIELD"),
        ("SELECT Id FROM User WHERE", "MALFORMED_QUERY"),
        ("DELETE FROM User", "MALFORMED_QUERY"),
    ],
)
def test_bad_queries_are_refused_by_code(ready: Visitor, query: str, code: str) -> None:
    """As Salesforce names them."""
    assert ready.query(_token(ready), query)[0]["errorCode"] == code


def test_secrets_over_rest_are_shut_by_default(ready: Visitor) -> None:
    """The org setting is off; with it on, an admin's session may read the pair."""
    app = ready.org.truth()["apps"][0]
    sid = next(s["sid"] for s in ready.org.truth()["sessions"] if s["host"] == "my")
    path = f"apps/oauth/credentials/{app['id']}/consumer?part=keyandsecret"
    assert _get(ready, sid, path).json()[0]["errorCode"] == "FUNCTIONALITY_NOT_ENABLED"
    ready.org.set(rest_secret_access=True)
    assert _get(ready, sid, path).json() == {"key": app["key"], "secret": app["secret"]}
    assert _get(ready, _token(ready), "apps/oauth/usage").json()["apps"][0]["developerName"] == APP["developerName"]


def test_one_record_can_be_read_by_its_id(ready: Visitor) -> None:
    """Old API versions answer too: the CLI asks for its user in 51.0."""
    url = f"{ready.org.login_url}/services/data/v51.0/sobjects/User/{ready.org.user('sync').id}"
    answer = ready.http.get(url, headers={"Authorization": f"Bearer {_token(ready)}"})
    assert answer.json()["Username"] == ready.org.run_as


def test_verifications_are_in_the_history(ready: Visitor) -> None:
    """One by email, at login."""
    rows = ready.query(_token(ready), "SELECT VerificationMethod, Activity, Status FROM VerificationHistory")
    assert [(row["VerificationMethod"], row["Activity"], row["Status"]) for row in rows] == [("Email", "Login", "Succeeded")]


ROWS = [{"Id": "1", "Name": "Ann", "Age": 3, "Boss": None}, {"Id": "2", "Name": "bob", "Age": 5, "Boss": {"Name": "Ann"}}]


@pytest.mark.parametrize(
    ("where", "ids"),
    [
        ("Name = 'ANN'", ["1"]),
        ("Name != 'Ann'", ["2"]),
        ("Name LIKE 'b%'", ["2"]),
        ("Age > 3 AND Name IN ('bob', 'x')", ["2"]),
        ("(Age = 3 OR Age = 5) AND NOT Name = 'bob'", ["1"]),
        ("Name NOT IN ('Ann')", ["2"]),
        ("Boss = null", ["1"]),
        ("Id IN (SELECT Id FROM Other WHERE Age = 5)", ["2"]),
    ],
)
def test_conditions(where: str, ids: list[str]) -> None:
    """The part of SOQL that is understood."""
    query = soql.parse(f"SELECT Id FROM Any WHERE {where}", lambda inner: [row["Id"] for row in ROWS if inner.test(row)])
    assert [row["Id"] for row in ROWS if query.test(row)] == ids
