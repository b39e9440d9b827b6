"""An org's token endpoint and REST API in a few lines, spoken to without a network."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import httpx

from automation.network.backoff import Patience
from automation.org_api.token import NoToken, Token, ask
from automation.secrets import Secret
from automation.secrets.credentials import Credentials

HOST = "acme--dev.sandbox.my.salesforce.com"
ORG_15, ORG_18 = "00DWs000000AbCd", "00DWs000000AbCdMAK"
USER_18 = "005Ws00000IntegIAB"
RUN_AS = "integration@acme.com.dev"
KEY, SECRET = "3MVG9.the.consumer.key_1", "CONSUMERSECRET0123456789ABCDEF"
TOKEN = "00DWs000000AbCd!AQEAthe.access.token.value"


def pair(**changes: Any) -> Credentials:
    """The pair of the double's app."""
    values: dict[str, Any] = {
        "client_id": Secret(KEY),
        "client_secret": Secret(SECRET),
        "token_url": f"https://{HOST}/services/oauth2/token",
        "instance_url": f"https://{HOST}",
        "org_id": None,
        "host": HOST,
        "app": "Service_Board",
        "created_at": "2026-11-24T10:00:00+00:00",
    }
    return Credentials(**{**values, **changes})


def given(**changes: Any) -> dict[str, Any]:
    """What the token endpoint says when it gives a token."""
    return {
        "access_token": TOKEN,
        "signature": "c2lnbmF0dXJl",
        "scope": "id api",
        "instance_url": f"https://{HOST}",
        "id": f"https://test.salesforce.com/id/{ORG_18}/{USER_18}",
        "token_type": "Bearer",
        "issued_at": "1790000000000",
        **changes,
    }


Answer = httpx.Response | Exception


def refused(error: str, description: str = "", status: int = 400) -> httpx.Response:
    """What the token endpoint says when it gives none."""
    return httpx.Response(status, json={"error": error, "error_description": description})


def rest_error(code: str, message: str = "", status: int = 400) -> httpx.Response:
    """What the REST API says when it refuses."""
    return httpx.Response(status, json=[{"errorCode": code, "message": message}])


def records(*rows: dict[str, Any]) -> httpx.Response:
    """What a query answers."""
    return httpx.Response(200, json={"totalSize": len(rows), "done": True, "records": list(rows)})


@dataclass
class OrgDouble:
    """Answers by path. ``tokens`` are the token endpoint's answers in order; the last one stays."""

    tokens: list[Answer] = field(default_factory=lambda: [httpx.Response(200, json=given())])
    queries: dict[str, Answer] = field(default_factory=dict)
    """By a part of the query; the first part that is contained answers."""
    paths: dict[str, Answer] = field(default_factory=dict)
    requests: list[httpx.Request] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self._answer(request)
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)

    def client(self) -> httpx.Client:
        """A client that reaches nothing but this double."""
        return httpx.Client(transport=httpx.MockTransport(self))

    def sent(self, path: str) -> list[httpx.Request]:
        """The requests to a path."""
        return [request for request in self.requests if request.url.path == path]

    def forms(self, path: str) -> list[dict[str, list[str]]]:
        """The form bodies sent to a path."""
        return [parse_qs(request.content.decode()) for request in self.sent(path)]

    def _answer(self, request: httpx.Request) -> Answer:
        path = request.url.path
        if path in self.paths:
            return self.paths[path]
        if path == "/services/oauth2/token":
            return self.tokens.pop(0) if len(self.tokens) > 1 else self.tokens[0]
        if path == "/services/oauth2/revoke":
            return httpx.Response(200)
        if path == "/services/data/":
            return httpx.Response(200, json=[{"version": "9.0"}, {"version": "67.0"}, {"version": "66.0"}])
        if path.endswith("/query"):
            return self._query(request.url.params["q"])
        return rest_error("NOT_FOUND", "The requested resource does not exist", 404)

    def _query(self, soql: str) -> Answer:
        known = (answer for part, answer in self.queries.items() if part in soql)
        return next(known, rest_error("INVALID_TYPE", "sObject type is not supported"))


@dataclass
class Clock:
    """Time that passes only by waiting."""

    now: float = 0.0
    waits: list[float] = field(default_factory=list)

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds

    def patience(self, limit: float, **more: Any) -> Patience:
        return Patience(limit, wait=self.wait, clock=lambda: self.now, **more)


def app_rows(**changes: Any) -> dict[str, Answer]:
    """The read-back queries of an app that is as the procedure wants it."""
    app = {"MasterLabel": "Service Board", "DeveloperName": "Service_Board", "ContactEmail": "admin@acme.com"}
    policy = {
        "IsClientCredentialsFlowEnabled": True,
        "ClientCredentialsFlowUser": RUN_AS,
        "IpRelaxationPolicyType": "Bypass",
    }
    scopes = {"OauthScopesAPI": True, "OauthScopesWEB": False}
    rows = {**app, "DistributionState": "Local", **policy, **scopes, "Id": "0xIWs0000000001", **changes}
    return {name: records(rows) for name in ("FROM ExternalClientApplication ", "FROM ExtlClntApp", "FROM User ")}


def everything(request_log: list[httpx.Request]) -> str:
    """All that was sent in addresses and headers: where no secret may be."""
    return json.dumps([[str(one.url), dict(one.headers)] for one in request_log])


def request_token(client: httpx.Client, credentials: Credentials) -> Token:
    """A token; raises the error of the org's refusal."""
    answer = ask(client, credentials)
    if isinstance(answer, NoToken):
        raise answer.error
    return answer
