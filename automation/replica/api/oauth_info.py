"""The other OAuth endpoints: userinfo, introspection, discovery, singleaccess, and the code of sandboxAuth."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from starlette.responses import JSONResponse, Response

from automation.replica.api import oauth, rest
from automation.replica.api.oauth import TokenError
from automation.replica.exchange import Exchange
from automation.replica.org.hosts import Role
from automation.replica.org.orgs import Org, Token
from automation.replica.org.seeds import to_18


def userinfo(ex: Exchange) -> Response:
    """GET or POST /services/oauth2/userinfo. Which scope it asks for is open (OA 10): knob ``userinfo``.

    Its refusals are plain text with 403, as ``/id/`` answers (``Bad_OAuth_Token``).
    """
    try:
        user, scope = rest.caller(ex)
    except rest.RestError:
        return Response("Bad_OAuth_Token", 403, media_type="text/html")
    allowed = {"id", "openid", "full"} | ({"api"} if ex.org.variants.userinfo == "api" else set())
    if not allowed & set(scope.split()):
        return Response("Missing_Scope", 403, media_type="text/html")
    ex.org.log("userinfo", username=user.username)
    first, _, last = user.name.partition(" ")
    return JSONResponse({
        "sub": oauth.identity_url(ex.org, user), "user_id": to_18(user.id), "organization_id": ex.org.id,
        "preferred_username": user.username, "nickname": user.username.partition("@")[0], "name": user.name,
        "email": user.email, "email_verified": True, "given_name": first, "family_name": last,
        "zoneinfo": "Europe/Berlin", "locale": "en_US", "language": "en_US", "user_type": "STANDARD", "active": user.active,
    })  # fmt: skip


def introspect(ex: Exchange) -> Response:
    """POST /services/oauth2/introspect: about a token of this client (or any, with Introspect all Tokens)."""
    try:
        app = oauth.authenticate(ex)
    except TokenError as refusal:
        return JSONResponse({"error": refusal.error, "error_description": refusal.description}, 401)
    token = ex.org.tokens.get(ex.form.get("token", ""))
    every = bool(app.doc["oauth"]["introspectAllTokens"])
    ex.org.log("introspect", app=app.developer_name)
    if token is None or ex.world.now() >= token.expires_at or (token.app is not app and not every):
        return JSONResponse({"active": False})
    return JSONResponse(_introspection(ex.org, token))


def _introspection(org: Org, token: Token) -> dict[str, Any]:
    return {
        "active": True, "scope": token.scope, "client_id": token.app.key if token.app else "PlatformCLI",
        "username": token.user.username, "sub": oauth.identity_url(org, token.user), "token_type": "access_token",
        "exp": int(token.expires_at), "iat": int(token.issued_at), "nbf": int(token.issued_at),
    }  # fmt: skip


def discovery(ex: Exchange) -> Response:
    """GET /.well-known/openid-configuration (OA 4.1)."""
    base = f"https://{ex.host.name}"
    names = ("authorize", "token", "revoke", "introspect", "userinfo", "register")
    urls = {name: f"{base}/services/oauth2/{name}" for name in names}
    return JSONResponse({
        "issuer": base, "authorization_endpoint": urls["authorize"], "token_endpoint": urls["token"],
        "revocation_endpoint": urls["revoke"], "introspection_endpoint": urls["introspect"],
        "userinfo_endpoint": urls["userinfo"], "registration_endpoint": urls["register"], "jwks_uri": f"{base}/id/keys",
        "end_session_endpoint": f"{base}/services/auth/idp/oidc/logout", "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic", "private_key_jwt"],
    })  # fmt: skip


def single_access(ex: Exchange) -> Response:
    """GET or POST /services/oauth2/singleaccess: a one-time link for a token with ``web`` (OA 2.1).

    It answers 403, not 401: ``Bad_OAuth_Token`` for a dead token, ``Invalid_Scope`` without ``web``.
    """
    try:
        user, scope = rest.caller(ex)
    except rest.RestError:
        return Response("Bad_OAuth_Token", 403, media_type="text/html")
    if not {"web", "full"} & set(scope.split()):
        return Response("Invalid_Scope", 403, media_type="text/html")
    target = ex.query("redirect_uri") or ex.form.get("redirect_uri", "")
    otp = ex.org.make_link(user, target, Role.MY, "door")
    ex.org.log("singleaccess", username=user.username)
    start = f"&startURL={quote(target, safe='')}" if target else ""
    return JSONResponse({"frontdoor_uri": f"{ex.org.url()}/secur/frontdoor.jsp?otp={otp}&cshc=r00000{otp[:6]}{start}"})


def exchange_code(ex: Exchange) -> Response | None:
    """``grant_type=authorization_code`` with the code of ``sandboxAuth``, on test. or the sandbox's host; else None."""
    if ex.form.get("grant_type") != "authorization_code" or ex.request.method != "POST":
        return None
    code = ex.form.get("code", "")
    org = next((item for item in ex.world.orgs.values() if code in item.auth_codes), None)
    if org is None or ex.host.role not in {Role.TEST, Role.LOGIN, Role.MY}:
        return JSONResponse({"error": "invalid_grant", "error_description": "expired authorization code"}, 400)
    user = org.auth_codes.pop(code)
    return JSONResponse(oauth.issue(org, None, user, CLI_SCOPE))


CLI_SCOPE = "refresh_token api web"


def cli_token(org: Org, short: str, scope: str = CLI_SCOPE) -> str:
    """An access token as the Salesforce CLI holds one for a user: for tests of the doors that need it."""
    return str(oauth.issue(org, None, org.person(short), scope)["access_token"])
