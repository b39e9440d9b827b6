"""Reading over REST: retries, refusals, and what a refusal means."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from automation.errors import OrgBusy, OrgUnavailable, ProofFailed, RunbookError
from automation.org_api.rest import NotReadable, Rest, newest_version
from tests.org_api.org_double import HOST, TOKEN, Clock, OrgDouble, everything, pair, records, request_token, rest_error

SOQL = "SELECT Id FROM Account"


def rest(org: OrgDouble, clock: Clock | None = None) -> Rest:
    """The double's REST API as the user of its token."""
    client = org.client()
    return Rest(client, HOST, request_token(client, pair()), (clock or Clock()).patience(20), known_version="67.0")


def test_a_query_gives_its_records() -> None:
    """The token goes in the header, the query in the address."""
    org = OrgDouble(queries={"Account": records({"Id": "1"})})
    assert rest(org).query(SOQL) == [{"Id": "1"}]
    assert org.requests[-1].headers["authorization"] == f"Bearer {TOKEN}"
    assert TOKEN not in str(org.requests[-1].url)


@pytest.mark.parametrize("code", ["INVALID_TYPE", "INSUFFICIENT_ACCESS", "INVALID_FIELD", "MALFORMED_QUERY", "NEW_CODE"])
def test_a_refused_query_is_not_readable(code: str) -> None:
    """What this user may not see is no error: it is read elsewhere or reported as unread."""
    answer = rest(OrgDouble(queries={"Account": rest_error(code, "because")})).query(SOQL)
    assert answer == NotReadable(code, "because")


@pytest.mark.parametrize(
    ("answer", "kind", "text"),
    [
        (rest_error("FORBIDDEN", "This session is not valid for use with the REST API", 403), ProofFailed, "api"),
        (rest_error("API_DISABLED_FOR_ORG", "", 403), ProofFailed, "API Enabled"),
        (rest_error("INVALID_SESSION_ID", "Session expired or invalid", 401), ProofFailed, "session policies"),
        (rest_error("REQUEST_LIMIT_EXCEEDED", "", 403), OrgBusy, "again later"),
    ],
    ids=["no api scope", "api off", "session refused", "request limit"],
)
def test_what_makes_all_reading_pointless_is_an_error(answer: httpx.Response, kind: type[RunbookError], text: str) -> None:
    """Each with its own fix."""
    with pytest.raises(kind) as caught:
        rest(OrgDouble(queries={"Account": answer})).query(SOQL)
    assert text in caught.value.next


@pytest.mark.parametrize("trouble", [httpx.Response(502), httpx.ReadTimeout("late")], ids=["502", "timeout"])
def test_reading_is_repeated(trouble: httpx.Response | Exception) -> None:
    """Reading twice does no harm, so a bad moment of the org fails no run; a bad minute does."""
    clock = Clock()
    org = OrgDouble(queries={"Account": trouble})

    def fix(_: float) -> None:
        org.queries["Account"] = records()

    once = Clock()
    with pytest.raises(OrgUnavailable):
        rest(org, clock).query(SOQL)
    assert clock.now == pytest.approx(20)
    fixed = rest(org, once)
    object.__setattr__(fixed.patience, "wait", fix)
    assert fixed.query(SOQL) == []


@pytest.mark.parametrize(
    "answer",
    [httpx.Response(200, text="<html>"), httpx.Response(200, json={"totalSize": 0}), httpx.Response(302)],
    ids=["no JSON", "no records", "redirect"],
)
def test_an_answer_that_is_none_is_not_readable(answer: httpx.Response) -> None:
    """Nothing is read into it."""
    assert isinstance(rest(OrgDouble(queries={"Account": answer})).query(SOQL), NotReadable)


def test_userinfo_that_is_forbidden_is_not_readable() -> None:
    """Whether a token with the scope ``api`` alone may ask is not known; both answers are taken."""
    org = OrgDouble(paths={"/services/oauth2/userinfo": httpx.Response(403, text="Missing_OAuth_Token")})
    assert rest(org).userinfo() == NotReadable("NO_USERINFO", "userinfo gave no object")


@pytest.mark.parametrize(
    ("answer", "version"),
    [
        ([{"version": "9.0"}, {"version": "67.0"}], "67.0"),
        ([{"label": "x"}, 3, {"version": "soon"}, {"version": "²"}, {"version": None}, {"version": "58.0"}], "58.0"),
        ([{"version": "²"}], None),
        ([], None),
        ({"version": "67.0"}, None),
    ],
)
def test_the_newest_version_is_found_by_number(answer: Any, version: str | None) -> None:
    """67 is newer than 9."""
    assert newest_version(answer) == version


def test_the_token_is_not_sent_in_an_address() -> None:
    """Nor shown by the objects that carry it."""
    org = OrgDouble()
    api = rest(org)
    api.query(SOQL)
    assert TOKEN not in "".join(str(one.url) for one in org.requests)
    assert TOKEN in everything(org.requests)  # in the header, where it belongs
    assert TOKEN not in repr(api)


def test_an_org_that_does_not_name_its_versions_is_asked_in_an_old_one() -> None:
    """The proof does not hang on a list of versions, which says nothing about the pair."""
    versions = httpx.MockTransport(
        lambda request: httpx.Response(200, json={"records": []}) if "/v60.0/query" in request.url.path else httpx.Response(404)
    )
    asked = rest(OrgDouble())
    asked.client, asked.known_version = httpx.Client(transport=versions), None
    assert asked.query(SOQL) == []
