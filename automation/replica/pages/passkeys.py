"""Passkey enrolment and check, verified for real by py_webauthn (evidence/org-access.md 1.3, 1.8)."""

from __future__ import annotations

import json
from typing import Any

import webauthn
from starlette.responses import Response
from webauthn.helpers import parse_authentication_credential_json, parse_registration_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from automation.replica import templates
from automation.replica.exchange import Exchange
from automation.replica.org.sessions import Session, Task
from automation.replica.pages import screens

TITLE = "Create a Passkey"


def rp_id(ex: Exchange) -> str:
    """The relying party id: the host, or its parent domain (open point; knob ``rp_id``)."""
    return ex.host.name if ex.org.variants.rp_id == "host" else "salesforce.com"


def _expected(ex: Exchange, task: Task) -> dict[str, Any]:
    return {
        "expected_challenge": task.webauthn_challenge,
        "expected_rp_id": rp_id(ex),
        "expected_origin": f"https://{ex.host.name}",
    }


def enrol(ex: Exchange, session: Session, task: Task) -> Response:
    """Create a Passkey: no skip."""
    user = session.user
    options = webauthn.generate_registration_options(
        rp_id=rp_id(ex), rp_name="Salesforce", user_id=user.id.encode(), user_name=user.username, user_display_name=user.name,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=bytes.fromhex(key["id"])) for key in user.passkeys],
    )  # fmt: skip
    task.webauthn_challenge = options.challenge
    return _page(ex, task, "create", webauthn.options_to_json(options), TITLE, ex.org.variants.enrol_button)


def enrolled(ex: Exchange, session: Session, task: Task) -> Response:
    """POST the new credential."""
    try:
        done = webauthn.verify_registration_response(
            credential=parse_registration_credential_json(ex.form.get("credential", "")), **_expected(ex, task)
        )
    except WebAuthnException as problem:
        _failed(ex, session, task, problem)
        return enrol(ex, session, task)
    session.user.passkeys.append(
        {"id": done.credential_id.hex(), "public_key": done.credential_public_key.hex(), "sign_count": done.sign_count}
    )
    ex.org.log("passkey enrolled", username=session.user.username, rp_id=rp_id(ex))
    return screens.passed(ex, session)


def check(ex: Exchange, session: Session, task: Task) -> Response:
    """Verify Your Identity with a passkey."""
    options = webauthn.generate_authentication_options(
        rp_id=rp_id(ex),
        allow_credentials=[PublicKeyCredentialDescriptor(id=bytes.fromhex(key["id"])) for key in session.user.passkeys],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    task.webauthn_challenge = options.challenge
    title = templates.texts(ex.org.variants.language)["verify_title"]
    return _page(ex, task, "get", webauthn.options_to_json(options), title, "Log In With a Passkey")


def checked(ex: Exchange, session: Session, task: Task) -> Response:
    """POST the assertion: a known key, a right signature, and a counter that went up."""
    text = ex.form.get("credential", "")
    try:
        credential = parse_authentication_credential_json(text)
        key = next((k for k in session.user.passkeys if k["id"] == credential.raw_id.hex()), None)
        if key is None:
            raise WebAuthnException("unknown credential")
        done = webauthn.verify_authentication_response(
            credential=credential,
            credential_public_key=bytes.fromhex(key["public_key"]),
            credential_current_sign_count=key["sign_count"],
            require_user_verification=True,
            **_expected(ex, task),
        )
    except WebAuthnException as problem:
        _failed(ex, session, task, problem)
        return check(ex, session, task)
    key["sign_count"] = done.new_sign_count
    ex.org.log("passkey used", username=session.user.username, counter=done.new_sign_count)
    return screens.passed(ex, session)


def _failed(ex: Exchange, session: Session, task: Task, problem: WebAuthnException) -> None:
    ex.org.log("passkey refused", reason=str(problem)[:120], username=session.user.username)
    task.error = "We couldn't verify your passkey. Try again."


def _page(ex: Exchange, task: Task, call: str, options: str, heading: str, button: str) -> Response:
    error, task.error = task.error, ""
    return ex.html(
        "passkey.html",
        heading=heading,
        button=button,
        call=call,
        options=json.loads(options),
        action=screens.action(task),
        error=error,
    )
