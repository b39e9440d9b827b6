"""Hosts that look like Salesforce's and are not: they record how much was typed into them, key by key."""

from __future__ import annotations

from starlette.responses import Response

from automation.replica.exchange import Exchange


def page(ex: Exchange) -> Response:
    """GET anything: the login form, or below ``/_ui/identity/`` the verification form; keys are reported as they are pressed."""
    ex.world.attacker.append({"host": ex.host.name, "field": "", "length": 0, "what": "opened"})
    if ex.path.startswith("/_ui/identity/"):
        return ex.html(
            "attacker_verify.html",
            why="",
            enter="",
            to="",
            error="",
            action="/",
            field="emc",
            hidden={},
            purpose="login",
            resend="",
            other_method="",
        )
    step = ex.query("step") if ex.query("step") in {"username", "password"} else "both"
    return ex.html(
        "attacker.html",
        step=step,
        start_url="",
        username="",
        error="",
        sandbox=True,
        custom_domain=False,
        frame="",
        wipe_ms=0,
        lure="",
    )


def take(ex: Exchange) -> Response:
    """POST anything: remember which fields were filled and how long they were, never their text."""
    for name in ("username", "pw", "emc", "tc"):
        if ex.form.get(name):
            ex.world.attacker.append({"host": ex.host.name, "field": name, "length": len(ex.form[name]), "what": "typed"})
    return Response(status_code=204)
