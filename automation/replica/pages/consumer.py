"""The reveal: identity check, then the classic Consumer Details page on the My Domain host (setup-ui 6.2, 6.3).

The address is evidence (update-2026-11-28 1.1): a Visualforce page on another host than Setup, with a ``retURL`` that is
no page. The path of before stays a variant.
"""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.responses import JSONResponse, RedirectResponse, Response

from automation.replica.exchange import Exchange
from automation.replica.org.apps import App
from automation.replica.org.hosts import Role
from automation.replica.org.orgs import Org, Refused
from automation.replica.org.sessions import Session, Task
from automation.replica.pages import login, screens

PATHS = {
    "ecapp": ("/ecapp/externalClientAppManageConsumer.apexp", "ecAppId"),
    "setup": ("/setup/externalclientapp/consumerDetails.apexp", "id"),
}
"""Path and name of the app's id, by the variant ``consumer_path``."""
_DETAIL = "ui-identity-components-aura-controllers.ExternalClientAppDetail."
_ACTIONS = ("getAllApexClasses", "getAllCustomAttributes", "getExternalClientApp", "getStandardUsers")


def url(org: Org, app: App) -> str:
    """The address that the Consumer Key and Secret button opens."""
    path, name = PATHS[org.variants.consumer_path]
    query = {name: app.id15}
    if org.variants.consumer_path == "ecapp":
        calls = urlencode({"r": 77} | {_DETAIL + action: 1 for action in _ACTIONS})
        query["retURL"] = f"{org.url(Role.SETUP)}/aura?{calls}"
    return f"{org.url()}{path}?{urlencode(query)}"


def return_url(ex: Exchange) -> Response:
    """GET /aura: where ``retURL`` leads, raw JSON and no page (shape is a guess). Nobody should come here."""
    ex.org.log("retURL followed")
    return JSONResponse({"event": {"descriptor": "markup://aura:clientOutOfSync"}, "exceptionEvent": True})


def page(ex: Exchange) -> Response:
    """GET the consumer page: login, then identity check, then key and secret."""
    session = ex.session
    if session is None:
        return ex.to_login()
    path, name = PATHS[ex.org.variants.consumer_path]
    if ex.path != path or (ex.org.variants.consumer_without_ret_url == "refused" and not ex.query("retURL")):
        return ex.html("notice.html", 404, heading="URL No Longer Exists", lines=[], link="", link_text="", poll="")
    stop = screens.resume(ex, session) or _login_first(ex, session) or _check(ex, session)
    if stop is not None:
        return stop
    try:
        app = ex.org.app(ex.query(name))
    except Refused as refused:
        return ex.html("notice.html", 404, heading="Data Not Available", lines=[refused.message], link="", link_text="", poll="")
    if not session.user.can_view_secrets:
        return insufficient(ex)
    return reveal(ex, app)


def reveal(ex: Exchange, app: App) -> Response:
    """Show the pair, on the classic page or (variant) on a Lightning one."""
    if ex.org.variants.consumer_page == "lightning":
        return RedirectResponse(f"{ex.org.url(Role.SETUP)}/lightning/setup/ExternalClientAppConsumerDetails/{app.id15}/view", 302)
    app.reveals += 1
    ex.org.log("reveal", app=app.developer_name, page="classic")
    return ex.html("consumer.html", name=app.developer_name, key=app.key, secret=app.secret)


def insufficient(ex: Exchange) -> Response:
    """Salesforce's page for a missing permission."""
    line = (
        "You do not have the level of access necessary to perform the operation you requested. "
        "Please contact the owner of the record or your administrator if access is necessary."
    )
    return ex.html("notice.html", 403, heading="Insufficient Privileges", lines=[line], link="", link_text="", poll="")


def _login_first(ex: Exchange, session: Session) -> Response | None:
    """Variant: a login page comes first in the new window (SNOW). Logging in there opens a new session."""
    if not ex.org.variants.login_first_at_reveal or session.login_again:
        return None
    ex.org.log("login asked at reveal")
    return login.form(ex, "both", start=ex.address)


def _check(ex: Exchange, session: Session) -> Response | None:
    knobs = ex.org.variants
    fresh = session.verified_at is not None and ex.world.now() - session.verified_at < knobs.verified_for_seconds
    if knobs.verification == "not_asked" or fresh:
        return None
    session.step_up = Task("reveal", [knobs.reveal_method], ex.address)
    return screens.begin(ex, session)
