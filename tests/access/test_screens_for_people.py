"""Screens after the password that need a person, or a choice: what is said, how soon, and how a person goes on."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from automation.errors import (
    LoginRefused,
    PersonNeeded,
    RunbookError,
    TryAgainLater,
    UnexpectedPage,
    VerificationNeeded,
)
from flows.log_in import enter
from flows.verification.methods import IdentityVerification
from tests.access.conftest import PASSWORD, ListedCodes
from tests.access.fake_salesforce import (
    EMAIL_PATH,
    ORG,
    SETUP_HOME,
    VERIFY,
    FakeSalesforce,
    code_page,
    one_step,
    to,
)

pytestmark = pytest.mark.browser
Make = Callable[..., IdentityVerification]


STOPS: dict[str, tuple[str, str, type[RunbookError], str]] = {
    "no mailbox": (EMAIL_PATH, code_page(), VerificationNeeded, "emailed code"),
    "text message": (f"{VERIFY}/SmsVerificationFinishUi/e", code_page("smc"), VerificationNeeded, "text message"),
    "push": (f"{VERIFY}/LLVerificationFinishUi/e", "<p>Check your phone", VerificationNeeded, "Salesforce Authenticator"),
    "passkey": (f"{VERIFY}/UnifiedPasskeyVerificationUi", "<button>Log In With a Passkey</button>", VerificationNeeded, "passkey"),
    "passkey enrolment": ("/_ui/identity/webauthn/AddPasskeyUi", "<h1>Create a Passkey</h1>", PersonNeeded, "register a passkey"),
    "authenticator enrolment": ("/_ui/identity/totp/addTwoFactorOnly", "<h1>Connect</h1>", PersonNeeded, "authenticator app"),
    "its code field": (f"{VERIFY}/ToopherAddUi?addTwoFactorOnly=1", code_page("tc"), PersonNeeded, "authenticator app"),
    "its heading": (f"{VERIFY}/X", f"<h2>Connect an Authenticator App</h2>{code_page('tc')}", PersonNeeded, "authenticator app"),
    "no method": (f"{VERIFY}/X", "<h2>Problem Verifying Your Identity</h2>", VerificationNeeded, "can't verify"),
    "password expired": ("/_ui/system/security/ChangePassword", "<p>Change", PersonNeeded, "password has expired"),
    "locked out": (f"{VERIFY}/X", code_page(error="You've had too many attempts."), LoginRefused, "locked"),
    "timed out": (f"{VERIFY}/X", code_page(error="Your verification attempt has timed out."), TryAgainLater, "timed out"),
    "consent": ("/setup/secur/RemoteAccessAuthorizationPage.apexp", "<button id=oaapprove>Allow</button>", PersonNeeded, "access"),
    "concurrent sessions": ("/loginflow/X.apexp", "<h1>Concurrent Sessions</h1>", PersonNeeded, "login flow"),
    "CAPTCHA": ("/_ui/x", "<p>I'm not a robot</p>", PersonNeeded, "CAPTCHA"),
    "nothing to choose": ("/_ui/y", "<label><input type=radio name=selectedMethod>Tap</label>", VerificationNeeded, "None of the"),
}


@pytest.mark.usefixtures("by_its_looks")
@pytest.mark.parametrize("case", STOPS)
def test_screens_for_people(page: Page, salesforce: FakeSalesforce, verification: Make, case: str) -> None:
    """What needs a person stops the run as soon as it shows, with a way to go on; nothing is asked of the org after it.

    What passes by itself is tried once more.
    """
    path, html, kind, words = STOPS[case]
    salesforce.on(f"{ORG}/", one_step(), to(ORG + path))
    salesforce.on(ORG + path, html)
    means = verification()
    with pytest.raises(kind, match=words) as caught:
        enter(page, means.settings, means)
    assert caught.value.next
    assert PASSWORD not in str(caught.value)
    assert salesforce.opened.count(f"{ORG}{path.partition('?')[0]}") == (2 if kind is TryAgainLater else 1)
    assert salesforce.opened[-1] == f"{ORG}{path.partition('?')[0]}"


def test_unknown_page(page: Page, salesforce: FakeSalesforce, verification: Make) -> None:
    """A page that nothing is known of is named by address and title, and is never success."""
    salesforce.on(f"{ORG}/", one_step(), to(f"{ORG}/_ui/identity/notice/New?token=abc"))
    salesforce.on(f"{ORG}/_ui/identity/notice/New", "<title>Something New</title><p>?")
    means = verification()
    with pytest.raises(UnexpectedPage, match=r"identity/notice/New, titled .Something New.") as caught:
        enter(page, means.settings, means)
    assert "token" not in str(caught.value)


def test_method_is_chosen(page: Page, salesforce: FakeSalesforce, verification: Make) -> None:
    """Of the offered methods one is chosen that can be answered."""
    choose = f"{ORG}/_ui/identity/verification/policy/VerificationStartUi"
    form = """<h2>Choose a Verification Method</h2><form method=post>
      <label><input type=radio name=selectedMethod value=P> Use a passkey or security key</label>
      <label><input type=radio name=selectedMethod value=T> Use a verification code from an authenticator app</label>
      <label><input type=radio name=selectedMethod value=E> Email a code to a***n@acme.example</label>
      <input type=submit id=save value=Continue></form>"""
    salesforce.on(f"{ORG}/", one_step(), to(choose))
    salesforce.on(choose, form, to(ORG + EMAIL_PATH))
    salesforce.on(ORG + EMAIL_PATH, code_page(), to(SETUP_HOME))
    means = verification(ListedCodes("123456"))
    enter(page, means.settings, means)
    assert salesforce.sent("selectedMethod") == ["E"]


def test_other_method(page: Page, salesforce: FakeSalesforce, verification: Make) -> None:
    """Where the offered method needs a person, the page's own link to other methods is followed."""
    push = f"{ORG}{VERIFY}/LLVerificationFinishUi/e"
    salesforce.on(f"{ORG}/", one_step(), to(push))
    salesforce.on(push, f"<p>Check your phone</p><a href='{EMAIL_PATH}'>Use a different verification method</a>")
    salesforce.on(ORG + EMAIL_PATH, code_page(), to(SETUP_HOME))
    means = verification(ListedCodes("123456"))
    enter(page, means.settings, means)
    assert salesforce.sent("emc") == ["123456"]


class Somebody:
    """A person before the window: passes the page when asked to, and not before."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.reported: list[str] = []

    def __call__(self, text: str) -> None:
        self.reported.append(text)
        self.page.evaluate("address => void setTimeout(() => location.replace(address))", SETUP_HOME)


def test_person_in_a_visible_browser(page: Page, salesforce: FakeSalesforce, verification: Make) -> None:
    """With a visible browser the run waits until the person has passed the page, and goes on by itself."""
    push = f"{ORG}{VERIFY}/LLVerificationFinishUi/e"
    salesforce.on(f"{ORG}/", one_step(), to(push))
    salesforce.on(push, "<p>Check your phone")
    somebody = Somebody(page)
    means = verification(person=True, notify=somebody)
    enter(page, means.settings, means)
    assert page.url == SETUP_HOME
    assert ["browser window" in text for text in somebody.reported] == [True]


def test_sign_on_by_a_person(page: Page, salesforce: FakeSalesforce, verification: Make) -> None:
    """Single sign-on on another host is left to the person; the tool types nothing there, and goes on when it is over."""
    provider = "https://acme.okta.example/login"
    salesforce.on(f"{ORG}/", to(provider))
    salesforce.on(provider, one_step())
    somebody = Somebody(page)
    means = verification(person=True, notify=somebody)
    enter(page, means.settings, means)
    assert page.url == SETUP_HOME
    assert len(somebody.reported) == 1
    assert salesforce.posts == []
