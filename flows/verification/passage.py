"""One verification flow: race all known screens, and act on each, until the expected page is open."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from playwright.sync_api import Locator, Page

from automation.access.codes import Method
from automation.access.named_org import HostWatch
from automation.access.navigation import AnswerLost, Navigation, require_answer
from automation.browser.race import Outcome
from automation.errors import ForeignHost, NotPermitted, OrgBusy, PersonNeeded, RunbookError, UnexpectedPage
from automation.salesforce import hosts
from flows.pages.base import Timeouts
from flows.pages.identity import IdentityPage
from flows.pages.screens import METHODS, Screen
from flows.verification.arrival import Arrival
from flows.verification.codes import CodeEntry, loop
from flows.verification.first_of import first_of
from flows.verification.login_form import LoginForm
from flows.verification.passkey import PasskeyUse
from flows.verification.single_sign_on import SingleSignOn
from flows.verification.stops import ENDS, explained, method_keys

if TYPE_CHECKING:
    from flows.verification.methods import IdentityVerification

log = logging.getLogger(__name__)

NOTICES: Final = 5
"""How often the maintenance notice is clicked away; it can come again (a fork of sfdx-browserforce-plugin, `org-access` 1.7)."""
CHOICES: Final = 4
"""How often a method may be chosen in one flow; a choice that leads back to itself is a loop."""
FOR_A_PERSON: Final = 900.0
"""Seconds to wait for a person in a visible browser."""


class VerificationFlow:
    """The screens of one login, or of one reveal of key and secret.

    Args:
        verification: what the run can answer.
        page: where the screens come up.
        navigation: follows that page already.
        watch: follows it too, and notes foreign hosts.
        done: the expected page is open.
        types_password: whether a login page may be answered.
    """

    def __init__(
        self,
        verification: IdentityVerification,
        page: Page,
        navigation: Navigation,
        watch: HostWatch,
        done: Outcome,
        types_password: bool,
    ) -> None:
        settings = verification.settings
        self._watch = watch
        self._verification = verification
        self._page = page
        self._navigation = navigation
        self._identity = IdentityPage(
            page, verification.labels, Timeouts(settings.timeout_page, settings.timeout_action, settings.timeout_save)
        )
        self._arrival = Arrival(page, self._identity, navigation, watch, done)
        self._codes = CodeEntry(page, self._identity, settings, verification.codes, verification.org)
        self._form = self._login_form() if types_password else None
        self._sso = SingleSignOn(page, settings, self._identity.login, self._form, watch)
        self._passkey = PasskeyUse(page, self._identity, settings, verification.passkeys)
        self._notices = 0
        self._choices = 0
        self._switched = False
        self._notified: set[Screen | None] = set()

    def run(self, first: Callable[[], None] | None = None) -> None:
        """Pass screens until the expected page is open; raises as `IdentityVerification.until` says.

        Args:
            first: opens the first page; left out when it is open.
        """
        if first is not None:
            self._sso.open(first)
        while True:
            outcome = self._arrival.next()
            if outcome is self._arrival.done:
                return
            try:
                self._act(outcome)
            except (PersonNeeded, ForeignHost, UnexpectedPage) as error:
                self._leave_to_person(error)

    def _act(self, what: Outcome) -> None:
        arrival = self._arrival
        if what is arrival.foreign and not self._sso.passed():
            raise self._sso.foreign_host()
        if what is arrival.loop:
            raise self._navigation.redirect_loop.error()
        if what is arrival.broken:
            self._require_answer()
            raise AnswerLost("The connection to the org broke during login or verification.")
        if what is arrival.refused:
            raise arrival.not_permitted()
        if what is arrival.unknown:
            self._pass_unknown()
        if what is arrival.known and arrival.screen is not None:
            self._note_form_left(arrival.screen)
            self._pass(arrival.screen)

    def _require_answer(self) -> None:
        require_answer(hosts.parse_url(self._page.url).host, self._navigation.status)

    def _pass_unknown(self) -> None:
        error = self._arrival.explained()
        if not isinstance(error, NotPermitted):
            self._require_answer()
            if self._sso.at_login_page() and self._sso.passed():
                return
            if self._sso.is_the_only_login():
                raise self._sso.no_form(self._arrival.where(), self._arrival.title())
        raise error

    def _note_form_left(self, screen: Screen) -> None:
        if self._form is not None and screen is not Screen.LOGIN:
            self._form.left()

    def _pass(self, screen: Screen) -> None:
        log.info("screen: %s", screen.value)
        if screen in METHODS or screen is Screen.CODE:
            self._pass_code(METHODS.get(screen) or self._likely_method())
        elif screen is Screen.LOGIN:
            self._pass_login()
        elif screen is Screen.CHOOSE:
            self._choose()
        elif screen is Screen.PASSKEY and self._passkey.was_refused:
            raise self._passkey.refusal()
        elif screen is Screen.PASSKEY and self._passkey.can_answer():
            self._passkey.answer(self._navigation)
        elif screen is Screen.ENROL_PASSKEY and self._passkey.can_enrol():
            self._passkey.enrol(self._navigation)
        elif screen is Screen.REGISTER_PHONE:
            self._follow(self._identity.decline_phone)
        elif screen is Screen.MAINTENANCE:
            self._pass_notice()
        elif screen not in ENDS and self._can_switch():
            self._follow(self._identity.other_method)
        else:
            known_once = self._passkey.forgotten() if screen is Screen.ENROL_PASSKEY else None
            raise known_once or explained(screen, self._arrival.where())

    def _pass_code(self, method: Method) -> None:
        if not self._codes.can_answer(method) and self._can_switch():
            self._follow(self._identity.other_method)
            return
        self._codes.enter(method, self._navigation)

    def _likely_method(self) -> Method:
        """The first kind of code that can be answered, where the page does not say which it asks for; emails are the usual one."""
        return next((method for method in Method if self._codes.can_answer(method)), Method.EMAIL)

    def _pass_login(self) -> None:
        if self._form is None:
            raise explained(Screen.LOGIN, self._arrival.where())
        self._verification.codes.prepared()
        self._form.fill_in(self._navigation)

    def _login_form(self) -> LoginForm | None:
        settings, org = self._verification.settings, self._verification.org
        if not settings.sf_username or not settings.sf_password:
            return None
        return LoginForm(self._page, self._identity.login, settings, settings.sf_username, settings.sf_password, org)

    def _choose(self) -> None:
        """Choose the first offered method that can be answered."""
        self._choices += 1
        if self._choices > CHOICES:
            raise loop("choice of a verification method", CHOICES)
        for key in method_keys(self._codes.can_answer, passkey=self._passkey.can_answer()):
            choice = self._identity.choice(key)
            if choice.count() == 1:
                choice.check(timeout=self._verification.settings.timeout_action * 1000)
                self._follow(self._identity.choose_submit)
                return
        raise explained(Screen.CHOOSE, self._arrival.where())

    def _can_switch(self) -> bool:
        """Whether the page offers other methods; followed once, as the choice may lead back here."""
        if self._switched or self._identity.other_method.count() != 1:
            return False
        self._switched = True
        return True

    def _pass_notice(self) -> None:
        self._notices += 1
        if self._notices > NOTICES:
            raise OrgBusy(f"The maintenance notice came {self._notices} times.")
        self._follow(self._identity.maintenance_button)

    def _follow(self, link: Locator) -> None:
        """Click something that leads to another page, and wait for that page to begin.

        A page known by its path alone may be leaving already when it is recognised; then there is nothing to click.
        """
        settings, before = self._verification.settings, self._navigation.commits
        ready = Outcome("the page's link or button", element=link)
        moved = Outcome("the next page", fact=lambda: self._navigation.commits > before)
        if first_of([moved, ready], self._navigation, "the link to the next page", settings.timeout_action) is ready:
            link.click(timeout=settings.timeout_action * 1000)
            first_of([moved], self._navigation, "the page after this one", settings.timeout_page)

    def _leave_to_person(self, error: RunbookError) -> None:
        """With a visible browser, wait until a person has moved on from this page; else raise."""
        if not self._verification.person:
            raise error
        screen, before = self._identity.screen(), self._navigation.commits
        if screen not in self._notified:
            self._notified.add(screen)
            self._verification.notify(f"{error.message} Please do it in the browser window; the run then continues by itself.")
        moved = Outcome("the next page", fact=lambda: self._navigation.commits > before)
        try:
            first_of([moved, self._arrival.done], self._navigation, "a person in the browser window", FOR_A_PERSON)
        except UnexpectedPage:
            raise error from None
        self._watch.forget()
