"""Getting in by username and password: what is typed where, and what is said when it does not work."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import Page

from automation.access.codes import Method
from automation.access.codes.command import CodeCommand
from automation.errors import (
    ForeignHost,
    LoginRefused,
    NotPermitted,
    OrgBusy,
    OrgUnavailable,
    ProductionRefused,
    UnexpectedPage,
    VerificationNeeded,
)
from flows.app.state import OrgState
from flows.log_in import enter, log_in
from flows.verification.methods import IdentityVerification
from tests.access.conftest import PASSWORD, USER, ListedCodes
from tests.access.fake_salesforce import (
    EMAIL_PATH,
    MY_DOMAIN,
    ORG,
    PASSWORD_SECOND,
    SETUP_HOME,
    TOTP_PATH,
    USERNAME_FIRST,
    VERIFY,
    FakeSalesforce,
    code_page,
    one_step,
    to,
)

pytestmark = pytest.mark.browser
Make = Callable[..., IdentityVerification]


def test_one_step_login(page: Page, salesforce: FakeSalesforce, verification: Make) -> None:
    """Both fields at once: username and password are sent, each once, and Setup is open."""
    salesforce.on(f"{ORG}/", one_step(), to(SETUP_HOME))
    means = verification()
    enter(page, means.settings, means)
    assert page.url == SETUP_HOME
    assert salesforce.sent("username") == [USER]
    assert salesforce.sent("pw") == [PASSWORD]


def test_username_first(page: Page, salesforce: FakeSalesforce, verification: Make) -> None:
    """The password follows on a second page."""
    salesforce.on(f"{ORG}/", USERNAME_FIRST, PASSWORD_SECOND, to(SETUP_HOME))
    means = verification()
    enter(page, means.settings, means)
    assert (salesforce.sent("username"), salesforce.sent("pw")) == ([USER], [PASSWORD])


def test_a_page_without_scripts_is_not_waited_for(
    page: Page, salesforce: FakeSalesforce, verification: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing on it can empty what was typed."""
    monkeypatch.setattr("flows.verification.login_form.LATE_SCRIPTS", 3600.0)
    test_one_step_login(page, salesforce, verification)


def test_emailed_code(page: Page, salesforce: FakeSalesforce, verification: Make) -> None:
    """The code that was emailed is typed; the source knows to whom it was sent, and asked before the password went out."""
    salesforce.on(f"{ORG}/", one_step(), to(ORG + EMAIL_PATH))
    salesforce.on(ORG + EMAIL_PATH, code_page(), to(SETUP_HOME))
    emails = ListedCodes("123456")
    means = verification(emails)
    enter(page, means.settings, means)
    assert salesforce.sent("emc") == ["123456"]
    assert emails.prepared == 1
    assert (emails.requests[0].address, emails.requests[0].sandbox) == ("a***n@acme.example", True)


def test_second_code(page: Page, salesforce: FakeSalesforce, verification: Make) -> None:
    """A refused code is followed by one more, no third."""
    salesforce.on(f"{ORG}/", one_step(), to(ORG + TOTP_PATH))
    salesforce.on(ORG + TOTP_PATH, code_page("tc"), code_page("tc", "Invalid code"), to(SETUP_HOME))
    means = verification(ListedCodes("111111", "222222", methods=(Method.TOTP,)))
    enter(page, means.settings, means)
    assert salesforce.sent("tc") == ["111111", "222222"]


def test_two_wrong_codes_end_it(page: Page, salesforce: FakeSalesforce, verification: Make) -> None:
    """After two refused codes the run stops, far from the ten that lock the user."""
    salesforce.on(f"{ORG}/", one_step(), to(ORG + TOTP_PATH))
    salesforce.on(ORG + TOTP_PATH, code_page("tc"), code_page("tc", "Invalid code"))
    means = verification(ListedCodes("111111", "222222", "333333", methods=(Method.TOTP,)))
    with pytest.raises(VerificationNeeded, match="refused 2 codes"):
        enter(page, means.settings, means)
    assert salesforce.sent("tc") == ["111111", "222222"]


def test_two_wrong_codes_of_a_program_blame_the_program(page: Page, salesforce: FakeSalesforce, verification: Make) -> None:
    """The advice names the source that was used, and no mailbox that nobody has."""
    salesforce.on(f"{ORG}/", one_step(), to(ORG + EMAIL_PATH))
    salesforce.on(ORG + EMAIL_PATH, code_page(), code_page("emc", "Invalid code"))
    means = verification(CodeCommand("echo 111111"))
    with pytest.raises(VerificationNeeded, match="from the code command") as caught:
        enter(page, means.settings, means)
    assert "SF_CODE_COMMAND" in caught.value.next


def test_a_code_that_is_taken_and_asked_for_again_is_named_as_a_loop(
    page: Page, salesforce: FakeSalesforce, verification: Make
) -> None:
    """After two rounds without a complaint no third code is fetched; the advice is what helped others, and no mailbox is blamed."""
    salesforce.on(f"{ORG}/", one_step(), to(ORG + EMAIL_PATH))
    salesforce.on(ORG + EMAIL_PATH, code_page())
    emails = ListedCodes(*(f"{number}" for number in range(111111, 111119)))
    means = verification(emails)
    with pytest.raises(VerificationNeeded, match="is in a loop") as caught:
        enter(page, means.settings, means)
    assert salesforce.sent("emc") == ["111111", "111112"]
    assert "clean session" in caught.value.next
    assert "another verification method" in caught.value.next
    assert "mailbox" not in caught.value.message + caught.value.next


def test_two_methods_after_each_other_are_no_loop(page: Page, salesforce: FakeSalesforce, verification: Make) -> None:
    """Each asked twice: a session that ended on the way is verified again."""
    salesforce.on(f"{ORG}/", one_step(), to(ORG + EMAIL_PATH))
    salesforce.on(ORG + EMAIL_PATH, code_page(), to(ORG + TOTP_PATH))
    salesforce.on(ORG + TOTP_PATH, code_page("tc"), code_page("tc"), to(SETUP_HOME))
    means = verification(ListedCodes("1", "2", "3", methods=(Method.EMAIL, Method.TOTP)))
    enter(page, means.settings, means)
    assert (salesforce.sent("emc"), salesforce.sent("tc")) == (["1"], ["2", "3"])


@pytest.mark.parametrize("status", [200, 403])
def test_a_page_for_a_missing_right_is_named_with_the_right(
    status: int, page: Page, salesforce: FakeSalesforce, verification: Make
) -> None:
    """Whatever its HTTP status; a change of rights needs a new session."""
    refused = "<title>Salesforce</title><h2>Insufficient Privileges</h2><p>You do not have the level of access necessary."
    salesforce.on(f"{ORG}/", one_step(), to(f"{ORG}/ecapp/x.apexp"))
    salesforce.on(f"{ORG}/ecapp/x.apexp", refused, status=status)
    means = verification()
    with pytest.raises(NotPermitted, match="insufficient privileges") as caught:
        enter(page, means.settings, means)
    assert "View all External Client Apps" in caught.value.next
    assert "log the user out and in again" in caught.value.next


def test_lost_email_is_asked_for_again(page: Page, salesforce: FakeSalesforce, verification: Make) -> None:
    """When no email comes, Resend Code is clicked once."""
    start = f"{VERIFY}/EmailVerificationStartUi/e"
    resend = f"<a href='{start}?vir=1'>Resend Code</a>"
    salesforce.on(f"{ORG}/", one_step(), to(ORG + EMAIL_PATH))
    salesforce.on(ORG + EMAIL_PATH, code_page(extra=resend), code_page(extra=resend), to(SETUP_HOME))
    salesforce.on(ORG + start, to(ORG + EMAIL_PATH))
    means = verification(ListedCodes(None, "654321"))
    enter(page, means.settings, means)
    assert salesforce.sent("emc") == ["654321"]
    assert [url for url in salesforce.opened if "StartUi" in url] == [ORG + start]


def test_wrong_password_is_sent_once(page: Page, salesforce: FakeSalesforce, verification: Make) -> None:
    """A refused password is never sent again, and Salesforce's own words are passed on."""
    salesforce.on(f"{ORG}/", one_step(), one_step("Please check your username and password."))
    means = verification()
    with pytest.raises(LoginRefused, match="Please check your username and password"):
        enter(page, means.settings, means)
    assert salesforce.sent("pw") == [PASSWORD]


@pytest.mark.usefixtures("patient")
def test_form_emptied_by_the_page(page: Page, salesforce: FakeSalesforce, verification: Make) -> None:
    """A form that the page's scripts emptied was no attempt: it is filled in again."""
    salesforce.on(f"{ORG}/", one_step(), one_step("Please enter your password."), to(SETUP_HOME))
    means = verification()
    enter(page, means.settings, means)
    assert page.url == SETUP_HOME


def test_locked_user(page: Page, salesforce: FakeSalesforce, verification: Make) -> None:
    """A locked user is named."""
    salesforce.on(f"{ORG}/", one_step(), one_step("Your account is locked."))
    means = verification()
    with pytest.raises(LoginRefused, match=f"{USER} is locked"):
        enter(page, means.settings, means)


def test_silent_bounce(page: Page, salesforce: FakeSalesforce, verification: Make) -> None:
    """A login page that comes back without a word is not filled in a second time."""
    salesforce.on(f"{ORG}/", one_step())
    means = verification()
    with pytest.raises(LoginRefused, match="came back"):
        enter(page, means.settings, means)
    assert salesforce.sent("pw") == [PASSWORD]


def test_maintenance_notice_and_phone(page: Page, salesforce: FakeSalesforce, verification: Make) -> None:
    """A maintenance notice is passed as often as it comes, and a phone is not registered."""
    notice, phone = f"{ORG}/msg/maintenanceandavailable.jsp", f"{ORG}/_ui/identity/phone/AddPhoneNumber"
    salesforce.on(f"{ORG}/", one_step(), to(notice))
    page_text = "<h1>Scheduled Maintenance</h1><a href='{}'>Got it</a>"
    salesforce.on(notice, page_text.format(notice), page_text.format(phone))
    salesforce.on(phone, "<a href='?n=true'>I Don't Want to Register My Phone</a>", to(SETUP_HOME))
    means = verification()
    enter(page, means.settings, means)
    assert page.url == SETUP_HOME


def test_endless_maintenance(page: Page, salesforce: FakeSalesforce, verification: Make) -> None:
    """A notice that never ends is a matter of time."""
    notice = f"{ORG}/msg/maintenanceandavailable.jsp"
    salesforce.on(f"{ORG}/", one_step(), to(notice))
    salesforce.on(notice, f"<h1>Scheduled Maintenance</h1><a href='{notice}'>Got it</a>")
    means = verification()
    with pytest.raises(OrgBusy, match="6 times"):
        enter(page, means.settings, means)


@pytest.mark.parametrize(
    ("words", "method"), [("the verification code we emailed to", Method.EMAIL), ("your authenticator app", Method.TOTP)]
)
def test_verification_page_of_a_new_kind(
    page: Page, salesforce: FakeSalesforce, verification: Make, words: str, method: Method
) -> None:
    """A page with new ids at a new address is known by its words and the names of its controls."""
    new = f"{ORG}/_ui/identity/step-up"
    form = f"<h1>Verify</h1><p>Enter {words} a***n@acme.example<form method=post><label>Verification Code <input name=c></label>"
    salesforce.on(f"{ORG}/", one_step(), to(new))
    salesforce.on(new, form + "<button>Verify</button></form>", to(SETUP_HOME))
    means = verification(ListedCodes("123456", methods=(method,)))
    enter(page, means.settings, means)
    assert salesforce.sent("c") == ["123456"]


def test_verification_page_that_does_not_say(page: Page, salesforce: FakeSalesforce, verification: Make) -> None:
    """A code field that does not say what code it wants is an unknown page: no code is guessed."""
    new = f"{ORG}/_ui/identity/step-up"
    salesforce.on(f"{ORG}/", one_step(), to(new))
    salesforce.on(
        new, "<title>T</title><form method=post><label>Verification Code <input name=c></label><button>Verify</button></form>"
    )
    means = verification(ListedCodes("123456"))
    with pytest.raises(UnexpectedPage, match="step-up"):
        enter(page, means.settings, means)
    assert salesforce.sent("c") == []


def test_generic_login_host(page: Page, salesforce: FakeSalesforce, verification: Make) -> None:
    """A login at test.salesforce.com goes on at the org's My Domain, which is noted."""
    salesforce.on("https://test.salesforce.com/", one_step(), to(SETUP_HOME))
    means = verification(sf_login_url="https://test.salesforce.com")
    state = OrgState("test.salesforce.com")

    class Quiet:
        def nothing_recorded(self) -> nullcontext[None]:
            return nullcontext()

    attempt: Any = SimpleNamespace(page=page, settings=means.settings, state=state, verification=means, recorder=Quiet())
    finding = log_in(attempt)
    assert (state.host, state.sandbox, state.username) == (MY_DOMAIN, True, USER)
    assert finding.act is None
    assert MY_DOMAIN in finding.note


def test_production_behind_test(page: Page, salesforce: FakeSalesforce, verification: Make) -> None:
    """A login that ends in a production org although a sandbox was meant is refused."""
    production = "https://acme.my.salesforce-setup.com/lightning/setup/ManageExternalClientApplication/home"
    salesforce.on("https://test.salesforce.com/", one_step(), to(production))
    salesforce.on(production, "<h1>Setup</h1>")
    means = verification(sf_login_url="https://test.salesforce.com")
    enter(page, means.settings, means)
    from flows.log_in import note_org

    with pytest.raises(ProductionRefused, match=r"acme\.my\.salesforce\.com"):
        note_org(page, means.settings, OrgState("test.salesforce.com"))


def test_server_error(page: Page, salesforce: FakeSalesforce, verification: Make) -> None:
    """An org that answers with an error is unavailable, in plain words."""
    salesforce.on(f"{ORG}/", "<h1>Internal Server Error</h1>", status=500)
    means = verification()
    with pytest.raises(OrgUnavailable, match="HTTP 500"):
        enter(page, means.settings, means)


LURES = {
    "look-alike host": "https://acme--dev.sandbox.my.salesforce.com.evil.example/",
    "hyphen instead of dot": "https://acme.my-salesforce.com/",
    "username in the URL": "https://login.salesforce.com@evil.example/",
    "site of the same org": "https://acme.my.site.com/login",
    "plain http": "http://acme--dev.sandbox.my.salesforce.com/x",
    "identity provider": "https://acme.okta.example/login",
}


@pytest.mark.parametrize("lure", LURES)
def test_nothing_is_typed_on_a_foreign_page(page: Page, salesforce: FakeSalesforce, verification: Make, lure: str) -> None:
    """A redirect to a page that looks the same ends the run; no key is pressed there."""
    url = LURES[lure]
    target = url.replace("login.salesforce.com@", "")
    salesforce.on(f"{ORG}/", to(url))
    script = "<script>oninput = e => fetch('/typed', {method: 'POST', body: 'typed=' + e.target.value})</script>"
    salesforce.on(target, one_step() + script)
    means = verification()
    with pytest.raises(ForeignHost):
        enter(page, means.settings, means)
    assert salesforce.posts == []


def test_nothing_is_typed_into_a_frame(page: Page, salesforce: FakeSalesforce, verification: Make) -> None:
    """A foreign login form in a frame of the org's own page gets nothing, and the page is not understood."""
    lure = "https://login.evil.example/"
    salesforce.on(f"{ORG}/", f"<title>Welcome</title><iframe src='{lure}'></iframe>")
    salesforce.on(lure, one_step())
    means = verification()
    with pytest.raises(UnexpectedPage):
        enter(page, means.settings, means)
    assert salesforce.posts == []
