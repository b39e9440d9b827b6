"""One request to the imitation, with what every handler needs to answer it."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from automation.replica import templates
from automation.replica.org.hosts import Host, Role
from automation.replica.org.orgs import Org
from automation.replica.org.sessions import Session
from automation.replica.org.world import World

SETUP_HOME = "/lightning/setup/SetupOneHome/home"


@dataclass
class Exchange:
    """A request on a host of an org. ``form`` holds the posted form's fields, ``json`` a posted JSON object."""

    request: Request
    host: Host
    world: World
    org: Org
    form: Mapping[str, str] = field(default_factory=dict)
    json: dict[str, Any] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """The path of the address. Slashes in a row count as one, as on Salesforce's servers (the CLI sends some)."""
        return re.sub("//+", "/", self.request.url.path)

    @property
    def address(self) -> str:
        """The whole address as the browser sees it."""
        query = f"?{self.request.url.query}" if self.request.url.query else ""
        return f"https://{self.host.name}{self.path}{query}"

    def query(self, name: str) -> str:
        """A query parameter, or an empty text."""
        return self.request.query_params.get(name, "")

    @property
    def sid(self) -> str:
        """The session cookie of this host."""
        return self.request.cookies.get("sid", "")

    @property
    def session(self) -> Session | None:
        """The live session of this host, gated or not."""
        return self.org.session(self.sid, self.host.role)

    @property
    def browser(self) -> str:
        """The id that the login page left in this browser."""
        return self.request.cookies.get("BrowserId", "")

    def html(self, template: str, status: int = 200, **values: Any) -> Response:
        """A page from ``pages/``."""
        text = templates.render(template, org=self.org, host=self.host, language=self.org.variants.language, **values)
        return HTMLResponse(text, status, headers={"Cache-Control": "no-store"})

    def to(self, url: str) -> Response:
        """A redirect within the org (a path is taken on this host)."""
        return RedirectResponse(url, 302)

    def to_login(self, start: str = "") -> Response:
        """The redirect that a page without a session gives (``/?ec=302&startURL=...``)."""
        target = quote(start or self.address, safe="")
        return RedirectResponse(f"{self.org.url(Role.MY)}/?ec=302&startURL={target}", 302)

    def safe_target(self, wanted: str) -> str:
        """``wanted`` if it is an address of this org, else the default page. Foreign addresses are never followed."""
        default = self.org.url(Role.LIGHTNING) + "/lightning/page/home"
        if not wanted:
            return default
        if wanted.startswith("/") and not wanted.startswith("//"):
            return self.org.url(Role.MY) + wanted
        own = {urlsplit(self.org.url(role)).netloc for role in (Role.MY, Role.SETUP, Role.LIGHTNING)}
        parts = urlsplit(wanted)
        return wanted if parts.scheme == "https" and parts.netloc in own else default


Answer = Response | Awaitable[Response]
Handler = Callable[[Exchange], Answer]


def set_cookie(response: Response, name: str, value: str) -> Response:
    """Set a host-only, secure cookie. ``SameSite=None``: hops between the hosts carry it, as on the real thing."""
    response.set_cookie(name, value, path="/", secure=True, httponly=True, samesite="none")
    return response
