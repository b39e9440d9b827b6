"""Passkeys on the replica, in a real browser with Playwright's virtual authenticator."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

if TYPE_CHECKING:
    from automation.replica import OrgHandle

HOME = "**/lightning/setup/SetupOneHome/home"


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A context with an authenticator."""
    context = browser.new_context()
    context.credentials.install()
    yield context
    context.close()


def _sign_in(context: BrowserContext, org: OrgHandle) -> Page:
    page = context.new_page()
    page.goto(f"{org.login_url}/?startURL=%2Flightning%2Fsetup%2FSetupOneHome%2Fhome")
    page.locator("#username").fill(org.admin.username)
    page.locator("#password").fill(org.admin.password)
    page.locator("#Login").click()
    return page


def _enrol(context: BrowserContext, org: OrgHandle) -> None:
    page = _sign_in(context, org)
    page.get_by_role("button", name="Create Passkey").click()
    page.wait_for_url(HOME)
    context.clear_cookies()
    org.set(after_password=["passkey"])


@pytest.mark.parametrize("rp_id", ["host", "salesforce.com"])
def test_a_passkey_is_made_and_used(context: BrowserContext, new_org: Callable[..., OrgHandle], rp_id: str) -> None:
    """Attestation and assertion are verified by the server; the counter goes up."""
    org = new_org(after_password=["enrol_passkey"], rp_id=rp_id)
    _enrol(context, org)
    page = _sign_in(context, org)
    page.get_by_role("button", name="Log In With a Passkey").click()
    page.wait_for_url(HOME)
    assert [event["counter"] for event in org.events("passkey used")] == [1]


def test_a_counter_that_did_not_go_up_is_refused(context: BrowserContext, new_org: Callable[..., OrgHandle]) -> None:
    """As for a copied key."""
    org = new_org(after_password=["enrol_passkey"])
    _enrol(context, org)
    org.user("admin").passkeys[0]["sign_count"] = 50
    page = _sign_in(context, org)
    page.get_by_role("button", name="Log In With a Passkey").click()
    expect(page.get_by_role("alert")).to_have_text("We couldn't verify your passkey. Try again.")
    assert org.events("passkey refused")


def test_a_passkey_does_not_survive_a_refresh(context: BrowserContext, new_org: Callable[..., OrgHandle]) -> None:
    """No verification method is copied."""
    org = new_org(after_password=["enrol_passkey"])
    _enrol(context, org)
    org.refresh()
    page = _sign_in(context, org)
    page.get_by_role("button", name="Log In With a Passkey").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert not org.events("passkey used")


def test_enrolment_has_no_way_round(context: BrowserContext, new_org: Callable[..., OrgHandle]) -> None:
    """One button, no skip link; opening Setup leads back."""
    org = new_org(after_password=["enrol_passkey"], enrol_button="Continue")
    page = _sign_in(context, org)
    expect(page).to_have_title("Create a Passkey | Salesforce")
    assert page.get_by_role("link").count() == 0
    page.goto(f"{org.login_url}/lightning/setup/SetupOneHome/home")
    expect(page.get_by_role("button", name="Continue")).to_be_visible()
