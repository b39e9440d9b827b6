"""The reveal: identity check, then the classic Consumer Details page on the My Domain host (setup-ui 6.2, 6.3).

The address is a guess: nobody published it. The product must not depend on it.
"""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from automation.replica import login, screens
from automation.replica.apps import App
from automation.replica.exchange import Exchange
from automation.replica.hosts import Role
from automation.replica.orgs import Org, Refused
from automation.replica.sessions import Session, Task

ADDRESS = "/setup/externalclientapp/consumerDetails.apexp"


def url(org: Org, app: App) -> str:
    """The address that the Consumer Key and Secret button opens."""
    return f"{org.url()}{ADDRESS}?id={app.id15}"


def page(ex: Exchange) -> Response:
    """GET the consumer page: login, then identity check, then key and secret."""
    session = ex.session
    if session is None:
        return ex.to_login()
    stop = screens.resume(ex, session) or _login_first(ex, session) or _check(ex, session)
    if stop is not None:
        return stop
    try:
        app = ex.org.app(ex.query("id"))
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
