"""The control API: plain HTTP and JSON on a loopback port of its own, outside the imitation.

POST   /orgs                       {"my_domain", "seed", "email", "variants"}  a new org
GET    /orgs                       all My Domains
POST   /orgs/{md}/reset            {"seed"}      as on its first day
POST   /orgs/{md}/refresh          {}            what a sandbox refresh does
PATCH  /orgs/{md}/variants         {"knob": value}
POST   /orgs/{md}/faults           {"effect", ...} or {"preset": name}
DELETE /orgs/{md}/faults
PATCH  /orgs/{md}/users/{short}    {"active": false, ...}
GET    /orgs/{md}/truth            apps with key and secret, users, sessions, org id
GET    /orgs/{md}/mail             mails sent to the org's users
GET    /orgs/{md}/events?after=N   the event log
POST   /clock                      {"advance": seconds}
GET    /docs                       this text, knobs, fault effects, presets
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from automation.replica import faults, variants
from automation.replica.faults import BadFault
from automation.replica.org import truth
from automation.replica.org.orgs import Org
from automation.replica.org.world import World
from automation.replica.variants import BadVariant


def control_app(world: World) -> Starlette:
    """The control API of a world."""
    return Starlette(routes=_Control(world).routes())


class _Control:
    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[Route]:
        org = "/orgs/{md}"
        return [
            Route("/orgs", self._orgs, methods=["GET", "POST"]),
            Route(org + "/reset", self._on_org(self._reset), methods=["POST"]),
            Route(org + "/refresh", self._on_org(self._refresh), methods=["POST"]),
            Route(org + "/variants", self._on_org(self._variants), methods=["GET", "PATCH"]),
            Route(org + "/faults", self._on_org(self._faults), methods=["GET", "POST", "DELETE"]),
            Route(org + "/users/{short}", self._on_org(self._user), methods=["PATCH"]),
            Route(org + "/approve", self._on_org(self._approve), methods=["POST"]),
            Route(org + "/truth", self._on_org(self._truth)),
            Route(org + "/mail", self._on_org(self._mail)),
            Route(org + "/events", self._on_org(self._events)),
            Route("/clock", self._clock, methods=["POST"]),
            Route("/docs", self._docs),
        ]

    def _on_org(self, action: Callable[[Request, Org, dict[str, Any]], Any]) -> Callable[[Request], Any]:
        async def endpoint(request: Request) -> Response:
            org = self._world.orgs.get(request.path_params["md"])
            if org is None:
                return JSONResponse({"error": "no such org"}, 404)
            try:
                return JSONResponse(action(request, org, await _body(request)))
            except (BadVariant, BadFault, StopIteration, TypeError) as problem:
                return JSONResponse({"error": str(problem) or "no such user"}, 400)

        return endpoint

    async def _orgs(self, request: Request) -> Response:
        if request.method == "GET":
            return JSONResponse(sorted(self._world.orgs))
        body = await _body(request)
        try:
            org = self._world.new_org(
                body["my_domain"], int(body.get("seed", 1)), body.get("email", ""), **body.get("variants", {})
            )
        except (BadVariant, KeyError) as problem:
            return JSONResponse({"error": str(problem)}, 400)
        return JSONResponse(truth.truth(self._world, org), 201)

    def _reset(self, _: Request, org: Org, body: dict[str, Any]) -> Any:
        return truth.truth(self._world, self._world.reset(org.my_domain, body.get("seed")))

    def _refresh(self, _: Request, org: Org, body: dict[str, Any]) -> Any:
        self._world.refresh(org.my_domain, **body)
        return truth.truth(self._world, org)

    def _variants(self, request: Request, org: Org, body: dict[str, Any]) -> Any:
        if request.method == "PATCH":
            org.variants = org.variants.changed(**body)
        return org.variants.__dict__

    def _faults(self, request: Request, org: Org, body: dict[str, Any]) -> Any:
        if request.method == "DELETE":
            org.faults.clear()
        if request.method == "POST":
            preset = faults.PRESETS.get(body.pop("preset", ""), {})
            org.faults.append(faults.make({**preset, **body}))
        return [fault.as_dict() for fault in org.faults]

    def _user(self, request: Request, org: Org, body: dict[str, Any]) -> Any:
        return truth.change_user(org.person(request.path_params["short"]), body)

    def _approve(self, _: Request, org: Org, __: dict[str, Any]) -> Any:
        return {"approved": org.approve()}

    def _truth(self, _: Request, org: Org, __: dict[str, Any]) -> Any:
        return truth.truth(self._world, org)

    def _mail(self, _: Request, org: Org, __: dict[str, Any]) -> Any:
        return truth.mails(self._world, org)

    def _events(self, request: Request, org: Org, _: dict[str, Any]) -> Any:
        return org.events.as_list(int(request.query_params.get("after", "0")))

    async def _clock(self, request: Request) -> Response:
        self._world.offset += float((await _body(request)).get("advance", 0))
        return JSONResponse({"now": self._world.now()})

    async def _docs(self, _: Request) -> Response:
        return PlainTextResponse(docs())


async def _body(request: Request) -> dict[str, Any]:
    if request.method not in {"POST", "PATCH"} or not await request.body():
        return {}
    value = await request.json()
    return value if isinstance(value, dict) else {}


def docs() -> str:
    """What the control API offers, as text."""
    lines = [__doc__ or "", "Knobs:"]
    lines += [f"  {name} = {default}  {doc}  [{choices}]" for name, default, choices, doc in variants.as_table()]
    lines += ["", "Fault effects:"] + [f"  {name}: {text}" for name, text in faults.EFFECTS.items()]
    lines += ["", "Fault presets:"] + [f"  {name}: {spec}" for name, spec in faults.PRESETS.items()]
    return "\n".join(lines) + "\n"
