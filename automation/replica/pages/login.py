"""The login page, one-step and username-first (evidence/org-access.md 1.1, 1.2), and what a password leads to."""

from __future__ import annotations

import hmac
import secrets
from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from automation.replica import templates
from automation.replica.exchange import Exchange, set_cookie
from automation.replica.org.hosts import Role
from automation.replica.org.orgs import Org
from automation.replica.org.users import User
from automation.replica.pages import doors, screens

IDENTITY_PROVIDER = "sso.acme-idp.example"

LOCK_SECONDS = 900.0
"""Default lock-out after too many wrong passwords: 15 minutes (OA 7)."""


def page(ex: Exchange) -> Response:
    """GET /: the login page, or the org when the browser is already logged in."""
    session = ex.session
    if session is not None and not ex.query("ec") and ex.host.role is Role.MY:
        return screens.resume(ex, session) or doors.hop(ex, session, ex.safe_target(ex.query("startURL")))
    lured = _lured(ex, "load") or _single_sign_on(ex)
    if lured is not None:
        return lured
    first = "username" if _username_first(ex) else "both"
    return form(ex, first, start=ex.query("startURL"))


def _single_sign_on(ex: Exchange) -> Response | None:
    """What an org that uses single sign-on shows in place of the form; ``?login`` leads past it where the org allows that."""
    knobs = ex.org.variants
    past = "login" in ex.request.query_params and knobs.login_parameter == "taken"
    if ex.host.role is not Role.MY or knobs.single_sign_on == "off" or past:
        return None
    ex.org.log("single sign-on", how=knobs.single_sign_on)
    if knobs.single_sign_on == "redirect":
        return RedirectResponse(f"https://{IDENTITY_PROVIDER}/authorize", 302)
    return ex.html("single_sign_on.html", provider=f"https://{IDENTITY_PROVIDER}/authorize")


def _lured(ex: Exchange, when: str) -> Response | None:
    """The attack's redirect, if it is set for this moment."""
    knobs = ex.org.variants
    if not knobs.login_redirects_to or knobs.login_redirects_when != when:
        return None
    ex.org.log("login redirected", to=knobs.login_redirects_to, when=when)
    return RedirectResponse(knobs.login_redirects_to, 302)


def form(ex: Exchange, step: str, *, start: str = "", username: str = "", error: str = "", status: int = 200) -> Response:
    """The form in one of its steps: ``both``, ``username`` or ``password``."""
    knobs = ex.org.variants
    response = ex.html(
        "login.html", status, step=step, start_url=start, username=username, error=error,
        sandbox=ex.org.sandbox or ex.host.role is Role.TEST, custom_domain=ex.host.role is not Role.MY,
        frame=knobs.login_frame_from, wipe_ms=knobs.late_wipe_ms,
        lure=knobs.login_redirects_to if knobs.login_redirects_when == "input" else "",
    )  # fmt: skip
    if not ex.browser:
        set_cookie(response, "BrowserId", secrets.token_hex(16))
    ex.org.log("login page", host=ex.host.name, step=step, error=bool(error))
    return response


def log_out(ex: Exchange) -> Response:
    """GET /secur/logout.jsp: the user's sessions end."""
    session = ex.session
    if session is not None:
        ex.org.end_sessions(session.user)
        ex.org.log("logged out", username=session.user.username)
    return RedirectResponse(ex.org.url() + "/", 302)


def _username_first(ex: Exchange) -> bool:
    return ex.org.variants.username_first(my_domain_page=ex.host.role is Role.MY)


def submit(ex: Exchange) -> Response:
    """POST /: take the username, then the password."""
    username = ex.form.get("username", "").strip()
    start, password = ex.form.get("startURL", ""), ex.form.get("pw", "")
    text = templates.texts(ex.org.variants.language)
    if ex.form.get("step") == "username" and not password:
        return _second_page(ex, username, start)
    step = "password" if ex.form.get("step") == "password" else "both"
    if not password:
        return form(ex, step, start=start, username=username, error=text["no_password"])
    org = ex.org if ex.host.role is Role.MY else ex.world.org_of_user(username, ex.host.role) or ex.org
    user = org.users.get(username.lower())
    problem = _problem(org, user, password)
    if problem or user is None:
        org.log("login refused", username=username, reason=problem, host=ex.host.name)
        error = text["locked_login" if problem in {"locked", "not allowed"} else "bad_login"]
        again = "username" if _username_first(ex) else "both"
        return form(ex, again, start=start, username=username, error=error)
    user.bad_passwords = 0
    return _let_in(ex, org, user, start)


def _second_page(ex: Exchange, username: str, start: str) -> Response:
    """After the username: the password's page, or a passkey's."""
    lured = _lured(ex, "after_username")
    if lured is not None:
        return lured
    user = ex.org.users.get(username.lower())
    if user is not None and ex.org.variants.username_leads_to == "passkey":
        session = ex.org.open_session(user, Role.MY, ex.browser)
        return set_cookie(doors.admit(ex, session, ["passkey"], start), "sid", session.sid)
    return form(ex, "password" if username else "username", start=start, username=username)


def _problem(org: Org, user: User | None, password: str) -> str:
    """Why this user can't log in to the UI with this password, or an empty text."""
    if user is None:
        return "unknown user"
    if user.locked_until > org.clock():
        return "locked"
    if not hmac.compare_digest(user.password.encode(), password.encode()):
        user.bad_passwords += 1
        if user.bad_passwords >= org.variants.password_tries:
            user.locked_until = org.clock() + LOCK_SECONDS
        return "wrong password"
    if not user.active or user.frozen:
        return "inactive"
    return "not allowed" if user.api_only else ""


def _let_in(ex: Exchange, org: Org, user: User, start: str) -> Response:
    org.log("password accepted", username=user.username, host=ex.host.name)
    lured = _lured(ex, "after_password")
    if lured is not None:
        return lured
    if org.variants.login_bounces > 0:
        org.variants.login_bounces -= 1
        org.log("login bounced", username=user.username)
        return ex.to_login(ex.safe_target(start))
    if ex.host.role is not Role.MY:
        otp = org.make_link(user, start, Role.MY, "login")
        return RedirectResponse(f"{org.url()}/secur/frontdoor.jsp?otp={otp}&startURL={quote(start, safe='')}", 302)
    again = ex.session is not None and ex.session.gate is None and ex.session.user is user
    session = org.open_session(user, Role.MY, ex.browser)
    session.login_again = again
    screens_due = [] if again else org.variants.after_password
    return set_cookie(doors.admit(ex, session, screens_due, start), "sid", session.sid)
