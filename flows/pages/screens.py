"""The screens between the password and the org, and before key and secret (`org-access` 1.3 to 1.6, `setup-ui` 6.2).

Each is known by its path or by an element of its own. Ids are those of Salesforce's classic pages and the same in all
languages seen; labels are the fallback, for a release that renames ids.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from itertools import chain
from typing import Final
from urllib.parse import parse_qs, urlsplit

from automation.access.codes import Method
from automation.salesforce import hosts
from flows.pages.labels import Labels
from flows.pages.login import PASSWORD_ID, USERNAME_ID
from flows.pages.reading import TEXT


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

SEEN: Final = f"""(all, selectors) => {{
  const text = {TEXT}, headings = all.filter(one => one.matches("h1, h2, h3, h4, h5, h6, [role=heading]"));
  const known = all.filter(one => headings.includes(one) || selectors.some(selector => one.matches(selector)));
  return {{
    selectors: selectors.filter(selector => all.some(one => one.matches(selector))),
    headings: headings.map(one => one.getAttribute("aria-label") || text(one)),
    others: all.length - known.length,
    text: text(document.body ?? document.documentElement),
  }};
}}"""
"""Script: by which selectors and headings elements are known, how many by their label alone, and the page's text."""
SELECTORS: Final = [mark.element for mark in MARKS.values() if mark.element] + [CODE_IDS, USERNAME_ID, PASSWORD_ID]


def screen_of_url(url: str) -> Screen | None:
    """The screen that a URL alone identifies."""
    path, named = hosts.parse_url(url).path, parse_qs(urlsplit(url).query, keep_blank_values=True)
    by_name = (one for one, mark in MARKS.items() if mark.query in named)
    by_path = (one for one, mark in MARKS.items() if mark.path and re.search(mark.path, path))
    return next(chain(by_name, by_path), None)


@dataclass(frozen=True)
class Seen:
    """What one look at a page found.

    Attributes:
        url: the page's.
        selectors: those of `SELECTORS` that something visible matches.
        headings: visible headings of known screens.
        text: all visible text, on one line.
        login: whether a field of the login page can be seen.
        codes: how many fields for a code there are.
    """

    labels: Labels
    url: str
    selectors: tuple[str, ...]
    headings: tuple[str, ...]
    text: str
    login: bool
    codes: int

    def screen(self) -> Screen | None:
        """The screen that is open; None when it is none of the known ones."""
        if self.login:
            return Screen.LOGIN
        return next((screen for screen in MARKS if self._is(screen)), None)

    def says(self, *keys: str) -> bool:
        """Whether the page's text contains one of the texts of these labels."""
        return self.labels.containing(*keys).search(self.text) is not None

    def _is(self, screen: Screen) -> bool:
        mark = MARKS[screen]
        if screen is Screen.CODE:
            return self.codes == 1 and self._is_headed("identity.heading")
        if screen in METHODS and self.codes and self._method() is METHODS[screen]:
            return True
        by_words = mark.text is not None and self.says(mark.text)
        return mark.element in self.selectors or by_words or (mark.heading is not None and self._is_headed(mark.heading))

    def _is_headed(self, key: str) -> bool:
        return any(self.labels.same(key, heading) for heading in self.headings)

    def _method(self) -> Method | None:
        """Which code a page of unknown ids asks for, from its path or its words; None when it does not say."""
        last = hosts.parse_url(self.url).path.partition(f"{_VERIFY}method/")[2]
        by_path = next((method for start, method in METHOD_PATHS.items() if last.startswith(start)), None)
        return by_path or next((method for method, key in METHOD_WORDS.items() if self.says(key)), None)
