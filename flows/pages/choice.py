"""A combobox: Lightning's button with a list, an input with a list, or a plain select."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Locator

from automation.browser.race import Outcome, race
from automation.errors import ElementNotFound, FieldRefused, UnexpectedPage
from flows.pages import base
from flows.pages.base import STRICT
from flows.pages.fields import VALUES, Field, values_of, wait_until_enabled
from flows.pages.reading import texts_of

STATES = f"""all => ({VALUES})(all).map((value, at) => [
  value, all[at].tagName === 'SELECT', !all[at].matches(':disabled') && !all[at].closest('[aria-disabled=true]'),
])"""
"""Script: of each control its value, whether it is a plain select, and whether it can be changed."""


class Choice(Field):
    """A combobox: Lightning's button with a list, an input with a list, or a plain select."""

    def value(self) -> str | None:
        """The chosen option's text; None when no such control is there."""
        return self._shown_value("combobox", "textbox")

    def choose(self, key: str) -> None:
        """Choose exactly the option with this label and check that it is shown.

        Raises:
            FieldRefused: the list has no such option.
        """
        box = self._here("combobox")
        found: list[Any] = box.evaluate_all(STATES)
        if len(found) != 1 or not found[0][2]:
            box = self._find("combobox")
            wait_until_enabled(box, self.label, self.timeout)
            found = [box.evaluate(f"e => ({STATES})([e])[0]")]
        if self._chosen([found[0][0]], key):
            return
        base.about_to_use(box)
        if found[0][1]:
            self._select(box, key)
        else:
            box.click()
            if not self._opened(box):
                box.click()
            self._option(key).click()
        try:
            race(self.page, "the choice", [Outcome("shown", fact=lambda: self._shows(box, key))], self.timeout)
        except UnexpectedPage:
            raise UnexpectedPage(f'"{self.label}" does not show "{self.labels[key]}" after it was chosen.') from None

    def _shows(self, box: Locator, key: str) -> bool:
        values = box.evaluate_all(VALUES) or [box.evaluate(f"e => ({VALUES})([e])[0]")]  # just drawn again: waits for it
        return self._chosen(values, key)

    def _chosen(self, values: list[Any], key: str) -> bool:
        return len(values) == 1 and self.labels.same(key, values_of(values)[0])

    def _select(self, box: Locator, key: str) -> None:
        """A plain select has its options from the start."""
        there = texts_of(box.locator("option"))
        matching = [text for text in there if self.labels.same(key, text)]
        if len(matching) != 1:
            raise FieldRefused(f'"{self.label}" offers no single option "{self.labels[key]}"; it offers: {", ".join(there)}.')
        box.select_option(label=matching[0])

    def _opened(self, box: Locator) -> bool:
        """Whether its list has come; one that was drawn again under the click has closed its list, and says so if anything."""
        came = Outcome("its list", element=self.page.get_by_role("option"))
        try:
            race(self.page, "the list of options", [came], self.timeout / 3)
        except UnexpectedPage:
            return box.get_attribute("aria-expanded") != "false"
        return True

    def _option(self, key: str) -> Locator:
        option = self.labels[key]
        options = self.page.get_by_role("option", name=self.labels.pattern(key)).filter(visible=True)
        try:
            options.wait_for(state="visible", timeout=self.timeout * 1000)
        except PlaywrightError as error:
            if STRICT in error.message:
                raise ElementNotFound(f'"{self.label}" offers "{option}" more than once.') from None
            there = texts_of(self.page.get_by_role("option").filter(visible=True))
            raise FieldRefused(f'"{self.label}" offers no option "{option}"; it offers: {", ".join(there)}.') from None
        return options
