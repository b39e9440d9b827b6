"""Screens between login and org that are not a code: choices, notices, forms, and what needs a person.

Addresses and marks per evidence/org-access.md 1.3, 1.5, 1.6; wording not quoted there is a guess.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

from starlette.responses import JSONResponse, RedirectResponse, Response

from automation.replica import templates
from automation.replica.exchange import Exchange
from automation.replica.org.seeds import BASE32
from automation.replica.org.sessions import Session, Task
from automation.replica.pages import codes, identity, passkeys, screens

STATUS = "/_ui/identity/verification/status"
METHOD_NAMES = {
    "email": "Email", "totp": "Use verification codes from an authenticator app", "sms": "Text message",
    "push": "Approve a notification in Salesforce Authenticator", "passkey": "Use a security key or built-in authenticator",
    "temp_code": "Temporary verification code",
}  # fmt: skip
Render = Callable[[Exchange, Session, Task], Response]


def page(ex: Exchange) -> Response:
    """GET any of these screens."""
    _switch_to_choice(ex)
    found = screens.due(ex)
    if isinstance(found, Response):
        return found
    session, task = found
    task.seen = True
    ex.org.log("page opened", page=task.screen)
    return RENDER[task.screen](ex, session, task)


def _switch_to_choice(ex: Exchange) -> None:
    """Go back to the choice when the link "Use a different verification method" was followed."""
    task = ex.session.task if ex.session else None
    if task and ex.query("again") and task.screen in ex.org.variants.choices:
        task.screens[0] = "choose"


def submit(ex: Exchange) -> Response:
    """POST any of these screens."""
    found = screens.due(ex)
    if isinstance(found, Response):
        return found
    session, task = found
    return SUBMIT.get(task.screen, page_again)(ex, session, task)


def page_again(ex: Exchange, session: Session, task: Task) -> Response:
    """A screen that takes no form shows itself again."""
    return RENDER[task.screen](ex, session, task)


def _notice(ex: Exchange, heading: str, *lines: str, link: str = "", link_text: str = "", task: Task | None = None) -> Response:
    poll = f"{STATUS}?vflid={task.flow_id}" if task else ""
    return ex.html("notice.html", heading=heading, lines=lines, link=link, link_text=link_text, poll=poll)


def status(ex: Exchange) -> Response:
    """GET what the waiting page polls: where to go once a person has dealt with the screen."""
    session = ex.session
    task = session.task if session else None
    if session is None or task is None:
        return JSONResponse({"next": ex.org.url() + "/"})
    if not task.approved:
        return JSONResponse({"next": None})
    task.approved = False
    return JSONResponse({"next": screens.passed(ex, session).headers["location"]})


def choose(ex: Exchange, _: Session, task: Task) -> Response:
    """The radios of Choose a Verification Method."""
    names = {name: METHOD_NAMES.get(name, name) for name in ex.org.variants.choices}
    return ex.html("choose.html", action=screens.action(task), hidden=identity.hidden(ex, task), methods=names, poll="")


def chosen(ex: Exchange, session: Session, task: Task) -> Response:
    """POST the choice: its screen replaces this one."""
    name = ex.form.get("selectedMethod", "")
    if name not in ex.org.variants.choices:
        return choose(ex, session, task)
    return screens.passed(ex, session, instead=[name])


def push(ex: Exchange, _: Session, task: Task) -> Response:
    """Waiting for Salesforce Authenticator."""
    lines = ("Approve the notification in Salesforce Authenticator on your mobile device.", "Waiting for approval")
    return _notice(ex, templates.texts(ex.org.variants.language)["verify_title"], *lines, task=task)


def problem(ex: Exchange, _: Session, __: Task) -> Response:
    """No method possible: the end of the road."""
    line = "We can't send you a verification code right now. Contact your Salesforce administrator for help."
    return _notice(ex, "Problem Verifying Your Identity", line)


def locked(ex: Exchange, _: Session, __: Task) -> Response:
    """Too many wrong codes."""
    text = templates.texts(ex.org.variants.language)
    return _notice(ex, text["verify_title"], text["too_many"])


def maintenance(ex: Exchange, _: Session, __: Task) -> Response:
    """The notice whose link carries a whole contentDoor address, session id included."""
    lines = ("Your Salesforce instance will be unavailable during the upcoming maintenance window.",)
    return _notice(ex, "Scheduled Maintenance", *lines, link=ex.query("retURL"), link_text="Got it")


def concurrent(ex: Exchange, _: Session, task: Task) -> Response:
    """A login flow that asks which other session to end. A person decides."""
    return _notice(ex, "Concurrent Sessions", "You have reached the limit of sessions. Select sessions to end.", task=task)


def captcha(ex: Exchange, _: Session, task: Task) -> Response:
    """Nobody saw one; it must not be mistaken for something known."""
    return ex.html("captcha.html", heading="Confirm that you are human", lines=(), link="", poll=f"{STATUS}?vflid={task.flow_id}")


def unknown(ex: Exchange, _: Session, task: Task) -> Response:
    """What the next release may bring."""
    return _notice(ex, "A New Way to Keep Your Org Safe", "Review the new terms and choose how to continue.", task=task)


def refused(ex: Exchange, _: Session, task: Task) -> Response:
    """The usual page for who lacks a permission."""
    return _notice(ex, "Insufficient Privileges", "You do not have the level of access necessary.", task=task)


def enrol_totp(ex: Exchange, session: Session, task: Task) -> Response:
    """Connect an Authenticator App."""
    task.code = task.code or ex.org.seeded.text(f"new totp:{session.user.username}", 32, BASE32)
    error, task.error = task.error, ""
    return ex.html(
        "enrol_totp.html", action=screens.action(task), hidden=identity.hidden(ex, task), error=error,
        key=task.code, poll=f"{STATUS}?vflid={task.flow_id}",
    )  # fmt: skip


def enrol_totp_submit(ex: Exchange, session: Session, task: Task) -> Response:
    """POST the first code of the connected app."""
    if codes.totp_right(task.code, ex.form.get("tc", ""), ex.world.now()):
        session.user.totp_secret, task.code = task.code, ""
        ex.org.log("authenticator connected", username=session.user.username)
        return screens.passed(ex, session)
    task.error = templates.texts(ex.org.variants.language)["wrong_code"]
    return enrol_totp(ex, session, task)


def change_password(ex: Exchange, session: Session, task: Task) -> Response:
    """The form whose button wakes on key events only (OA 1.5)."""
    error, task.error = task.error, ""
    return ex.html("change_password.html", action=_same(ex), error=error, username=session.user.username)


def change_password_submit(ex: Exchange, session: Session, task: Task) -> Response:
    """POST a new password."""
    form, user = ex.form, session.user
    new = form.get("newpassword", "")
    if form.get("currentpassword") != user.password:
        task.error = "Your current password is incorrect."
    elif new != form.get("confirmpassword") or len(new) < 8 or new == user.password:
        task.error = "Your new password doesn't meet the requirements."
    else:
        user.password = new
        ex.org.log("password changed", username=user.username)
        return screens.passed(ex, session)
    return change_password(ex, session, task)


def register_phone(ex: Exchange, _: Session, task: Task) -> Response:
    """Register Your Mobile Phone, with its two ways out (OA 1.6)."""
    return ex.html("register_phone.html", action=_same(ex), later=task.target, decline=f"{_same(ex)}&n=true")


def register_phone_page(ex: Exchange, session: Session, task: Task) -> Response:
    """GET: the form, or (``n=true``) its decline link."""
    if ex.query("n") == "true":
        ex.org.log("phone declined", username=session.user.username)
        return screens.passed(ex, session)
    return register_phone(ex, session, task)


def register_phone_submit(ex: Exchange, session: Session, _: Task) -> Response:
    """POST a number."""
    session.user.phone = ex.form.get("p", "")
    ex.org.log("phone registered", username=session.user.username)
    return screens.passed(ex, session)


def _same(ex: Exchange) -> str:
    return f"{ex.path}?retURL={quote(ex.query('retURL'), safe='')}"


def leave_by_target(ex: Exchange, session: Session, task: Task) -> Response | None:
    """Screens that are left by simply opening the target: maintenance (may come again) and phone ("Remind Me Later")."""
    if not task.seen or task.screen not in {"maintenance", "register_phone"}:
        return None
    task.seen = False
    if task.screen == "maintenance":
        task.repeats_left -= 1
        if task.repeats_left > 0:
            return RedirectResponse(screens.address(ex, task), 302)
    return screens.passed(ex, session)


RENDER: dict[str, Render] = {
    "choose": choose,
    "push": push,
    "problem": problem,
    "locked": locked,
    "maintenance": maintenance,
    "concurrent": concurrent,
    "captcha": captcha,
    "refused": refused,
    "unknown": unknown,
    "enrol_totp": enrol_totp,
    "change_password": change_password,
    "register_phone": register_phone_page,
    "enrol_passkey": passkeys.enrol,
    "passkey": passkeys.check,
}
SUBMIT: dict[str, Render] = {
    "choose": chosen,
    "enrol_totp": enrol_totp_submit,
    "change_password": change_password_submit,
    "register_phone": register_phone_submit,
    "enrol_passkey": passkeys.enrolled,
    "passkey": passkeys.checked,
}
