"""Whatever an org, a proxy or a login portal answers becomes one of our errors, or is read as nothing."""

from __future__ import annotations

import json
import threading
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from automation.errors import OrgBusy, OrgUnavailable, RunbookError, UnexpectedPage
from automation.network.http import Network
from automation.org_api import check_rights, compare, load_recipe, read_back
from automation.org_api.proof import begin_proof
from automation.org_api.rest import NotReadable, Rest
from automation.org_api.token import NoToken, Token, ask, revoke
from automation.secrets import Secret, known_secrets, scrub
from automation.settings.app_spec import AppSpec
from tests.network.servers import Server, dripping
from tests.org_api.org_double import HOST, Clock, OrgDouble, pair, records, refused, request_token, rest_error
from tests.org_api.org_double import given as granted

GARBAGE: dict[str, httpx.Response | Exception] = {
    "nothing": httpx.Response(200),
    "HTML": httpx.Response(200, html="<html>Sign in</html>"),
    "cut off": httpx.Response(200, content=b'{"access_token": "abc'),
    "deep": httpx.Response(200, content=b"[" * 200_000),
    "long number": httpx.Response(200, content=b"9" * 5000),
    "no text": httpx.Response(200, content=b"\xff\xfe\xff"),
    "null": httpx.Response(200, json=None),
    "list": httpx.Response(200, json=[]),
    "text": httpx.Response(200, json="token"),
    "null token": httpx.Response(200, json=granted(access_token=None)),
    "empty token": httpx.Response(200, json=granted(access_token="")),
    "blank token": httpx.Response(200, json=granted(access_token=" \n")),
    "object token": httpx.Response(200, json=granted(access_token={"a": 1})),
    "list token": httpx.Response(200, json=granted(access_token=["a"])),
    "number token": httpx.Response(200, json=granted(access_token=7)),
    "null error": httpx.Response(400, json={"error": None}),
    "object error": httpx.Response(400, json={"error": {"a": "b"}, "error_description": []}),
    "403 HTML": httpx.Response(403, html="<h1>Forbidden</h1>"),
    "odd redirect": httpx.Response(302, headers={"location": "https://[::1"}),
    "redirect to nowhere": httpx.Response(307, headers={"location": "//"}),
    "odd wait": httpx.Response(503, headers=[(b"retry-after", "²".encode())]),
    "wrong length": httpx.RemoteProtocolError("peer closed connection"),
    "bad URL": httpx.InvalidURL("Invalid port: ':1'"),
    "closed": RuntimeError("Cannot send a request, as the client has been closed."),
}


@pytest.mark.parametrize("answer", GARBAGE.values(), ids=GARBAGE)
def test_what_is_no_token_is_none(answer: httpx.Response | Exception) -> None:
    """Cause and fix are in the error, and nothing that was not there is scrubbed from now on."""
    found = ask(OrgDouble([answer]).client(), pair())
    assert isinstance(found, NoToken)
    assert isinstance(found.error, OrgUnavailable)
    assert HOST in found.error.message
    assert found.error.next
    assert scrub("None {'a': 1}") == "None {'a': 1}"


@pytest.mark.parametrize(
    ("changes", "scopes"),
    [({"scope": None}, ()), ({"scope": ["api"]}, ()), ({"scope": "api id"}, ("api", "id")), ({"id": None}, ("id", "api"))],
)
def test_odd_fields_beside_a_token_are_left_out(changes: dict[str, Any], scopes: tuple[str, ...]) -> None:
    token = request_token(OrgDouble([httpx.Response(200, json=granted(signature=None, **changes))]).client(), pair())
    assert token.scopes == scopes
    assert "None" not in known_secrets()


PASSING = ("unknown_error", "server_error", "temporarily_unavailable")


@pytest.mark.parametrize("code", PASSING)
@pytest.mark.parametrize("words", ["retry your request", "", "whatever"])
def test_a_passing_fault_of_the_org_is_tried_again(code: str, words: str) -> None:
    """Right after a reveal, so a run must not end for it; and when it stays, it may be run again later (75)."""
    clock = Clock()
    org = OrgDouble([refused(code, words), httpx.Response(200, json=granted())])
    session = begin_proof(org.client(), pair(), clock.patience(900))
    assert not isinstance(session, NoToken)
    session.close()
    never = begin_proof(OrgDouble([refused(code, words)]).client(), pair(), Clock().patience(900))
    assert isinstance(never, NoToken)
    assert isinstance(never.error, OrgBusy)
    assert never.error.exit_code == 75


@pytest.mark.parametrize("code", ["invalid_request", "invalid_client", "invalid_grant", "invalid_scope", "unsupported_grant_type"])
def test_a_code_of_many_meanings_is_quoted_and_not_explained(code: str) -> None:
    """RFC 6749 uses these for anything; only known words say what is meant."""
    found = ask(OrgDouble([refused(code, "client_id parameter missing")]).client(), pair())
    assert isinstance(found, NoToken)
    assert type(found.error) is UnexpectedPage
    assert f'"{code}: client_id parameter missing"' in found.error.message
    assert "scope was sent" not in found.error.message


def _rest(org: OrgDouble, version: str | None = "67.0") -> Rest:
    return Rest(org.client(), HOST, Token(Secret("token-of-any-answer"), None, None, ()), Clock().patience(2), version)


def test_all_pages_of_a_query_are_read() -> None:
    """The newest rows may be on the last one; where the next page is said to be on another host, the token stays here."""
    second = records({"Id": "3"})
    first = httpx.Response(200, json={"done": False, "nextRecordsUrl": f"https://{HOST}/next", "records": [{"Id": "1"}]})
    for named, rows in {
        "/services/data/v67.0/query/01g-2": 2,
        f"https://{HOST}/services/data/v67.0/query/01g-2": 2,
        "https://evil.example/services/data/v67.0/query/01g-2": 1,
        "//evil.example/services/data/x": 1,
        f"https://{HOST}@evil.example/services/data/x": 1,
        f"http://{HOST}/services/data/v67.0/query/01g-2": 1,
        "/secur/logout.jsp": 1,
        "https://[::1": 1,
    }.items():
        first = httpx.Response(200, json={"done": False, "nextRecordsUrl": named, "records": [{"Id": "1"}]})
        org = OrgDouble(queries={"Account": first}, paths={"/services/data/v67.0/query/01g-2": second})
        found = _rest(org).query("SELECT Id FROM Account")
        assert isinstance(found, list)
        assert len(found) == rows, named
        assert {request.url.host for request in org.requests} == {HOST}


def test_pages_that_never_end_are_read_to_a_limit() -> None:
    path = "/services/data/v67.0/query/01g-2"
    page = httpx.Response(200, json={"done": False, "nextRecordsUrl": path, "records": [{"Id": "1"}]})
    org = OrgDouble(queries={"Account": page}, paths={path: page})
    found = _rest(org).query("SELECT Id FROM Account")
    assert isinstance(found, list)
    assert len(found) == 25


@pytest.mark.parametrize("rows", [[None], [1], ["x"], {"a": 1}, None, "x"])
def test_records_that_are_none_are_not_readable(rows: Any) -> None:
    answer = httpx.Response(200, json={"done": True, "records": rows})
    assert isinstance(_rest(OrgDouble(queries={"Account": answer})).query("SELECT Id FROM Account"), NotReadable)


def test_an_org_that_drips_its_versions_gets_the_old_one_within_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """The list of versions saves time and must not cost any: it is not asked for twice."""
    monkeypatch.setattr("automation.org_api.rest.VERSION_TIMEOUT", 0.2)
    from automation.org_api.rest import OLD_VERSION, ask_version

    with Server(dripping(b"HTTP/1.1 200 OK\r\n\r\n[")) as server, Network().client() as real:
        real.event_hooks["request"].append(lambda request: setattr(request, "url", httpx.URL(server.url)))
        assert ask_version(real, HOST) == OLD_VERSION


def test_no_thread_of_ours_keeps_the_program_from_ending() -> None:
    """SIGTERM ends a run although a server has not answered: all threads that ask are daemons."""
    asking: list[bool] = []

    class Watching(OrgDouble):
        def __call__(self, request: httpx.Request) -> httpx.Response:
            asking.append(threading.current_thread() is threading.main_thread() or threading.current_thread().daemon)
            return super().__call__(request)

    org = Watching(queries={"FROM": records({"Id": "0xI000000000001"})})
    session = begin_proof(org.client(), pair(), Clock().patience(1))
    assert not isinstance(session, NoToken)
    read_back(session.rest, "Service_Board", "0xI000000000001")
    check_rights(session.rest, load_recipe(), "005Ws00000IntegIAB")
    session.close()
    assert len(asking) > 10
    assert all(asking)


KEYS = (
    "access_token", "scope", "id", "error", "error_description", "records", "nextRecordsUrl", "done", "errorCode", "message",
    "version", "sobjects", "name", "fields", "Id", "Username", "user_id", "preferred_username",
)  # fmt: skip
TEXTS = ("", "api", "67.0", "²", "null", "x" * 300, "\ud800")
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.floats()
    | st.integers()
    | st.sampled_from(["", "api", "67.0", "²", "null", "x" * 300, "\ud800"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
    max_leaves=8,
)
BODIES = st.one_of(JSON.map(lambda tree: json.dumps(tree).encode()), st.binary(max_size=30))
HEADERS = st.dictionaries(
    st.sampled_from(["retry-after", "location", "content-type"]), st.sampled_from(["", "7", "²", "https://[", "/", "text/html"])
)


@settings(max_examples=60)
@given(st.sampled_from([200, 201, 204, 302, 400, 401, 403, 404, 429, 500, 503]), BODIES, HEADERS)
def test_no_answer_raises_anything_that_is_not_ours(status: int, body: bytes, headers: dict[str, str]) -> None:
    """Token, revocation, version, read-back, rights and identity, all with the same answer."""
    raw = [(name.encode(), text.encode()) for name, text in headers.items()]

    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(status, headers=raw, content=body)

    client = httpx.Client(transport=httpx.MockTransport(answer))
    try:
        session = begin_proof(client, pair(), Clock().patience(2))
        if not isinstance(session, NoToken):
            session.close()
        rest = Rest(
            httpx.Client(transport=httpx.MockTransport(answer)), HOST, Token(Secret("t" * 20), None, None, ()), Clock().patience(2)
        )
        _ask_everything(rest)
    except RunbookError as error:
        _has_cause_and_fix(error)


def _ask_everything(rest: Rest) -> None:
    revoke(rest.client, HOST, rest.token.value, Clock().patience(1))
    rest.userinfo()
    reading = read_back(rest, "Service_Board")
    if reading is not None:
        compare(reading, AppSpec("n", "a", "a@b.c", "https://x", "r@a.b"))
    check_rights(rest, load_recipe(), "005Ws00000IntegIAB")


def _has_cause_and_fix(error: RunbookError) -> None:
    assert error.message
    assert error.next


@pytest.mark.parametrize("answer", [rest_error("X", "y", 401), httpx.Response(400, json=[{"errorCode": 5, "message": None}])])
def test_error_codes_of_other_types_are_left_out(answer: httpx.Response) -> None:
    try:
        found = _rest(OrgDouble(queries={"Account": answer})).query("SELECT Id FROM Account")
    except RunbookError as error:
        _has_cause_and_fix(error)
    else:
        assert found == NotReadable("HTTP_400", "")
