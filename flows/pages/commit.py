"""What may follow a click on ``Create`` or ``Save``: its success, errors, a confirmation, or an unknown dialog."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Locator

from automation.browser.race import Outcome
from flows.pages.base import PageObject, any_of, names_by_role
from flows.pages.confirmation import DIALOGS, KNOWN, Confirmation
from flows.pages.messages import Messages
from flows.pages.reading import TEXT
from flows.pages.setup_page import SetupPage

MODALS = any_of("[role=dialog][aria-modal=true]", "[role=alertdialog][aria-modal=true]", ".slds-modal", "dialog[open]")
"""Dialogs that block the page, as base components mark them; that Setup's own pages do so too is a guess. Toasts, docked prompts
and panels are dialogs for some pages, and block nothing."""
MOST_WORDS = 200
"""Characters of a dialog's text in a message."""


@dataclass(frozen=True)
class Answer:
    """What followed the click.

    ``field_errors`` are final. ``page_errors`` alone, or nothing at all, prove nothing: the org may have saved, so the
    values have to be read again.
    """

    done: bool
    field_errors: tuple[str, ...] = ()
    page_errors: tuple[str, ...] = ()


class Commit(PageObject):
    """Make one right before the click: what is on the page then does not count as its answer."""

    _modals_before = 0

    def remember(self, *, asked_late: bool = False) -> None:
        """Take note of the errors and dialogs that are there now.

        Args:
            asked_late: a confirmation of something that was done before may be up, and is answered first.
        """
        self._messages = Messages(self.page, self.labels, self.timeouts)
        self._confirmation = Confirmation(self.page, self.labels, self.timeouts)
        self._confirmation.answer_no_late_ones()
        self._sign = self._messages.sign(MODALS)
        if not self._messages.quiet(self._messages.sign(MODALS, DIALOGS)):
            if asked_late:
                self._confirmation.answer_modal(0)
            self._messages.remember()
            self._modals_before = self._modals.count()

    def answer(self, page: SetupPage, what: str, success: Outcome, by: tuple[tuple[str, str], ...] = ()) -> Answer:
        """Wait for the answer. A confirmation with the known words is answered with OK on the way, once.

        Args:
            page: what the page is now.
            what: what is waited for, in words.
            success: how success shows.
            by: roles and label keys that success is known by, as for `SetupPage.arrive`.

        Raises:
            RunbookError: as `SetupPage.arrive`.
        """
        refused = Outcome("field error", fact=lambda: bool(self._messages.field_errors()), sign=self._sign)
        failed = Outcome("page error or unknown dialog", fact=self._has_failed, sign=self._sign)
        asked = Outcome("a confirmation", element=self._confirmation.known_ok)
        ends = [success, refused, failed]
        outcome = page.arrive(what, [*ends, asked], self.timeouts.save, by)
        if outcome is asked:
            self._confirmation.answer_known()
            outcome = page.arrive(what, ends, self.timeouts.save, by)
        if outcome is success and (self._messages.quiet(self._sign) or not refused.happened()):
            return Answer(done=True)
        said = [*self._messages.new_errors(), *([self._unknown_dialog()] if outcome is failed and self._is_strange() else [])]
        return Answer(False, tuple(self._messages.field_errors()), tuple(said))

    @property
    def _modals(self) -> Locator:
        """Without a warning that the session is about to end, which has nothing to do with the click."""
        warning = self.labels.containing("overlays.session_ending")
        return self.page.locator(MODALS).filter(has_not_text=warning, visible=True)

    def _has_failed(self) -> bool:
        """Whether the page shows an error or a strange dialog that was not there."""
        return bool(self._messages.new_errors()) or self._is_strange()

    def _is_strange(self) -> bool:
        """Whether a modal without the known words has appeared."""
        if self._modals.count() <= self._modals_before:
            return False
        return not self._modals.filter(has_text=self.labels.containing(*KNOWN)).count()

    def _unknown_dialog(self) -> str:
        """The modal's words and buttons, for a person to decide."""
        modal = self._modals.last
        try:
            words = str(modal.evaluate(TEXT, timeout=1_000))[:MOST_WORDS]
        except PlaywrightError:
            words = "(it has closed)"
        buttons = ", ".join(f'"{name}"' for name in names_by_role(modal, "button"))
        return f'An unknown dialog appeared and was not answered: "{words}"; its buttons: {buttons or "none"}.'
