"""Which handler answers which address, by role of the host. ``kind`` is what faults and latency go by."""

from __future__ import annotations

import re
from dataclasses import dataclass

from automation.replica.api import oauth, oauth_info, rest
from automation.replica.exchange import Handler
from automation.replica.org.hosts import Role
from automation.replica.pages import attacker, consumer, doors, identity, login, people_screens, screens, setup_api, shell

ORG = (Role.MY, Role.SETUP, Role.LIGHTNING)
PUBLIC = (Role.MY, Role.LOGIN, Role.TEST)
ANY = (*ORG, Role.LOGIN, Role.TEST)


@dataclass(frozen=True, slots=True)
class Route:
    """One line of the table: methods and roles it is for, a pattern for the whole path, kind and handler."""

    methods: str
    roles: tuple[Role, ...]
    pattern: re.Pattern[str]
    kind: str
    handler: Handler


def route(methods: str, roles: tuple[Role, ...], path: str, kind: str, handler: Handler) -> Route:
    """A route for an exact path, or for all paths below it when it ends in ``*``."""
    pattern = re.escape(path[:-1]) + ".*" if path.endswith("*") else re.escape(path) + "/?"
    return Route(methods, roles, re.compile(pattern), kind, handler)


ROUTES: tuple[Route, ...] = (
    route("GET", (Role.SETUP,), "/static/*", "static", shell.static),
    route("POST", (Role.SETUP,), "/aura", "aura", setup_api.answer),
    route("GET", (Role.SETUP,), "/lightning/setup/*", "page", shell.setup_page),
    route("GET", PUBLIC, "/", "login", login.page),
    route("POST", PUBLIC, "/", "login", login.submit),
    route("GET", (Role.SETUP,), "/", "door", doors.setup_root),
    route("GET", (Role.MY,), "/home/home.jsp", "door", doors.old_home),
    route("GET", (Role.MY,), "/setup/forcecomHomepage.apexp", "door", doors.old_home),
    route("GET", ORG, "/secur/logout.jsp", "login", login.log_out),
    route("GET POST", ORG, "/secur/frontdoor.jsp", "door", doors.frontdoor),
    route("GET", ORG, "/secur/contentDoor", "door", doors.content_door),
    route("GET", (Role.MY,), "/visualforce/session", "door", doors.session_bridge),
    route("GET", (Role.MY,), "/lightning/*", "door", doors.setup_elsewhere),
    route("GET", (Role.LIGHTNING,), "/lightning/setup/*", "door", doors.setup_elsewhere),
    route("GET", (Role.SETUP,), "/lightning/*", "door", doors.setup_elsewhere),
    route("GET", (Role.LIGHTNING,), "/*", "home", shell.lightning_home),
    *(route("GET", (Role.MY,), screens.ADDRESSES[name], "verify", identity.page) for name in identity.FIELDS),
    *(route("POST", (Role.MY,), screens.ADDRESSES[name], "verify", identity.submit) for name in identity.FIELDS),
    *(route("GET", (Role.MY,), screens.ADDRESSES[name], "verify", people_screens.page) for name in people_screens.RENDER),
    *(route("POST", (Role.MY,), screens.ADDRESSES[name], "verify", people_screens.submit) for name in people_screens.RENDER),
    route("GET", (Role.MY,), people_screens.STATUS, "poll", people_screens.status),
    route("GET", (Role.MY,), identity.RESEND, "verify", identity.resend),
    *(route("GET", (Role.MY,), path, "consumer", consumer.page) for path, _ in consumer.PATHS.values()),
    route("GET", (Role.SETUP,), "/aura", "page", consumer.return_url),
    route("GET POST", ANY, "/services/oauth2/token", "token", lambda ex: oauth_info.exchange_code(ex) or oauth.token(ex)),
    route("GET POST", ANY, "/services/oauth2/revoke", "token", oauth.revoke),
    route("GET POST", PUBLIC, "/services/oauth2/userinfo", "token", oauth_info.userinfo),
    route("POST", (Role.MY,), "/services/oauth2/introspect", "token", oauth_info.introspect),
    route("GET POST", (Role.MY,), "/services/oauth2/singleaccess", "door", oauth_info.single_access),
    route("GET", PUBLIC, "/.well-known/openid-configuration", "token", oauth_info.discovery),
    route("GET", (Role.MY,), "/services/data", "rest", rest.versions),
    route("GET POST", (Role.MY,), "/services/data/v*", "rest", rest.resource),
    route("GET", (Role.ATTACKER, Role.SITE), "/*", "attacker", attacker.page),
    route("POST", (Role.ATTACKER, Role.SITE), "/*", "attacker", attacker.take),
)


def find(method: str, role: Role, path: str) -> Route | None:
    """The first route for a request; HEAD is answered as GET."""
    method = "GET" if method == "HEAD" else method
    for item in ROUTES:
        if role in item.roles and method in item.methods.split() and item.pattern.fullmatch(path):
            return item
    return None
