"""The screens between the password and the org, and before key and secret (`org-access` 1.3 to 1.6, `setup-ui` 6.2).

Each is known by its path or by an element of its own. Ids are those of Salesforce's classic pages and the same in all
languages seen; labels are the fallback, for a release that renames ids.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from itertools import chain
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Locator

from automation.access.codes import Method
from automation.salesforce import hosts
from flows.pages.base import PageObject
from flows.pages.labels import written_as
from flows.pages.login import LoginPage
from flows.pages.reading import texts_of


class Screen(Enum):
    """A screen before the expected page; the value is its name for messages."""

    LOGIN = "login page"
    EMAIL = "Verify Your Identity (emailed code)"
    TOTP = "Verify Your Identity (authenticator code)"
    SMS = "Verify Your Identity (text message code)"
    TEMPORARY = "Verify Your Identity (temporary code)"
    CODE = "Verify Your Identity (a code that the page does not describe)"
    PUSH = "Verify Your Identity (Salesforce Authenticator)"
    PASSKEY = "Verify Your Identity (passkey)"
    CHOOSE = "Choose a Verification Method"
    ENROL_PASSKEY = "Create a Passkey"
    ENROL_TOTP = "Connect an Authenticator App"
    PROBLEM = "Problem Verifying Your Identity"
    LOCKED = "too many verification attempts"
    TIMED_OUT = "verification timed out"
    CHANGE_PASSWORD = "Change Your Password"  # noqa: S105  a page's name
    REGISTER_PHONE = "Register Your Mobile Phone"
    MAINTENANCE = "Scheduled Maintenance"
    CONSENT = "Allow Access"
    LOGIN_FLOW = "login flow"
    ROBOT = "CAPTCHA"


@dataclass(frozen=True)
class Mark:
    """How a screen is known: by its path, by an element, or by a heading; any of them is enough.

    ``path`` is searched in the path of the URL, ``query`` is the name of a parameter, ``element`` is a selector of
    something visible, ``heading`` and ``text`` are label keys.
    """

    path: str | None = None
    query: str | None = None
    element: str | None = None
    heading: str | None = None
    text: str | None = None


_VERIFY = "/_ui/identity/verification/"

MARKS: dict[Screen, Mark] = {
    Screen.LOCKED: Mark(text="identity.too_many"),
    Screen.TIMED_OUT: Mark(text="identity.timed_out"),
    Screen.PROBLEM: Mark(heading="identity.problem_heading"),
    # before the codes: a code on this page would register an authenticator; the page may use the code's id (a guess)
    Screen.ENROL_TOTP: Mark(path=r"addTwoFactorOnly", query="addTwoFactorOnly", heading="identity.enrol_totp_heading"),
    Screen.EMAIL: Mark(element="#emc"),
    Screen.TOTP: Mark(element="#tc"),
    Screen.SMS: Mark(element="#smc"),
    Screen.TEMPORARY: Mark(element="#tmpc"),  # the id is a guess; the path is checked too
    Screen.CODE: Mark(),
    Screen.CHOOSE: Mark(element="input[name=selectedMethod]", heading="identity.choose_heading"),
    Screen.PUSH: Mark(path=r"/method/LLVerification"),
    Screen.PASSKEY: Mark(path=r"/method/UnifiedPasskeyVerificationUi"),
    Screen.ENROL_PASSKEY: Mark(path=r"^/_ui/identity/webauthn/"),
    Screen.CHANGE_PASSWORD: Mark(path=r"^/_ui/system/security/ChangePassword"),
    Screen.REGISTER_PHONE: Mark(path=r"^/_ui/identity/phone/AddPhoneNumber"),
    Screen.MAINTENANCE: Mark(path=r"^/msg/maintenanceandavailable\.jsp"),
    Screen.CONSENT: Mark(path=r"RemoteAccessAuthorizationPage", element="#oaapprove"),
    Screen.LOGIN_FLOW: Mark(path=r"loginflow", heading="identity.concurrent_heading"),
    Screen.ROBOT: Mark(element="iframe[src*=captcha i], iframe[title*=captcha i], [class*=captcha i]", text="identity.robot"),
}
"""In this order: what ends a verification comes before the form that it is shown on. The login page is known by its fields,
and a page of new ids, path and words by its field for a code below the usual heading."""

METHODS = {
    Screen.EMAIL: Method.EMAIL,
    Screen.TOTP: Method.TOTP,
    Screen.SMS: Method.SMS,
    Screen.TEMPORARY: Method.TEMPORARY,
}
METHOD_PATHS = {"Email": Method.EMAIL, "Totp": Method.TOTP, "Sms": Method.SMS, "Temp": Method.TEMPORARY}
"""How the last part of a verification path begins: ``/_ui/identity/verification/method/EmailVerificationFinishUi/e``."""

METHOD_WORDS = {
    Method.EMAIL: "identity.asks_email",
    Method.TOTP: "identity.asks_totp",
    Method.SMS: "identity.asks_sms",
}
"""What the page says about the code, for a page whose ids and path are new."""

CODE_IDS = "#emc, #tc, #smc, #tmpc"
MASKED = re.compile(r"[^\s@<>()]*[*•●][^\s@<>()]*@[^\s@<>()]+[^\s@<>().,;:]|[^\s@<>()]+@[^\s@<>()]*[*•●][^\s@<>().,;:]*\.\w+")
"""A masked email address such as ``a*****@acme.com``."""


class IdentityPage(PageObject):
    """Any of the screens of `Screen`."""

    def screen(self) -> Screen | None:
        """The screen that is open now; None when it is none of the known ones."""
        by_path = self.screen_by_path()
        if by_path is not None:
            return by_path
        if self.known.count() == 0:
            return None
        if self.login.is_open():  # the most frequent one first: each question costs time
            return Screen.LOGIN
        return next((screen for screen in MARKS if self._has_element(screen)), None)

    def screen_by_path(self) -> Screen | None:
        """The screen that the URL alone identifies; asks nothing of the browser."""
        path, named = hosts.parse_url(self.page.url).path, parse_qs(urlsplit(self.page.url).query, keep_blank_values=True)
        by_name = (one for one, mark in MARKS.items() if mark.query in named)
        by_path = (one for one, mark in MARKS.items() if mark.path and re.search(mark.path, path))
        return next(chain(by_name, by_path), None)

    @property
    def known(self) -> Locator:
        """Anything visible by which a screen is known."""
        selectors = ", ".join(mark.element for mark in MARKS.values() if mark.element)
        headings = [mark.heading for mark in MARKS.values() if mark.heading]
        texts = [mark.text for mark in MARKS.values() if mark.text]
        found = self.page.locator(selectors).or_(self.code).or_(self._heading(*headings)).or_(self._text(*texts))
        return found.or_(self.login.user_name).or_(self.login.password).filter(visible=True)

    @property
    def login(self) -> LoginPage:
        """The same page seen as a login page."""
        return LoginPage(self.page, self.labels, self.timeouts)

    def method(self) -> Method | None:
        """Which code a verification page of unknown ids asks for, from its path or its words; None when it does not say."""
        last = hosts.parse_url(self.page.url).path.partition(f"{_VERIFY}method/")[2]
        by_path = next((method for start, method in METHOD_PATHS.items() if last.startswith(start)), None)
        return by_path or next((method for method, key in METHOD_WORDS.items() if self._text(key).first.is_visible()), None)

    @property
    def code(self) -> Locator:
        """Where the code goes."""
        labelled = self.page.get_by_role("textbox", name=self.labels.pattern("identity.code"))
        return self.page.locator(CODE_IDS).or_(labelled).filter(visible=True)

    @property
    def verify(self) -> Locator:
        """The button that sends the code."""
        return self._button("#save", "identity.verify")

    @property
    def resend(self) -> Locator:
        """The link that has a new code sent."""
        return self._link("identity.resend")

    @property
    def other_method(self) -> Locator:
        """The link to `Screen.CHOOSE`."""
        return self._link("identity.other_method")

    @property
    def error(self) -> Locator:
        """The message that a code was refused."""
        return self.page.locator(".errorMsg, #error, [role=alert]").filter(visible=True)

    def error_text(self) -> str | None:
        """What the page complains about, on one line; None when nothing is visible."""
        return next(filter(None, texts_of(self.error)), None)

    def masked_address(self) -> str | None:
        """The masked email address to which the code was sent, if the page shows one."""
        found = MASKED.search(" ".join(texts_of(self.page.locator("body"))))
        return found.group() if found else None

    def choice(self, key: str) -> Locator:
        """The choice of a verification method whose name holds one of the texts of label ``key``."""
        return self.page.get_by_role("radio", name=self.labels.containing(key))

    @property
    def choose_submit(self) -> Locator:
        """The button of `Screen.CHOOSE`."""
        return self._button("#save", "identity.choose_submit")

    @property
    def passkey_button(self) -> Locator:
        """Starts the passkey check."""
        return self._button(None, "identity.passkey_button")

    @property
    def enrol_passkey_button(self) -> Locator:
        """Starts the creation of a passkey."""
        return self._button(None, "identity.enrol_passkey_button")

    @property
    def decline_phone(self) -> Locator:
        """The page's own link that skips the registration of a phone."""
        return self.page.locator("a[href*='n=true']").or_(self._link("identity.decline_phone")).filter(visible=True).first

    @property
    def maintenance_button(self) -> Locator:
        """The link past a maintenance notice."""
        return self._link("identity.maintenance_button")

    def _has_element(self, screen: Screen) -> bool:
        mark = MARKS[screen]
        if screen is Screen.CODE:
            return self.code.count() == 1 and self._heading("identity.heading").filter(visible=True).count() > 0
        if screen in METHODS and self.code.count() > 0 and self.method() is METHODS[screen]:  # the cheap question first
            return True
        return any(
            found.filter(visible=True).count() > 0
            for found in (
                self.page.locator(mark.element) if mark.element else None,
                self._heading(mark.heading) if mark.heading else None,
                self._text(mark.text) if mark.text else None,
            )
            if found is not None
        )

    def _heading(self, *keys: str) -> Locator:
        return self.page.get_by_role("heading", name=written_as(*self._texts(keys)))

    def _text(self, *keys: str) -> Locator:
        return self.page.get_by_text(re.compile("|".join(self.labels.containing(key).pattern for key in keys), re.IGNORECASE))

    def _texts(self, keys: tuple[str, ...]) -> list[str]:
        return [text for key in keys for text in self.labels.label(key).all_texts]

    def _button(self, selector: str | None, key: str) -> Locator:
        named = self.page.get_by_role("button", name=self.labels.pattern(key))
        return (self.page.locator(selector).or_(named) if selector else named).filter(visible=True)

    def _link(self, key: str) -> Locator:
        name = self.labels.pattern(key)
        return self.page.get_by_role("link", name=name).or_(self.page.get_by_role("button", name=name)).filter(visible=True)
