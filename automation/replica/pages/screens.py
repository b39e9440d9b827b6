"""The screens that can stand after a password or before the key and secret: where each lives, and moving on.

Addresses are those of evidence/org-access.md 1.3-1.6; the ones marked guess are in the same family.
"""

from __future__ import annotations

from urllib.parse import quote, urlencode

from starlette.responses import RedirectResponse, Response

from automation.replica.exchange import Exchange
from automation.replica.org.hosts import Role
from automation.replica.org.sessions import Session, Task
from automation.replica.pages import codes, doors

_METHOD = "/_ui/identity/verification/method/"
ADDRESSES = {
    "email": _METHOD + "EmailVerificationFinishUi/e",
    "totp": _METHOD + "TotpVerificationUi/e",
    "sms": _METHOD + "SmsVerificationFinishUi/e",  # guess
    "push": _METHOD + "LLVerificationFinishUi/e",
    "temp_code": _METHOD + "TempCodeVerificationUi/e",  # guess
    "passkey": _METHOD + "UnifiedPasskeyVerificationUi",
    "choose": "/_ui/identity/verification/policy/VerificationStartUi",
    "problem": _METHOD + "VerificationProblemUi/e",  # guess
    "locked": _METHOD + "VerificationLockedUi/e",  # guess
    "enrol_passkey": "/_ui/identity/webauthn/AddPasskeyUi",
    "enrol_totp": "/_ui/identity/totp/addTwoFactorOnly",  # contains addTwoFactorOnly
    "change_password": "/_ui/system/security/ChangePassword",
    "register_phone": "/_ui/identity/phone/AddPhoneNumber",
    "maintenance": "/msg/maintenanceandavailable.jsp",
    "concurrent": "/loginflow/ConcurrentSessions.apexp",  # path contains loginflow
    "captcha": "/_ui/identity/challenge/HumanCheckUi",  # guess: nobody saw one
    "refused": "/_nc_external/system/security/InsufficientPrivileges",  # guess
    "unknown": "/_ui/identity/notice/SomethingNewUi",  # invented: what the next release may bring
}
BY_ADDRESS = {address: name for name, address in ADDRESSES.items()}
TERMINAL = frozenset({"locked", "problem"})


def address(ex: Exchange, task: Task) -> str:
    """The address of the screen that is due now, with the parameters the real ones carry."""
    screen = task.screen
    if screen == "maintenance":
        inner = f"{ex.org.url()}/secur/contentDoor?" + urlencode({"startURL": task.target, "sid": ex.sid, "lm": "1"})
        query = urlencode({"s": int(ex.world.now() * 1000), "retURL": inner})
    elif screen in {"change_password", "register_phone"}:
        query = urlencode({"retURL": task.target})
    else:
        query = urlencode({"vflid": task.flow_id, "vpol": "ic", "retURL": task.target})
    return f"{ex.org.url()}{ADDRESSES[screen]}?{query}"


def begin(ex: Exchange, session: Session) -> Response:
    """Start the screen that is due: send its code where there is one, and go there."""
    task = session.task
    if task is None:
        return doors.hop(ex, session, ex.org.url(Role.LIGHTNING) + "/lightning/page/home")
    task.screens[0] = _registered(ex, session, task)
    task.started_at, task.code, task.error, task.seen, task.approved = ex.world.now(), "", "", False, False
    codes.prepare(ex, session, task)
    ex.org.log("screen", screen=task.screen, purpose=task.purpose, username=session.user.username)
    return RedirectResponse(address(ex, task), 302)


def _registered(ex: Exchange, session: Session, task: Task) -> str:
    """The due screen, or (knob ``unregistered``) what an org shows when the user has no such method.

    At a login the method has to be registered; at the reveal a mailed code takes its place (setup-ui 6.2).
    """
    has = {"passkey": bool(session.user.passkeys), "totp": bool(session.user.totp_secret)}
    if ex.org.variants.unregistered == "as_is" or has.get(task.screen, True):
        return task.screen
    return f"enrol_{task.screen}" if task.purpose == "login" else "email"


def resume(ex: Exchange, session: Session) -> Response | None:
    """The redirect to the login's unfinished screen, or None when the session is free to go on."""
    from automation.replica.pages import people_screens

    task = session.gate
    if task is None:
        return None
    return people_screens.leave_by_target(ex, session, task) or RedirectResponse(address(ex, task), 302)


def passed(ex: Exchange, session: Session, *, instead: list[str] | None = None) -> Response:
    """The due screen is passed (or replaced by others): go to the next one or to the target."""
    task = session.task
    if task is None:
        return begin(ex, session)
    ex.org.log("screen passed", screen=task.screen, purpose=task.purpose, username=session.user.username)
    task.screens[:1] = instead or []
    return begin(ex, session) if task.screens else _finish(ex, session, task)


def _finish(ex: Exchange, session: Session, task: Task) -> Response:
    if task.purpose == "login":
        session.gate = None
        ex.org.log("logged in", username=session.user.username)
        return doors.hop(ex, session, task.target)
    session.step_up, session.verified_at = None, ex.world.now()
    ex.org.log("verified", username=session.user.username)
    return RedirectResponse(task.target, 302)


def due(ex: Exchange) -> tuple[Session, Task] | Response:
    """The session and task behind a screen's request, or the redirect that is due instead."""
    session = ex.session
    if session is None:
        return ex.to_login()
    task = session.task
    if task is None:
        return RedirectResponse(ex.safe_target(ex.query("retURL")), 302)
    if BY_ADDRESS.get(ex.path) != task.screen:
        return RedirectResponse(address(ex, task), 302)
    return session, task


def action(task: Task) -> str:
    """Where the due screen's form posts to: the same path, with the flow's id."""
    return f"{ADDRESSES[task.screen]}?vflid={quote(task.flow_id)}&retURL={quote(task.target, safe='')}"
