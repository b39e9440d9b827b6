"""One-time links and what they lead to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automation.replica.api.oauth_info import cli_token
from tests.replica.conftest import Visit
from tests.replica.visitor import Visitor

if TYPE_CHECKING:
    import httpx

    from automation.replica import OrgHandle


def _link(visitor: Visitor, token: str, target: str = "/lightning/setup/SetupOneHome/home") -> httpx.Response:
    url = f"{visitor.org.login_url}/services/oauth2/singleaccess"
    return visitor.http.get(url, params={"redirect_uri": target}, headers={"Authorization": f"Bearer {token}"})


def _cli_token(org: OrgHandle, scope: str = "refresh_token api web") -> str:
    return cli_token(org.replica.world.orgs[org.my_domain], "admin", scope)


def test_a_frontdoor_link_opens_setup_once(visit: Visit, visitor: Visitor) -> None:
    """The second use lands on the login page."""
    link = _link(visitor, _cli_token(visitor.org)).json()["frontdoor_uri"]
    assert "/secur/frontdoor.jsp?otp=" in link
    visitor.open(link)
    assert visitor.path == "/lightning/setup/SetupOneHome/home"
    other = visit(visitor.org)
    other.open(link)
    assert other.page.url.params["ec"] == "302"


def test_singleaccess_answers_403_for_a_dead_token(visitor: Visitor) -> None:
    """403, not 401."""
    answer = _link(visitor, "dead")
    assert (answer.status_code, answer.text) == (403, "Bad_OAuth_Token")


def test_singleaccess_wants_the_web_scope(ready: Visitor) -> None:
    """A client-credentials token never has it."""
    answer = _link(ready, ready.token().json()["access_token"])
    assert (answer.status_code, answer.text) == (403, "Invalid_Scope")


def test_a_frontdoor_session_can_stop_at_a_screen(visit: Visit) -> None:
    """A link is no way round the org's checks."""
    visitor = visit(after_frontdoor=["enrol_passkey"])
    visitor.open(_link(visitor, _cli_token(visitor.org)).json()["frontdoor_uri"])
    assert visitor.path == "/_ui/identity/webauthn/AddPasskeyUi"
    visitor.open("/lightning/setup/SetupOneHome/home")
    assert visitor.path == "/_ui/identity/webauthn/AddPasskeyUi"


def test_a_session_id_opens_a_session_too(visit: Visit, admin: Visitor) -> None:
    """``frontdoor.jsp?sid=``: the old form."""
    sid = next(s["sid"] for s in admin.org.truth()["sessions"] if s["host"] == "my")
    other = visit(admin.org)
    other.http.get(
        f"{admin.org.login_url}/secur/frontdoor.jsp", params={"sid": sid, "retURL": "/lightning/setup/SetupOneHome/home"}
    )
    other.open("/lightning/setup/SetupOneHome/home")
    assert other.path == "/lightning/setup/SetupOneHome/home"
