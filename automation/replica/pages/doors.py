"""How a session gets from host to host: frontdoor links, contentDoor, and opening Setup pages on other hosts.

Chain per evidence/org-access.md 1.3 and 2.1: ``/secur/frontdoor.jsp?otp=`` (single use) -> ``/secur/contentDoor``
-> target. Its details between the hosts are a guess after ``/visualforce/session`` and public redirect logs.
"""

from __future__ import annotations

import secrets
from urllib.parse import quote, urlsplit

from starlette.responses import RedirectResponse, Response

from automation.replica.exchange import SETUP_HOME, Exchange, set_cookie
from automation.replica.org import hosts
from automation.replica.org.hosts import Role
from automation.replica.org.sessions import Session, Task
from automation.replica.pages import screens


def admit(ex: Exchange, session: Session, wanted: list[str], start: str) -> Response:
    """Let a fresh My Domain session in: through its screens if there are any, then to its target."""
    target = ex.safe_target(start)
    trusted = ex.browser and ex.browser in session.user.trusted_browsers
    rest = [name for name in wanted if not (trusted and name == "email")]
    if rest:
        session.gate = Task("login", list(rest), target, repeats_left=ex.org.variants.maintenance_repeats)
        return screens.begin(ex, session)
    ex.org.log("logged in", username=session.user.username)
    return hop(ex, session, target)


def hop(ex: Exchange, session: Session, target: str) -> Response:
    """Go to ``target``: directly on this host, else through that host's frontdoor with a one-time link."""
    there = hosts.parse(urlsplit(target).netloc)
    if there is None or there.role is session.role:
        return RedirectResponse(target, 302)
    otp = ex.org.make_link(session.user, target, there.role, "hop")
    return RedirectResponse(f"https://{there.name}/secur/frontdoor.jsp?otp={otp}&startURL={quote(target, safe='')}", 302)


def frontdoor(ex: Exchange) -> Response:
    """GET or POST /secur/frontdoor.jsp: open a session by a one-time link or by a session id.

    A used, foreign or unknown link lands on the login page at ``/?ec=...`` (OA 1.1).
    """
    session = _by_sid(ex)
    link = None if session else ex.org.links.pop(ex.query("otp"), None)
    start = ex.query("startURL") or ex.query("retURL")
    if session is None and (link is None or link.role is not ex.host.role):
        ex.org.log("frontdoor refused", host=ex.host.name)
        return ex.to_login(ex.safe_target(start) if start else ex.org.url() + "/")
    user = session.user if session else link.user if link else ex.org.admin
    fresh = ex.org.open_session(user, ex.host.role, ex.browser)
    kind = link.kind if link else "sid"
    response = _enter(ex, fresh, kind, (link.target if link else "") or start)
    return set_cookie(response, "sid", fresh.sid)


def _by_sid(ex: Exchange) -> Session | None:
    sid = ex.query("sid") or ex.form.get("sid", "")
    session = ex.org.sessions.get(sid)
    return session if session is not None and session.gate is None else None


def _enter(ex: Exchange, session: Session, kind: str, target: str) -> Response:
    if kind == "hop":
        return RedirectResponse(f"/secur/contentDoor?startURL={quote(target, safe='')}&sid={secrets.token_hex(12)}&lm=1", 302)
    ex.org.log("frontdoor", kind=kind, username=session.user.username)
    knobs = ex.org.variants
    return admit(ex, session, knobs.after_password if kind == "login" else knobs.after_frontdoor, target)


def content_door(ex: Exchange) -> Response:
    """GET /secur/contentDoor: a page that passes on by script."""
    return ex.html("passing.html", target=ex.safe_target(ex.query("startURL")))


def session_bridge(ex: Exchange) -> Response:
    """GET /visualforce/session?url=: give another host of this org its session, or ask for a login."""
    target = ex.safe_target(ex.query("url"))
    session = ex.session
    if session is None:
        return ex.to_login(target)
    return screens.resume(ex, session) or hop(ex, session, target)


def to_bridge(ex: Exchange) -> Response:
    """The redirect of a Setup or Lightning page whose host has no session yet."""
    return RedirectResponse(f"{ex.org.url()}/visualforce/session?url={quote(ex.address, safe='')}", 302)


def setup_elsewhere(ex: Exchange) -> Response:
    """Opening ``/lightning/...`` on My Domain or a Setup page on the Lightning host ends on the right host (UI 1)."""
    role = Role.SETUP if ex.path.startswith("/lightning/setup/") else Role.LIGHTNING
    target = ex.org.url(role) + ex.path + (f"?{ex.request.url.query}" if ex.request.url.query else "")
    return RedirectResponse(target, 302)


def old_home(ex: Exchange) -> Response:
    """Addresses of old that pass on: ``/home/home.jsp`` and ``/setup/forcecomHomepage.apexp`` (OA 1.3, 1.7)."""
    session = ex.session
    if session is None:
        return ex.to_login()
    setup = ex.path.startswith("/setup/")
    target = ex.org.url(Role.SETUP) + SETUP_HOME if setup else ex.org.url(Role.LIGHTNING) + "/lightning/page/home"
    return screens.resume(ex, session) or hop(ex, session, target)


def setup_root(_: Exchange) -> Response:
    """GET / on the Setup host."""
    return RedirectResponse(SETUP_HOME, 302)
