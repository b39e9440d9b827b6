"""The imitation as one ASGI application for all host names: routing, faults, latency."""

from __future__ import annotations

import asyncio
import inspect
import json
from email.utils import formatdate
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import Message, Receive, Scope, Send

from automation.replica.exchange import Exchange
from automation.replica.faults import Fault
from automation.replica.org import hosts
from automation.replica.org.hosts import Host, Role
from automation.replica.org.orgs import Org
from automation.replica.org.world import World
from automation.replica.pages import identity
from automation.replica.server import routes
from automation.replica.variants import Variants


class Site:
    """ASGI application. ``plain`` is the http:// side."""

    def __init__(self, world: World, *, plain: bool = False) -> None:
        self._world = world
        self._plain = plain
        self._nobody = Org("nobody", 0, world.now, Variants(after_password=[]), "nobody@nowhere.example")
        """Used where a host belongs to no org (login., test., a look-alike): it lets nobody in."""
        self._nobody.users.clear()

    async def __call__(self, scope: Scope, receive: Receive, plain_send: Send) -> None:
        """Answer one HTTP request."""
        if scope["type"] != "http":
            return
        send = _Sender(plain_send, self._world)
        request = Request(scope, receive)
        host = hosts.parse(request.headers.get("host", ""))
        org = self._org(host) if host else None
        if host is None or org is None:
            await PlainTextResponse("No such host", 404)(scope, receive, send)
            return
        exchange = await self._exchange(request, host, org)
        if self._plain and host.role is not Role.ATTACKER and org.variants.plain_http == "redirect":
            await RedirectResponse(exchange.address, 301)(scope, receive, send)
            return
        await self._serve(exchange, scope, receive, send)

    def _org(self, host: Host) -> Org | None:
        if host.role in {Role.LOGIN, Role.TEST, Role.ATTACKER, Role.SITE}:
            return self._world.orgs.get(host.my_domain, self._nobody)
        return self._world.org_of(host)

    async def _exchange(self, request: Request, host: Host, org: Org) -> Exchange:
        exchange = Exchange(request, host, self._world, org)
        kind = request.headers.get("content-type", "")
        if request.method == "POST" and kind.startswith("application/json"):
            exchange.json = _json_object(await request.body())
        elif request.method == "POST":
            form = await request.form()
            exchange.form = {name: value for name, value in form.items() if isinstance(value, str)}
        return exchange

    async def _serve(self, ex: Exchange, scope: Scope, receive: Receive, send: _Sender) -> None:
        found = routes.find(ex.request.method, ex.host.role, ex.path)
        if found is None:
            await PlainTextResponse("URL No Longer Exists", 404)(scope, receive, send)
            return
        struck = [f for f in ex.org.faults if f.hit(found.kind, ex.path, ex.query("action"), ex.request.method)]
        for fault in struck:
            ex.org.log("fault", effect=fault.effect, kind=found.kind, path=ex.path, action=ex.query("action"))
        await asyncio.sleep(_delay(ex.org, found.kind) + sum(f.seconds for f in struck if f.effect == "delay"))
        _expire(ex, struck)
        early = _instead(struck) or _away(ex, found.kind)
        if early is not None:
            await early(scope, receive, send)
        elif _has(struck, "reset_before"):
            await _reset(found.kind, send)
        else:
            response = await _answer(found, ex)
            if _has(struck, "reset_after"):
                await _reset(found.kind, send)
            else:
                await self._finish(response, struck, scope, receive, send)

    async def _finish(self, response: Response, struck: list[Fault], scope: Scope, receive: Receive, send: Send) -> None:
        if _has(struck, "truncate"):
            await _broken(send, bytes(response.body), dict(response.headers))
            return
        late = next((fault for fault in struck if fault.effect == "status_after"), None)
        if late is not None:
            response = PlainTextResponse("Server error", late.status)
        await _dress(response, struck)(scope, receive, send)


class _Sender:
    """Sends with the world's time in the Date header, and can hang up."""

    def __init__(self, send: Send, world: World) -> None:
        self._send = send
        self._world = world

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            date = formatdate(self._world.now(), usegmt=True).encode()
            message = {**message, "headers": [*message["headers"], (b"date", date)]}
        await self._send(message)

    def hang_up(self) -> None:
        """Close the connection without a word. ASGI has no way to say so: uvicorn's request cycle is asked."""
        self._send.__self__.transport.abort()  # type: ignore[attr-defined]


async def _answer(found: routes.Route, ex: Exchange) -> Response:
    result = found.handler(ex)
    return await result if inspect.isawaitable(result) else result


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body or b"{}")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _has(struck: list[Fault], effect: str) -> bool:
    return any(fault.effect == effect for fault in struck)


def _delay(org: Org, kind: str) -> float:
    """Seconds of latency for a kind of request: fixed, or spread by ``jitter`` with the org's seeded random."""
    table = org.variants.latency
    spread = float(table.get("jitter", 0.0))
    factor = 1.0 + spread * org.jitter() if spread else 1.0
    return max(0.0, float(table.get(kind, 0.0)) * factor / 1000.0)


def _expire(ex: Exchange, struck: list[Fault]) -> None:
    """End what a fault ends before the request is handled: sessions, or a code's time."""
    session = ex.session
    if session is None:
        return
    if _has(struck, "wrong_code"):
        ex.form = {name: value for name, value in ex.form.items() if name not in identity.FIELDS.values()}
    if _has(struck, "late_code") and session.task is not None:
        session.task.started_at = float("-inf")
    if _has(struck, "expire_session"):
        ex.org.sessions.pop(session.sid, None)
    if _has(struck, "expire_all"):
        ex.org.end_sessions(session.user)


def _instead(struck: list[Fault]) -> Response | None:
    """The answer that a fault gives instead of the handler's, nothing done."""
    for fault in struck:
        if fault.effect == "status":
            headers = {"Retry-After": str(fault.retry_after)} if fault.retry_after else {}
            return PlainTextResponse("Service not available", fault.status, headers)
        if fault.effect == "error":
            body = {"state": "ERROR", "error": {"message": fault.message, "fields": fault.fields}}
            return Response(json.dumps(body), media_type="application/json")
    return None


def _away(ex: Exchange, kind: str) -> Response | None:
    """What an org in mid-refresh answers to everything but its token endpoint (wording is a guess)."""
    if ex.org.ready() or kind in {"token", "attacker", "static"}:
        return None
    return PlainTextResponse("This organization is being refreshed. Try again later.", 503, {"Retry-After": "60"})


def _dress(response: Response, struck: list[Fault]) -> Response:
    """Put ``ui`` faults and late errors into an aura answer."""
    changes = [fault for fault in struck if fault.effect in {"ui", "error_after"}]
    if not changes or response.media_type != "application/json":
        return response
    value = json.loads(bytes(response.body))
    for fault in changes:
        if fault.effect == "ui":
            value["ui"] = {**value.get("ui", {}), **fault.ui}
        else:
            value = {"state": "ERROR", "error": {"message": fault.message, "fields": fault.fields}}
    return Response(json.dumps(value), media_type="application/json")


async def _reset(kind: str, send: _Sender) -> None:
    """Break the connection: in mid-answer for calls, without a word for pages.

    A browser silently repeats a request whose kept-alive connection died without a word. For pages that is the real
    thing (set ``times=2`` to see it fail); for a call it would hide the fault, so there the headers go first.
    """
    if kind in {"aura", "token", "rest", "static"}:
        await _broken(send)
        return
    send.hang_up()


async def _broken(send: Send, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
    """Start an answer and break the connection.

    Headers go first: a browser repeats a request whose keep-alive connection died silently. The server sees the missing
    rest and closes the connection.
    """
    length = len(body) or 1000
    kept = [(b"content-type", (headers or {}).get("content-type", "application/json").encode())]
    if headers and "content-encoding" in headers:
        kept.append((b"content-encoding", headers["content-encoding"].encode()))
    start: Message = {"type": "http.response.start", "status": 200, "headers": [*kept, (b"content-length", str(length).encode())]}
    await send(start)
    await send({"type": "http.response.body", "body": body[: length // 2] or b"{", "more_body": True})
