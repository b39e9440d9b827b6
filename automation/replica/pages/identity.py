"""The verification pages with a code to type: email, authenticator, SMS, temporary code."""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from automation.replica import templates
from automation.replica.exchange import Exchange
from automation.replica.org.sessions import Session, Task
from automation.replica.pages import codes, screens

FIELDS = {"email": "emc", "totp": "tc", "sms": "smc", "temp_code": "tmpc"}
"""Input ids (OA 1.3); ``tmpc`` is a guess."""
RESEND = "/_ui/identity/verification/method/EmailVerificationStartUi/e"


def masked(address: str) -> str:
    """``a*****n@acme.example``: how a page names the address it mailed to (shape is a guess)."""
    name, _, domain = address.partition("@")
    return f"{name[:1]}{'*' * max(len(name) - 2, 3)}{name[-1:]}@{domain}"


def page(ex: Exchange) -> Response:
    """GET a code screen."""
    found = screens.due(ex)
    if isinstance(found, Response):
        return found
    session, task = found
    ex.org.log("page opened", page=task.screen)
    return render(ex, session, task)


def render(ex: Exchange, session: Session, task: Task) -> Response:
    """The code form, with the last error."""
    text = templates.texts(ex.org.variants.language)
    to = {"email": masked(session.user.email), "sms": "+* *******" + session.user.phone[-2:]}.get(task.screen, "")
    why = text["why_login" if task.purpose == "login" else "why_reveal"]
    enter = text[{"temp_code": "enter_temp"}.get(task.screen, f"enter_{task.screen}")]
    error, task.error = task.error, ""
    return ex.html(
        "verify.html", why=why, enter=enter, to=to, error=error, purpose=task.purpose,
        action=screens.action(task), field=FIELDS[task.screen], hidden=hidden(ex, task),
        resend=f"{RESEND}?vflid={task.flow_id}&vir=1" if task.screen == "email" else "",
        other_method=_other(ex, task),
    )  # fmt: skip


def _other(ex: Exchange, task: Task) -> str:
    several = len(ex.org.variants.choices) > 1 and ex.org.variants.reveal_method == "choose"
    return f"{screens.ADDRESSES['choose']}?vflid={task.flow_id}&again=1" if several else ""


def hidden(ex: Exchange, task: Task) -> dict[str, str]:
    """The hidden fields of ``form#editPage`` (OA 1.3)."""
    return {
        "_CONFIRMATIONTOKEN": task.flow_id[::-1], "cancelURL": ex.org.url() + "/", "retURL": task.target,
        "save_new_url": screens.ADDRESSES[task.screen], "vcsrf": task.flow_id[::-1], "vpol": "ic",
        "vflid": task.flow_id, "vfgrp": task.flow_id[:6],
    }  # fmt: skip


def submit(ex: Exchange) -> Response:
    """POST a code."""
    found = screens.due(ex)
    if isinstance(found, Response):
        return found
    session, task = found
    if "cancel" in ex.form:
        return _back(ex, session)
    text = templates.texts(ex.org.variants.language)
    if ex.world.now() - task.started_at > ex.org.variants.verification_timeout_seconds:
        task.error = text["timed_out"]
        ex.org.log("code timed out", purpose=task.purpose)
        return render(ex, session, task)
    if codes.right(ex, session, task, ex.form.get(FIELDS[task.screen], "")):
        session.user.bad_codes = 0
        if ex.form.get("rememberDevice") and ex.browser:
            session.user.trusted_browsers.add(ex.browser)
        task.code = ""
        return screens.passed(ex, session)
    return _wrong(ex, session, task, text["wrong_code"])


def _wrong(ex: Exchange, session: Session, task: Task, message: str) -> Response:
    user = session.user
    user.bad_codes += 1
    ex.org.log("wrong code", purpose=task.purpose, tries=user.bad_codes)
    if user.bad_codes >= ex.org.variants.code_tries:
        user.locked_until = ex.world.now() + codes.LOCK_SECONDS
        ex.org.log("user locked", username=user.username)
        return screens.passed(ex, session, instead=["locked"])
    task.error = message
    return render(ex, session, task)


def _back(ex: Exchange, session: Session) -> Response:
    """Back: the check is given up; a new attempt starts from the button in Setup again."""
    session.step_up = None
    ex.org.log("verification cancelled")
    return RedirectResponse(ex.org.url() + "/", 302)


def resend(ex: Exchange) -> Response:
    """GET the resend link: a new code replaces the old one."""
    session = ex.session
    task = session.task if session else None
    if session is None or task is None or task.screen != "email":
        return ex.to_login(ex.org.url() + "/")
    task.resends += 1
    return screens.begin(ex, session)
