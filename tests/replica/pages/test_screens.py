"""Every screen that can stand between password and org, by its address."""

from __future__ import annotations

import re

import pyotp
import pytest

from automation.replica.pages import screens
from automation.replica.variants import SCREENS
from tests.replica.conftest import Visit

HOME = "/lightning/setup/SetupOneHome/home"


@pytest.mark.parametrize("name", SCREENS)
def test_each_screen_has_its_address_and_blocks_everything_else(visit: Visit, name: str) -> None:
    """After the password the screen is there; a Setup page leads back to it."""
    visitor = visit(after_password=[name])
    visitor.sign_in(HOME)
    assert visitor.path == screens.ADDRESSES[name]
    if name in {"maintenance", "register_phone"}:
        return  # these two are left by opening the target
    visitor.open(HOME)
    assert visitor.path == screens.ADDRESSES[name]


@pytest.mark.parametrize("name", ["push", "concurrent", "captcha", "unknown", "sms", "passkey"])
def test_a_person_can_deal_with_a_screen(visit: Visit, name: str) -> None:
    """``approve`` plays the person; the waiting page learns where to go."""
    visitor = visit(after_password=[name])
    visitor.sign_in(HOME)
    status = "/_ui/identity/verification/status"
    assert visitor.open(status).json() == {"next": None}
    visitor.org.approve()
    visitor.open(visitor.open(status).json()["next"])
    assert visitor.path == HOME


def test_screens_come_in_order(visit: Visit) -> None:
    """Three of them, and then the page that was asked for."""
    visitor = visit(after_password=["totp", "register_phone", "email"])
    visitor.sign_in(HOME)
    visitor.submit(tc=pyotp.TOTP(visitor.org.admin.totp_secret).at(visitor.org.replica.world.now()))
    visitor.submit(p="555", c="1")
    visitor.submit(emc=visitor.code())
    assert visitor.path == HOME


def test_maintenance_may_come_again_and_its_address_carries_a_session_id(visit: Visit) -> None:
    """``retURL`` is a whole contentDoor address with ``sid``; the page comes as often as the org says."""
    visitor = visit(after_password=["maintenance"], maintenance_repeats=2)
    visitor.sign_in(HOME)
    inner = visitor.page.url.params["retURL"]
    assert "/secur/contentDoor" in inner
    assert "sid=" in inner
    visitor.open(inner)
    assert visitor.path == "/msg/maintenanceandavailable.jsp"
    visitor.open(visitor.page.url.params["retURL"])
    assert visitor.path == HOME


def test_the_phone_page_can_be_declined_by_its_own_link(visit: Visit) -> None:
    """The same path with ``n=true``."""
    visitor = visit(after_password=["register_phone"])
    visitor.sign_in(HOME)
    visitor.open(f"{visitor.page.url}&n=true")
    assert visitor.path == HOME
    assert visitor.org.events("phone declined")


def test_change_password_changes_it(visit: Visit) -> None:
    """A too short one is refused, a good one is kept."""
    visitor = visit(after_password=["change_password"])
    visitor.sign_in(HOME)
    old = visitor.org.admin.password
    visitor.submit(currentpassword=old, newpassword="short", confirmpassword="short", answer="x")
    assert visitor.error()
    visitor.submit(currentpassword=old, newpassword="Longer-1-now", confirmpassword="Longer-1-now", answer="x")
    assert visitor.path == HOME
    assert visitor.org.admin.password == "Longer-1-now"


def test_choose_a_method_leads_to_its_screen(visit: Visit) -> None:
    """A radio, then the code."""
    visitor = visit(after_password=["choose"], choices=["totp", "email"])
    visitor.sign_in(HOME)
    visitor.submit(selectedMethod="email")
    visitor.submit(emc=visitor.code())
    assert visitor.path == HOME


def test_an_authenticator_code_may_be_half_a_minute_old_and_no_more(visit: Visit) -> None:
    """One window of tolerance."""
    visitor = visit(after_password=["totp"])
    visitor.sign_in(HOME)
    totp = pyotp.TOTP(visitor.org.admin.totp_secret)
    visitor.submit(tc=totp.at(visitor.org.replica.world.now() - 120))
    assert visitor.error()
    visitor.submit(tc=totp.at(visitor.org.replica.world.now() - 30))
    assert visitor.path == HOME


def test_a_temporary_code_of_the_admin_works(visit: Visit) -> None:
    """Set by the org's owner."""
    visitor = visit(after_password=["temp_code"])
    visitor.org.change_user("admin", temp_code="987654")
    visitor.sign_in(HOME)
    visitor.submit(tmpc="987654")
    assert visitor.path == HOME


def test_a_remembered_browser_is_not_asked_for_a_code_again(visit: Visit) -> None:
    """``Don't ask again`` holds for this browser only."""
    visitor = visit()
    visitor.sign_in(HOME)
    visitor.submit(emc=visitor.code(), rememberDevice="1")
    visitor.http.cookies.delete("sid", domain=f"{visitor.org.my_domain}.my.salesforce.com")
    visitor.org.expire_sessions()
    visitor.sign_in(HOME)
    assert visitor.path == HOME
    other = visit(visitor.org)
    other.sign_in(HOME)
    assert 'id="emc"' in other.page.text


@pytest.mark.parametrize(("method", "instead"), [("passkey", "enrol_passkey"), ("totp", "enrol_totp")])
def test_after_a_refresh_a_method_has_to_be_registered_again(visit: Visit, method: str, instead: str) -> None:
    """No verification method is copied: at the login it is enrolment, at the reveal an emailed code."""
    visitor = visit(after_password=[method], reveal_method=method, unregistered="enrol")
    visitor.org.refresh()
    visitor.sign_in(HOME)
    assert visitor.path == screens.ADDRESSES[instead]
    visitor.org.set(after_password=[])
    visitor.http.cookies.clear()
    visitor.log_in()
    visitor.open(visitor.aura("consumerDetailsUrl", id=visitor.create_app())["value"]["url"])
    assert visitor.path == screens.ADDRESSES["email"]


def test_a_connected_authenticator_is_kept(visit: Visit) -> None:
    """The key is on the page; only its first right code makes it the user's."""
    visitor = visit(after_password=["enrol_totp"])
    visitor.sign_in(HOME)
    found = re.search(r'id="secretKey">(\w+)<', visitor.page.text)
    assert found
    old = visitor.org.admin.totp_secret
    visitor.submit(tc="000000")
    assert visitor.org.admin.totp_secret == old
    visitor.submit(tc=pyotp.TOTP(found[1]).at(visitor.org.replica.world.now()))
    assert visitor.path == HOME
    assert visitor.org.admin.totp_secret == found[1]
