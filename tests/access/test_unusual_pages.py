"""Getting in through pages whose marks nobody has seen yet."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from automation.access.codes import Method
from automation.browser.race import Outcome
from automation.errors import SessionLost, UnexpectedPage, VerificationNeeded
from flows.log_in import enter
from flows.pages.base import Timeouts
from flows.pages.setup_page import SetupPage
from flows.verification.methods import IdentityVerification
from tests.access.conftest import ListedCodes
from tests.access.fake_salesforce import MY_DOMAIN, ORG, SETUP_HOME, VERIFY, FakeSalesforce, one_step, to

pytestmark = pytest.mark.browser
Make = Callable[..., IdentityVerification]

NEW_PATH = VERIFY.replace("method", "VerifyUi")
BARE = """<title>Verify Your Identity | Salesforce</title><h2>Verify Your Identity</h2><form method=post>
<label for=c>Verification Code</label><input id=c name=code><button>Verify</button></form>"""


def _login_to_bare_page(salesforce: FakeSalesforce) -> None:
    salesforce.on(f"{ORG}/", one_step(), to(ORG + NEW_PATH))
    salesforce.on(ORG + NEW_PATH, BARE, to(SETUP_HOME))


@pytest.mark.parametrize("method", [Method.EMAIL, Method.TOTP])
def test_a_page_that_does_not_say_which_code_it_wants_gets_the_one_that_can_be_known(
    method: Method, page: Page, salesforce: FakeSalesforce, verification: Make
) -> None:
    _login_to_bare_page(salesforce)
    codes = ListedCodes("123456", methods=(method,))
    means = verification(codes)
    enter(page, means.settings, means)
    assert salesforce.sent("code") == ["123456"]
    assert codes.requests[0].method is method


def test_without_any_source_such_a_page_names_what_to_set(page: Page, salesforce: FakeSalesforce, verification: Make) -> None:
    _login_to_bare_page(salesforce)
    means = verification()
    with pytest.raises(VerificationNeeded, match="no source for it is configured"):
        enter(page, means.settings, means)


def test_a_field_for_a_code_without_the_usual_heading_gets_no_code(
    page: Page, salesforce: FakeSalesforce, verification: Make
) -> None:
    salesforce.on(ORG + "/promotion", BARE.replace("<h2>Verify Your Identity</h2>", "<h2>Redeem</h2>"))
    page.goto(ORG + "/promotion")
    codes = ListedCodes("123456")
    means = verification(codes)
    with pytest.raises(Exception, match="Unknown page"):
        means.until(page, Outcome("the wanted page", fact=lambda: False))
    assert not codes.requests


def test_setup_on_the_my_domain_host_itself_is_accepted_once_it_shows(
    page: Page, salesforce: FakeSalesforce, verification: Make
) -> None:
    here = SETUP_HOME.replace("salesforce-setup.com", "salesforce.com")
    salesforce.on(f"{ORG}/", one_step(), to(here))
    late = "<script>setTimeout(() => { document.body.innerHTML = '<h1>External Client App Manager</h1>' }, 300)</script>"
    salesforce.on(here, f"<body>{late}")
    means = verification()
    enter(page, means.settings, means)
    assert page.url == here
    assert page.url.startswith(f"https://{MY_DOMAIN}/")


def test_pages_that_lead_to_each_other_for_ever_are_named_as_a_ring(
    page: Page, salesforce: FakeSalesforce, verification: Make
) -> None:
    """As when a proxy takes the cookies away: no session holds, and each page sends the browser back."""
    door = f"{ORG}/secur/contentDoor"
    salesforce.on(f"{ORG}/", one_step(), to(door))
    salesforce.on(door, to(f"{ORG}/visualforce/session"))
    salesforce.on(f"{ORG}/visualforce/session", to(door))
    means = verification()
    with pytest.raises(SessionLost, match="Redirect loop through") as caught:
        enter(page, means.settings, means)
    assert "cookies" in caught.value.next
    assert len(salesforce.sent("pw")) == 1


def test_a_setup_page_that_leads_round_in_a_ring_is_a_lost_session(
    page: Page, salesforce: FakeSalesforce, verification: Make
) -> None:
    """As when each page of Setup ends its own session: the door makes a new one, and so on for ever."""
    door = f"{ORG}/secur/contentDoor"
    salesforce.on(door, to(f"{ORG}/visualforce/session"))
    salesforce.on(f"{ORG}/visualforce/session", to(door))
    page.goto(door, wait_until="commit")
    setup = SetupPage(page, verification().labels, Timeouts(page=20))
    with pytest.raises(SessionLost, match="Redirect loop through"):
        setup.arrive("the page of the app", [Outcome("the app", element=page.get_by_text("the app"))])


def test_a_setup_page_that_never_comes_is_named(page: Page, salesforce: FakeSalesforce, verification: Make) -> None:
    salesforce.on(ORG + "/lightning/never", "<title>Loading</title>")
    page.goto(ORG + "/lightning/never")
    means = verification(timeout_page=0.5)
    with pytest.raises(UnexpectedPage, match=r"Waited 0.5 s for .*lightning/never, titled .Loading.*, is neither"):
        means.until(page, Outcome("the wanted page", fact=lambda: False))
