"""The token endpoint for the client-credentials flow (evidence/org-access.md 4.1, 4.2)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from urllib.parse import unquote

from starlette.responses import JSONResponse, Response

from automation.replica.exchange import Exchange
from automation.replica.org.apps import App, Doc
from automation.replica.org.hosts import Role
from automation.replica.org.orgs import Org, Token
from automation.replica.org.scopes import granted
from automation.replica.org.seeds import to_18
from automation.replica.org.users import User

TOKEN_SECONDS = 7200.0
LOGINS_PER_HOUR = 3600


class TokenError(Exception):
    """A refusal of the token endpoint, by its short name in ``ERRORS``."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.error, self.description = ERRORS[name]


ERRORS: dict[str, tuple[str, str]] = {
    "wrong_domain": ("invalid_grant", "request not supported on this domain"),
    "no_user": ("invalid_grant", "no client credentials user enabled"),
    "flow_off": ("invalid_grant", "client credentials flow not enabled"),
    "unknown_key": ("invalid_client_id", "client identifier invalid"),
    "wrong_secret": ("invalid_client", "invalid client credentials"),
    "must_install": ("invalid_client", "app must be installed into org"),
    "bad_grant": ("unsupported_grant_type", "grant type not supported"),
    "ip": ("invalid_grant", "ip restricted or invalid login hours"),
    "inactive_user": ("inactive_user", "user is inactive"),
    "inactive_org": ("inactive_org", "org is locked, closed, or suspended"),
    "rate": ("rate_limit_exceeded", "number of logins exceeded"),
    "scope_sent": ("invalid_request", "scope parameter not supported"),
    "no_scope": ("invalid_scope", "the requested scope is not allowed"),
    "not_approved": ("invalid_app_access", "user is not admin approved to access this app"),
    "not_installed": ("OAUTH_EC_APP_NOT_FOUND", "External client app is not installed in this org"),
    "app_disabled": ("app_not_found", "External client app is not installed in this org"),
    "must_post": ("invalid_request", "must use HTTP POST"),
    "no_client_id": ("invalid_request", "missing required parameter: client_id"),
}
"""Every answer of OA 4.2 by a short name, which the knob ``token_error`` of an org also takes."""


def token(ex: Exchange) -> Response:
    """POST /services/oauth2/token on any host, for the client-credentials flow."""
    try:
        app, user, scope = _grant(ex)
    except TokenError as refusal:
        ex.org.log("token refused", error=refusal.error, description=refusal.description)
        body = {"error": refusal.error, "error_description": refusal.description}
        return JSONResponse(body, 400, headers={"Cache-Control": "no-store"})
    ex.org.log("token given", app=app.developer_name, username=user.username, scope=scope)
    return JSONResponse(issue(ex.org, app, user, scope), headers={"Cache-Control": "no-store"})


def client_of(ex: Exchange) -> tuple[str, str]:
    """Client id and secret from the Basic header or the form."""
    scheme, _, value = ex.request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            name, _, word = base64.b64decode(value, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return "", ""
        return unquote(name), unquote(word)
    return ex.form.get("client_id", ""), ex.form.get("client_secret", "")


def _grant(ex: Exchange) -> tuple[App, User, str]:
    """Check a request in the order real answers suggest (order is partly a guess)."""
    org, form = ex.org, ex.form
    if ex.request.method != "POST":
        raise TokenError("must_post")
    if ex.host.role is not Role.MY:
        raise TokenError("wrong_domain")
    if not org.ready():
        raise TokenError("inactive_org")
    if form.get("grant_type") != "client_credentials":
        raise TokenError("bad_grant")
    if "scope" in form:
        raise TokenError("scope_sent")
    if org.token_error:
        raise TokenError(org.token_error)
    app = authenticate(ex)
    user = _run_as(org, app)
    scope = granted(app.doc["oauth"]["scopes"])
    if not scope:
        raise TokenError("no_scope")
    return app, user, scope


def authenticate(ex: Exchange) -> App:
    """The app whose key and secret were sent. Raises TokenError."""
    key, secret = client_of(ex)
    if not key:
        raise TokenError("no_client_id")
    org = ex.org
    app = next((item for item in org.apps.values() if item.key == key), None)
    if app is None:
        gone = key in org.vanished_keys and org.variants.vanished_key == "not_installed"
        raise TokenError("not_installed" if gone else "unknown_key")
    if org.clock() < app.created_at + org.variants.propagation_seconds:
        raise TokenError("unknown_key")
    if not hmac.compare_digest(app.secret.encode(), secret.encode()):
        raise TokenError("wrong_secret")
    if app.doc["status"] != "Enabled":
        raise TokenError("app_disabled")
    return app


def _run_as(org: Org, app: App) -> User:
    """The user that a token acts as, if the policies in force allow one."""
    policies = app.policies_at(org.clock())
    oauth = app.doc["oauth"]
    if not (oauth["enabled"] and oauth["flows"]["clientCredentials"] and policies["clientCredentialsEnabled"]):
        raise TokenError("flow_off")
    user = org.users.get(str(policies["runAs"]).lower())
    if user is None:
        raise TokenError("no_user")
    if not user.active or user.frozen:
        raise TokenError("inactive_user")
    if policies["permittedUsers"] == "AdminApprovedPreAuthorized" and not user.admin_approved:
        raise TokenError("not_approved")
    _check_network(policies, user)
    now = org.clock()
    user.logins = [at for at in user.logins if at > now - 3600] + [now]
    if len(user.logins) > LOGINS_PER_HOUR:
        raise TokenError("rate")
    return user


def _check_network(policies: Doc, user: User) -> None:
    """Only "Relax IP restrictions" frees the flow; relaxing for activated devices or refresh tokens does not (guess)."""
    if user.login_hours_over or (user.ip_ranges and policies["ipRelaxation"] != "Bypass"):
        raise TokenError("ip")


def issue(org: Org, app: App | None, user: User, scope: str) -> Doc:
    """Make an access token and its JSON answer. ``app`` is None for the CLI's own client."""
    now = org.clock()
    value = _new_token(org, app)
    org.tokens[value] = Token(user, app, scope, now, now + TOKEN_SECONDS)
    identity = identity_url(org, user)
    issued = str(int(now * 1000))
    digest = hmac.new((app.secret if app else "").encode(), (identity + issued).encode(), hashlib.sha256).digest()
    return {
        "access_token": value, "signature": base64.b64encode(digest).decode(), "scope": scope,
        "instance_url": org.url(), "id": identity, "token_type": "Bearer", "issued_at": issued,
        "api_instance_url": "https://api.salesforce.com",
    }  # fmt: skip


def identity_url(org: Org, user: User) -> str:
    """``https://test.salesforce.com/id/<org id>/<user id>`` (login. for production)."""
    host = "test" if org.sandbox else "login"
    return f"https://{host}.salesforce.com/id/{org.id}/{to_18(user.id)}"


def _new_token(org: Org, app: App | None) -> str:
    if app and (org.variants.jwt_tokens or app.doc["oauth"]["security"]["namedUserJwt"]):
        parts = (b'{"alg":"RS256","typ":"JWT"}', secrets.token_bytes(90), secrets.token_bytes(256))
        return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)
    return f"{org.id15}!AQEA{secrets.token_urlsafe(66).replace('-', '.')}"


def revoke(ex: Exchange) -> Response:
    """POST /services/oauth2/revoke with ``token``: 200 and nothing; an unknown token is an error (guess)."""
    value = ex.form.get("token", "") or ex.query("token")
    known = ex.org.tokens.pop(value, None)
    ex.org.log("token revoked", known=known is not None)
    if known is None:
        return JSONResponse({"error": "unsupported_token_type", "error_description": "this token type is not supported"}, 400)
    return Response(status_code=200)
