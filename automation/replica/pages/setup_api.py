"""The Setup pages' own API: ``POST /aura?action=<name>`` with ``{"params": {...}}`` (contract of the replica, not Salesforce's)."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from starlette.responses import JSONResponse, Response

from automation.replica.exchange import SETUP_HOME, Exchange
from automation.replica.org import hosts, rules
from automation.replica.org.apps import App, locked_boxes, security_defaults
from automation.replica.org.hosts import Role
from automation.replica.org.orgs import Refused
from automation.replica.org.scopes import SCOPES
from automation.replica.org.users import User
from automation.replica.pages import consumer

LABELS = Path(__file__).parents[1] / "labels"
NO_ACCESS = "You don't have permission to do this. Contact your Salesforce administrator."  # guess
SWITCHED_OFF = "External Client Apps aren't enabled for this org."  # guess

Params = dict[str, Any]
Action = Callable[[Exchange, User, Params], Any]


@cache
def labels(language: str) -> dict[str, Any]:
    """The pages' labels in a language, over the English ones."""
    merged: dict[str, Any] = {}
    for name in ("en", language):
        path = LABELS / f"{name}.json"
        if path.exists():
            merged |= json.loads(path.read_text(encoding="utf-8"))
    return merged


def answer(ex: Exchange) -> Response:
    """Run one action as the user of the Setup session."""
    session = ex.session
    if session is None or session.gate is not None:
        start = urlsplit(ex.request.headers.get("referer", "")).path or SETUP_HOME
        login = ex.to_login(ex.org.url(Role.SETUP) + start).headers["location"]
        return JSONResponse({"state": "INVALID_SESSION", "login": login})
    action = ACTIONS.get(ex.query("action"))
    if action is None:
        return JSONResponse({"state": "ERROR", "error": {"message": "Unknown action", "fields": {}}})
    try:
        value = action(ex, session.user, ex.json.get("params") or {})
    except Refused as refused:
        ex.org.log("refused", action=ex.query("action"), message=refused.message, fields=sorted(refused.fields))
        return JSONResponse({"state": "ERROR", "error": {"message": refused.message, "fields": refused.fields}})
    return JSONResponse({"state": "SUCCESS", "value": value})


def _bootstrap(ex: Exchange, user: User, _: Params) -> Any:
    org, knobs = ex.org, ex.org.variants
    return {
        "look": knobs.look,
        "variants": knobs.web(),
        "labels": {**labels(knobs.language), **knobs.labels_override},
        "language": knobs.language,
        "user": {"name": user.name, "username": user.username, "email": user.email},
        "org": {"id": org.id, "name": org.name},
        "permissions": {
            "create": user.can_create_apps and knobs.new_button and knobs.eca_enabled,
            "policies": user.can_edit_policies,
        },
        "ecaEnabled": knobs.eca_enabled,
        "security": security_defaults(knobs.look, knobs.pkce, knobs.security_defaults),
        "locked": locked_boxes(knobs.look, knobs.pkce, knobs.security_defaults),
        "scopes": [{"value": scope.value, "label": scope.label} for scope in SCOPES],
    }


def _list(ex: Exchange, user: User, params: Params) -> Any:
    _need(user.can_view_apps)
    if not ex.org.variants.eca_enabled:
        raise Refused(SWITCHED_OFF)
    ordered = sorted(ex.org.apps.values(), key=lambda app: app.label.lower())
    start = int(params.get("offset") or 0)
    limit = int(params.get("limit") or 2000)
    return {"total": len(ordered), "apps": [app.row() for app in ordered[start : start + limit]]}


def _create(ex: Exchange, user: User, params: Params) -> Any:
    _need(user.can_create_apps)
    if not ex.org.variants.eca_enabled:
        raise Refused(SWITCHED_OFF)
    if hosts.is_scratch(ex.org.my_domain):
        raise Refused(rules.SCRATCH_CREATE)
    app = ex.org.create_app(user, _object(params, "app"))
    ex.org.log("createApp", app=app.developer_name, id=app.id15, username=user.username)
    return {"id": app.id15}


def _get(ex: Exchange, user: User, params: Params) -> Any:
    _need(user.can_view_apps)
    return _app(ex, params).public(ex.world.now())


def _save_policies(ex: Exchange, user: User, params: Params) -> Any:
    _need(user.can_edit_policies)
    app = _app(ex, params)
    ex.org.save_policies(app, _object(params, "policies"))
    ex.org.log("savePolicies", app=app.developer_name, username=user.username)
    return app.public(ex.world.now())


def _save_settings(ex: Exchange, user: User, params: Params) -> Any:
    _need(user.can_create_apps)
    app = _app(ex, params)
    ex.org.save_settings(app, _object(params, "app"))
    ex.org.log("saveSettings", app=app.developer_name, username=user.username)
    return app.public(ex.world.now())


def _set_enabled(ex: Exchange, user: User, params: Params) -> Any:
    _need(user.can_create_apps)
    app = _app(ex, params)
    app.doc["status"] = "Enabled" if params.get("enabled") else "Disabled"
    ex.org.log("setEnabled", app=app.developer_name, enabled=bool(params.get("enabled")))
    return app.public(ex.world.now())


def _delete(ex: Exchange, user: User, params: Params) -> Any:
    _need(user.can_create_apps)
    app = _app(ex, params)
    ex.org.delete_app(app)
    ex.org.log("deleteApp", app=app.developer_name)
    return {"id": app.id15}


def _consumer_url(ex: Exchange, user: User, params: Params) -> Any:
    _need(user.can_view_secrets)
    app = _app(ex, params)
    ex.org.log("consumer button", app=app.developer_name)
    return {"url": consumer.url(ex.org, app)}


def _consumer_details(ex: Exchange, user: User, params: Params) -> Any:
    """Key and secret for the Lightning consumer page (variant), after the same identity check on My Domain."""
    _need(user.can_view_secrets)
    knobs = ex.org.variants
    recent = ex.world.now() - knobs.verified_for_seconds
    verified = [s for s in ex.org.sessions.values() if s.user is user and (s.verified_at or 0.0) > recent]
    if not verified and knobs.verification != "not_asked":
        raise Refused("Verify your identity first.")
    app = _app(ex, params)
    app.reveals += 1
    ex.org.log("reveal", app=app.developer_name, page="lightning")
    return {"name": app.developer_name, "key": app.key, "secret": app.secret}


def _find_users(ex: Exchange, _: User, params: Params) -> Any:
    """Suggestions for the Run As lookup (variant run_as_widget=lookup): active users whose name or username matches."""
    wanted = str(params.get("query") or "").lower()
    found = [u for u in ex.org.users.values() if u.active and wanted in f"{u.name} {u.username}".lower()]
    return {"users": [{"id": u.id, "name": u.name, "username": u.username} for u in found[:20]]}


def _need(permission: bool) -> None:
    if not permission:
        raise Refused(NO_ACCESS)


def _object(params: Params, name: str) -> dict[str, Any]:
    value = params.get(name)
    if not isinstance(value, dict):
        raise Refused(f"{name} is missing")
    return value


def _app(ex: Exchange, params: Params) -> App:
    return ex.org.app(str(params.get("id") or ""))


ACTIONS: dict[str, Action] = {
    "bootstrap": _bootstrap,
    "listApps": _list,
    "createApp": _create,
    "getApp": _get,
    "savePolicies": _save_policies,
    "saveSettings": _save_settings,
    "setEnabled": _set_enabled,
    "deleteApp": _delete,
    "consumerDetailsUrl": _consumer_url,
    "consumerDetails": _consumer_details,
    "findUsers": _find_users,
}
