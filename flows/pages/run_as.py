"""``Run As (Username)``: a text box in all evidence (GS), and perhaps a lookup with suggestions in some org."""

from __future__ import annotations

import re

from playwright.sync_api import Locator

from automation.browser.race import Outcome, race
from automation.errors import ElementNotFound, UnexpectedPage
from flows.pages.fields import TextField

SUGGESTIONS = 3.0
"""Seconds in which suggestions may appear after a username, or its last letter again, was typed into a lookup."""


class RunAsField(TextField):
    """Takes the username as text. A lookup (guess; variant ``run_as_widget``) gets its exact suggestion picked."""

    def set(self, value: str) -> None:
        """Type the username; in a lookup pick the suggestion for exactly this user, if one is offered.

        Raises:
            ElementNotFound: no such field, or several suggestions for this username.
            UnexpectedPage: the field did not keep the user.
        """
        box = self._here("textbox").or_(self._here("combobox"))
        self._fill(box, "textbox", value)
        if box.get_attribute("role") == "combobox":
            self._pick(value)
        box.press("Tab")
        self._expect_value(box, value)

    def _pick(self, username: str) -> None:
        """Choose the suggestion that names exactly this user; the text stays as typed when none does."""
        options = self._suggestions(username)
        if not self._comes(options):  # some lists listen to keys, and not to what is in the box
            self._here("combobox").press("End")
            self._here("combobox").press("Backspace")
            self._here("combobox").press_sequentially(username[-1])
            if not self._comes(options):
                return
        if options.count() > 1:
            raise ElementNotFound(f'"{self.label}" suggests {options.count()} users {username}; picking one would be a guess.')
        options.click()

    def _comes(self, options: Locator) -> bool:
        try:
            race(self.page, "suggestions", [Outcome("the user", element=options)], SUGGESTIONS)
        except UnexpectedPage:
            return False
        return True

    def _suggestions(self, username: str) -> Locator:
        """``admin@acme.com`` is part of ``admin@acme.com.dev``, so the name has to end where the configured one does."""
        whole = re.compile(rf"(?<![\w.+@-]){re.escape(username)}(?![\w+@-]|\.\w)", re.IGNORECASE)
        return self.page.get_by_role("option", name=whole).filter(visible=True)
