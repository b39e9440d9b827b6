"""What an org, a proxy or a login portal may answer, at each of our questions: read as nothing, or one of our errors."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import httpx
import pytest

from automation.access.production import ProductionLogin
from automation.fleet.copies import _copies
from automation.network.http import Network, retry_after
from automation.org_api import check_rights, load_recipe, read_back
from automation.org_api.proof import begin_proof
from automation.org_api.rest import Rest
from automation.org_api.sandbox_auth import ask_for_sandbox
from automation.org_api.token import Token, ask, revoke
from automation.secrets import Secret
from automation.settings import load_settings
from tests.attacks.conftest import Attacks
from tests.attacks.nearly_right import nearly_right
from tests.attacks.texts import BYTES, ours_or_value
from tests.org_api.org_double import HOST, Clock, given, pair

SETTINGS = {
    "SF_LOGIN_URL": f"https://{HOST}",
    "SF_PRODUCTION_URL": "https://acme.my.salesforce.com",
    "SF_PRODUCTION_TOKEN": "00D-token",
    "ECA_CONTACT_EMAIL": "admin@acme.com",
    "ECA_CALLBACK_URL": "https://acme.example/oauth",
    "ECA_RUN_AS": "integration@acme.com.dev",
}


def _rest(client: httpx.Client) -> Rest:
    return Rest(client, HOST, Token(Secret("t0ken-of-a-test"), None, None, ()), Clock().patience(1.0))


def _link(client: httpx.Client) -> Any:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Network, "client", lambda *_: client)
        settings = load_settings(SETTINGS, None)
        return ProductionLogin("https://acme.my.salesforce.com", Secret("00D-token"), settings).url()


QUESTIONS: dict[str, Callable[[httpx.Client], Any]] = {
    "token": lambda client: ask(client, pair()),
    "proof": lambda client: begin_proof(client, pair(), Clock().patience(1.0)),
    "revoke": lambda client: revoke(client, HOST, Secret("t0ken-of-a-test"), Clock().patience(1.0)),
    "versions": lambda client: _rest(client).version,
    "query": lambda client: _rest(client).query("SELECT Id FROM User"),
    "userinfo": lambda client: _rest(client).userinfo(),
    "describe": lambda client: _rest(client).describe("Account"),
    "describe all": lambda client: _rest(client).describe_all(),
    "read back": lambda client: read_back(_rest(client), "Service_Board"),
    "rights": lambda client: check_rights(_rest(client), load_recipe(), "005Ws00000IntegIAB"),
    "sandbox": lambda client: ask_for_sandbox(_rest(client), "dev"),
    "copies": lambda client: _copies(_rest(client)),
    "link": _link,
}
STATUSES = (200, 302, 403, 429, 503)
LARGE = ("a long line", "many lines", "too large")


@pytest.mark.parametrize("question", QUESTIONS)
def test_any_answer_is_read_or_refused(question: str, attacks: Attacks) -> None:
    """With any status."""
    answers = {f"{status} {name}": (status, BYTES[name]) for status in STATUSES for name in BYTES if name not in LARGE}

    def holds(answer: tuple[int, bytes]) -> None:
        status, content = answer
        headers = {"location": "https://evil.example/", "content-type": "application/json"} if status == 302 else {}
        response = httpx.Response(status, headers=headers, content=content)
        ours_or_value(partial(QUESTIONS[question], httpx.Client(transport=httpx.MockTransport(partial(_always, response)))))

    attacks.each(answers, holds)


USER = "005Ws00000IntegIAB"


def _rows(**row: Any) -> dict[str, Any]:
    return {"totalSize": 1, "size": 1, "done": True, "records": [row]}


GOOD = {
    "token": given(),
    "versions": [{"label": "Winter", "url": "/services/data/v67.0", "version": "67.0"}],
    "query": _rows(attributes={"type": "User"}, Id=USER, Username="a@b.c"),
    "userinfo": {"user_id": USER, "organization_id": "00DWs000000AbCdMAK", "preferred_username": "a@b.c"},
    "describe": {"name": "Account", "fields": [{"name": "Id", "createable": True, "updateable": True}], "queryable": True},
    "describe all": {"sobjects": [{"name": "Account", "queryable": True, "createable": True}]},
    "read back": _rows(Id="0xI000000000001", DeveloperName="A", MasterLabel="x", Metadata={"a": 1}),
    "sandbox": {"authCode": "c0de", "instanceUrl": f"https://{HOST}", "loginUrl": "https://test.salesforce.com"},
    "copies": _rows(SandboxName="dev", SandboxOrganization="00D", Status="Processing", CopyProgress=5),
    "link": {"frontdoor_uri": f"https://{HOST}/secur/frontdoor.jsp?otp=1"},
}
REFUSED: dict[bool, Any] = {
    True: {"error": "x", "error_description": "y"},
    False: [{"errorCode": "X", "message": "y"}],
}
"""Whether the token endpoint refuses, or REST."""


@pytest.mark.parametrize("question", GOOD)
def test_what_is_nearly_right_is_read_or_refused(question: str) -> None:
    """One value of an answer is of another kind, or the reason of a refusal is. (Counted once.)"""
    for status, right in ((200, GOOD[question]), (400, REFUSED[question == "token"])):
        for tree in nearly_right(right):
            answer = httpx.Response(status, content=json.dumps(tree))
            client = httpx.Client(transport=httpx.MockTransport(partial(_always, answer)))
            ours_or_value(partial(QUESTIONS[question], client))


def _always(answer: httpx.Response, _: httpx.Request) -> httpx.Response:
    return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)


ERRORS: dict[str, Exception] = {
    "connection broke": httpx.RemoteProtocolError("peer closed"),
    "read": httpx.ReadError("reset"),
    "slow": httpx.ReadTimeout("slow"),
    "proxy": httpx.ProxyError("407 Proxy Authentication Required"),
    "odd proxy": httpx.ProxyError("²"),
    "URL": httpx.InvalidURL("Invalid port"),
    "protocol": httpx.UnsupportedProtocol("x"),
    "closed": RuntimeError("closed"),
    "header": ValueError("embedded"),
    "encoding": UnicodeEncodeError("ascii", "é", 0, 1, "x"),
    "decoding": httpx.DecodingError("bad gzip"),
    "loop": httpx.TooManyRedirects("x"),
    "pool": httpx.PoolTimeout("x"),
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_any_failure_of_the_network_is_ours(question: str, attacks: Attacks) -> None:
    def holds(error: Exception) -> None:
        def fail(_: httpx.Request) -> httpx.Response:
            raise error

        ours_or_value(partial(QUESTIONS[question], httpx.Client(transport=httpx.MockTransport(fail))))

    attacks.each(ERRORS, holds)


WAITS = ("²", "-1", "1e9", "9" * 400, "Fri, 31 Dec 9999 23:59:59 GMT", "Fri, 99 Foo 0 0:0:0", "", "\t", "NaN", "inf", "1;2", "0x10")


def test_what_a_server_asks_to_wait_is_a_number(attacks: Attacks) -> None:
    def holds(text: str) -> None:
        found = retry_after(httpx.Response(503, headers=[(b"retry-after", text.encode())]))
        assert 0 <= found < float("inf")

    attacks.each({text: text for text in WAITS}, holds)


ELSEWHERE = (
    "https://evil.example/",
    "//evil.example/",
    "https://login.salesforce.com.evil.example/",
    "http://acme--dev.sandbox.my.salesforce.com/",
    "https://acme--dev.sandbox.my.salesforce.com@evil.example/",
    "https://evil.example\\@acme--dev.sandbox.my.salesforce.com/",
    "https://other.my.salesforce.com/",
)


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_secret_goes_nowhere_else(question: str, attacks: Attacks) -> None:
    """No redirect is followed, and no URL of an answer is used for the pair or a token."""
    asked: list[str] = []

    def holds(attack: tuple[str, int]) -> None:
        where, status = attack
        named = dict.fromkeys(("instance_url", "id", "nextRecordsUrl", "instanceUrl", "loginUrl", "frontdoor_uri"), where)
        body = {"access_token": "t0ken", "authCode": "c0de", "records": [], "done": False, **named}

        def answer(request: httpx.Request) -> httpx.Response:
            asked.append(request.url.host)
            return httpx.Response(status, headers={"location": where}, json=body)

        ours_or_value(partial(QUESTIONS[question], httpx.Client(transport=httpx.MockTransport(answer))))
        assert set(asked) <= {HOST, "acme.my.salesforce.com"}

    attacks.each({f"{status} {where}": (where, status) for where in ELSEWHERE for status in (200, 301, 302, 303, 307, 308)}, holds)
