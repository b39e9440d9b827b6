"""REST with a token: versions, query, describe, limits (evidence/org-access.md 4.4, 5.3)."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping
from typing import Any

from starlette.responses import JSONResponse, Response

from automation.replica.api import connect, records, soql, tooling
from automation.replica.exchange import Exchange
from automation.replica.org import rights
from automation.replica.org.hosts import Role
from automation.replica.org.users import User

VERSIONS = tuple((f"{number}.0", label) for number, label in (
    (63, "Spring '25"), (64, "Summer '25"), (65, "Winter '26"), (66, "Spring '26"), (67, "Summer '26"), (68, "Winter '27"),
))  # fmt: skip
_NUMBERS = {f"{number}.0" for number in range(31, 69)}
"""Versions that answer: an org knows far older ones than any client asks for (the CLI asks its user in 51.0)."""


class RestError(Exception):
    """A refusal of REST: HTTP status, error code, message."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message

    def response(self) -> Response:
        """The refusal as REST answers it: a list of one object."""
        headers = {"WWW-Authenticate": "Token"} if self.status == 401 else {}
        return JSONResponse([{"message": self.message, "errorCode": self.code}], self.status, headers)


def versions(_: Exchange) -> Response:
    """GET /services/data: the API versions, oldest first. Needs no token."""
    return JSONResponse([{"label": label, "url": f"/services/data/v{v}", "version": v} for v, label in VERSIONS])


def bearer(ex: Exchange) -> str:
    """The token of the Authorization header."""
    scheme, _, value = ex.request.headers.get("authorization", "").partition(" ")
    return value if scheme.lower() in {"bearer", "oauth"} else ""


def caller(ex: Exchange) -> tuple[User, str]:
    """The user behind the token and the token's scopes. Raises RestError 401.

    A session id of the My Domain host is a token too; one of a Lightning host is not (OA 2.1).
    """
    value = bearer(ex)
    token = ex.org.tokens.get(value)
    if token is not None and ex.world.now() < token.expires_at and token.user.active and not token.user.frozen:
        return token.user, token.scope
    session = ex.org.session(value, Role.MY)
    if session is not None and session.gate is None:
        return session.user, "full"
    raise RestError(401, "INVALID_SESSION_ID", "Session expired or invalid")


def api_user(ex: Exchange) -> User:
    """The user of a token that may call REST. Raises RestError."""
    user, scope = caller(ex)
    if not {"api", "full"} & set(scope.split()) or not user.api_enabled:
        raise RestError(403, "API_DISABLED_FOR_ORG", "This session is not valid for use with the REST API")
    return user


Resource = Callable[[Exchange, User, str], Any]


def resource(ex: Exchange) -> Response:
    """Any /services/data/vXX.0/... address."""
    try:
        return _resource(ex)
    except RestError as refusal:
        ex.org.log("rest refused", path=ex.path, code=refusal.code)
        return refusal.response()


def _resource(ex: Exchange) -> Response:
    number, _, rest = ex.path.removeprefix("/services/data/v").partition("/")
    if number not in _NUMBERS:
        raise RestError(404, "NOT_FOUND", "The requested resource does not exist")
    user = api_user(ex)
    for pattern, answer in RESOURCES:
        found = re.fullmatch(pattern, rest.rstrip("/"))
        if found:
            ex.org.log("rest", path=re.sub(r"\d+\.0", "N", ex.path), username=user.username)
            value = answer(ex, user, found[1] if found.re.groups else "")
            return value if isinstance(value, Response) else JSONResponse(value)
    raise RestError(404, "NOT_FOUND", "The requested resource does not exist")


def _root(ex: Exchange, _: User, __: str) -> Any:
    return {name: f"{ex.path.rstrip('/')}/{name}" for name in ("limits", "query", "sobjects", "tooling")}


def _limits(*_: object) -> Any:
    return {"DailyApiRequests": {"Max": 100000, "Remaining": 99872}}


Table = Callable[[str], records.Rows | None]


def query(ex: Exchange, user: User, _: str, table: Table | None = None) -> Any:
    """Run ``q`` over the rows a user sees (or over another table of rows)."""
    look_up = table or (lambda kind: records.rows(ex.org, kind, user))
    try:
        wanted = soql.parse(ex.query("q"), lambda inner: _first_column(inner, _rows(look_up, inner)))
        return _selected(wanted, _rows(look_up, wanted))
    except soql.BadField as problem:
        raise RestError(400, "INVALID_FIELD", str(problem)) from None
    except soql.BadQuery as problem:
        raise RestError(400, "MALFORMED_QUERY", str(problem)) from None


def _rows(table: Table, wanted: soql.Query) -> records.Rows:
    found = table(wanted.kind)
    if found is None:
        raise RestError(400, "INVALID_TYPE", f"sObject type '{wanted.kind}' is not supported.")
    return found


def _first_column(wanted: soql.Query, found: records.Rows) -> list[Any]:
    return [soql.field(row, wanted.fields[0]) for row in found if wanted.test(row)]


def _selected(wanted: soql.Query, found: records.Rows) -> Any:
    kept = [row for row in found if wanted.test(row)]
    if wanted.order:
        kept.sort(key=lambda row: str(soql.field(row, wanted.order)), reverse=wanted.descending)
    kept = kept[: wanted.limit]
    if wanted.fields[0].lower() == "count()":
        return {"totalSize": len(kept), "done": True, "records": []}
    return {"totalSize": len(kept), "done": True, "records": [_record(wanted, row) for row in kept]}


def _record(wanted: soql.Query, row: Mapping[str, Any]) -> dict[str, Any]:
    record: dict[str, Any] = {"attributes": {"type": wanted.kind, "url": f"/services/data/sobjects/{wanted.kind}/{row.get('Id')}"}}
    for name in wanted.fields:
        head, _, rest = name.partition(".")
        if rest:
            record.setdefault(head, {"attributes": {"type": head}})[rest] = soql.field(row, name)
        else:
            record[next(key for key in [*row, name] if key.lower() == name.lower())] = soql.field(row, name)
    return record


def _describe(ex: Exchange, user: User, name: str) -> Any:
    found = rights.describe(ex.org, user, name)
    if found is None:
        raise RestError(404, "NOT_FOUND", "The requested resource does not exist")
    return found


def _row(ex: Exchange, user: User, place: str) -> Any:
    """``sobjects/User/005...``: one record, as the Salesforce CLI asks for its user at login."""
    kind, _, key = place.partition("/")
    found = records.rows(ex.org, kind, user) or []
    row = next((row for row in found if str(row.get("Id"))[:15] == key[:15]), None)
    if row is None:
        raise RestError(404, "NOT_FOUND", "The requested resource does not exist")
    return {"attributes": {"type": kind, "url": ex.path}, **row}


def _sobjects(ex: Exchange, user: User, _: str) -> Any:
    names = rights.visible_objects(ex.org, user)
    return {"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": [rights.describe(ex.org, user, name) for name in names]}


def _tooling_query(ex: Exchange, user: User, _: str) -> Any:
    return query(ex, user, "", functools.partial(tooling.rows, ex.world, ex.org))


def _sandbox_auth(ex: Exchange, user: User, _: str) -> Any:
    if ex.request.method != "POST":
        raise RestError(405, "METHOD_NOT_ALLOWED", "HTTP Method 'GET' not allowed. Allowed are POST")
    answer = tooling.sandbox_auth(ex.world, ex.org, user, ex.json)
    if isinstance(answer, str):
        raise RestError(400 if answer == "INVALID_STATUS" else 404, answer, "The sandbox is not ready or does not exist")
    return answer


def _connect(ex: Exchange, user: User, rest: str) -> Any:
    """``apps/oauth/...``: usage, consumers of an app, key and secret of one."""
    parts = rest.split("/")
    try:
        if parts == ["usage"]:
            return connect.usage(ex.org, user)
        app = ex.org.apps.get(parts[1][:15]) if parts[0] == "credentials" and len(parts) > 1 else None
        if app is None:
            raise RestError(404, "NOT_FOUND", "The requested resource does not exist")
        return connect.pair(ex.org, user, app) if len(parts) > 2 else connect.consumers(ex.org, user, app)
    except connect.Shut as shut:
        raise RestError(403, "FUNCTIONALITY_NOT_ENABLED", str(shut)) from None


RESOURCES: tuple[tuple[str, Resource], ...] = (
    ("", _root),
    ("limits", _limits),
    ("query", query),
    ("sobjects", _sobjects),
    (r"sobjects/(\w+)/describe", _describe),
    (r"sobjects/(\w+/\w{15,18})", _row),
    (r"apps/oauth/(.+)", _connect),
    ("tooling/query", _tooling_query),
    ("tooling/sandboxAuth", _sandbox_auth),
)
