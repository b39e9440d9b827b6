"""Passing a passkey check, and creating a passkey where that was allowed."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from playwright.sync_api import Locator, Page

from automation.access.navigation import Navigation
from automation.access.passkey_store import Passkey
from automation.access.passkeys import Passkeys
from automation.browser.race import Outcome
from automation.errors import PersonNeeded, VerificationNeeded
from automation.secrets import scrub
from automation.settings import Settings
from flows.pages.identity import IdentityPage
from flows.verification.first_of import first_of


class PasskeyUse:
    """Presses the one button of a passkey page, once per verification flow."""

    def __init__(self, page: Page, identity: IdentityPage, settings: Settings, passkeys: Passkeys | None) -> None:
        self._page = page
        self._identity = identity
        self._settings = settings
        self._passkeys = passkeys
        self._used = False

    def can_answer(self) -> bool:
        """Whether a passkey for this org and user is stored and was not refused yet."""
        return self._passkeys is not None and not self._used and self._passkeys.stored(self._page) is not None

    def can_enrol(self) -> bool:
        """Whether a passkey may be created now."""
        return self._passkeys is not None and self._passkeys.may_enrol and not self._used

    @property
    def was_refused(self) -> bool:
        """Whether the button was pressed in this flow already."""
        return self._used

    def answer(self, navigation: Navigation) -> None:
        """Use the stored passkey. Raises VerificationNeeded when Salesforce refuses it."""
        passkeys = _configured(self._passkeys)
        self._press(self._identity.passkey_button, lambda: passkeys.shown_to(self._page), navigation)

    def enrol(self, navigation: Navigation) -> None:
        """Create a passkey and store it. Raises VerificationNeeded when Salesforce refuses it."""
        passkeys = _configured(self._passkeys)
        self._press(self._identity.enrol_passkey_button, lambda: passkeys.enrolling(self._page), navigation)

    def _press(self, button: Locator, present: Callable[[], AbstractContextManager[None]], navigation: Navigation) -> None:
        self._used = True
        before = navigation.commits
        moved = Outcome("the page after the passkey", fact=lambda: navigation.commits > before)
        refused = Outcome("a message of the page", fact=lambda: self._identity.error_text() is not None)
        with present():
            button.click(timeout=self._settings.timeout_action * 1000)
            outcome = first_of([moved, refused], navigation, "the answer to the passkey", self._settings.timeout_page)
        if outcome is refused:
            raise self.refusal()

    def refusal(self) -> VerificationNeeded:
        """The page came back with a complaint after the passkey."""
        said = self._identity.error_text()
        again = "asked for the passkey again right after it was used, without saying why"
        what = f'did not take the passkey ("{scrub(said)[:200]}")' if said else again
        passkeys, key = self._kept()
        which = f": {passkeys.entry_of(key)}" if passkeys and key else ""
        advice = passkeys.advice(key) if passkeys and key else None
        return VerificationNeeded(f"Salesforce {what}{which}.", next=advice)

    def forgotten(self) -> PersonNeeded | None:
        """The org requires a new passkey although one is stored; None when none is."""
        passkeys, key = self._kept()
        if passkeys is None or key is None:
            return None
        what = "Salesforce requires the user to register a passkey now: it no longer knows the stored one"
        return PersonNeeded(f"{what} ({passkeys.entry_of(key)}).", next=passkeys.advice(key))

    def _kept(self) -> tuple[Passkeys | None, Passkey | None]:
        return self._passkeys, self._passkeys.stored(self._page) if self._passkeys is not None else None


def _configured(passkeys: Passkeys | None) -> Passkeys:
    if passkeys is None:
        raise LookupError("no passkeys are configured")
    return passkeys
