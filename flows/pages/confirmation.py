"""The confirmation on ticking ``Enable Client Credentials Flow``.

Evidence: an OK has to be clicked on the create form (SF-AES), the sentence was seen at the Policies (TOOLING); whether
it is the browser's own dialog or a modal, and where it comes, nobody documented. So all of it is optional here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Dialog, Locator

from automation.browser.race import Outcome, gone, race
from automation.errors import UnexpectedPage
from flows.pages.base import PageObject, any_of, by_role

KNOWN = ("confirm.client_credentials", "confirm.propagation")
"""Labels of the sentences by which a dialog is known to be one that may be answered."""
DIALOGS = any_of("[role=dialog]", "[role=alertdialog]", "dialog", ".slds-modal:not([role])")
"""A modal by SLDS's class alone is a guess: base components give it a role."""
GRACE = 0.3
"""Seconds in which a modal may still appear after the box shows its tick."""


class Confirmation(PageObject):
    """Answers the confirmation with OK, in both forms."""

    @property
    def modal_ok(self) -> Locator:
        """The OK button inside a dialog; another way to say yes (a guess) counts where the dialog holds a known sentence."""
        return by_role(self._dialogs, "button", self.labels.pattern("confirm.ok")).or_(self.known_ok)

    @property
    def known_ok(self) -> Locator:
        """The button that says yes in a dialog that holds a known sentence."""
        known = self._dialogs.filter(has_text=self.labels.containing(*KNOWN))
        ok = by_role(known, "button", self.labels.pattern("confirm.ok"))
        return ok.or_(by_role(known, "button", self.labels.pattern("confirm.yes"))) if self.labels.knows("confirm.yes") else ok

    @property
    def _dialogs(self) -> Locator:
        """By tags and roles as written: they are looked for at every turn, and the names of a page's buttons cost time."""
        return self.page.locator(DIALOGS)

    @contextmanager
    def expected(self) -> Iterator[list[str]]:
        """While this is open the browser's own dialog is accepted; yields the texts that were shown."""
        shown: list[str] = []

        def accept(dialog: Dialog) -> None:
            shown.append(dialog.message)
            dialog.accept()

        self.page.on("dialog", accept)
        try:
            yield shown
        finally:
            self.page.remove_listener("dialog", accept)

    def answer_modal(self, seconds: float = GRACE) -> bool:
        """Click OK if a modal is up, or comes up within ``seconds``; whether there was one."""
        try:
            race(self.page, "a confirmation", [Outcome("modal", element=self.modal_ok)], seconds)
        except UnexpectedPage:
            return False
        self._say_yes(self.modal_ok)
        return True

    def answer_known(self) -> None:
        """Click OK in the dialog with the known sentence, which is up."""
        self._say_yes(self.known_ok)

    def answer_late_ones(self) -> None:
        """From now on, answer a confirmation that is up while something on this page shall be used.

        One that appears later than `GRACE` would get the keys that are meant for what is under it.
        """
        self.page.add_locator_handler(self._late, lambda button: button.click())

    def answer_no_late_ones(self) -> None:
        """End that, before one is waited for: two that answer would get in each other's way."""
        self.page.remove_locator_handler(self._late)

    @property
    def _late(self) -> Locator:
        """The same locator each time, as it names the handler."""
        return self.known_ok.first

    def _say_yes(self, button: Locator) -> None:
        self.answer_no_late_ones()
        button.first.click()
        if not gone(button, self.timeouts.action):
            raise UnexpectedPage("The confirmation was answered with OK and did not close.")
