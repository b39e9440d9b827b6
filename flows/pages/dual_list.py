"""The OAuth scopes control: two lists with buttons that move the selected entries."""

from __future__ import annotations

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Locator, expect

from automation.errors import ElementNotFound, FieldRefused, UnexpectedPage
from flows.pages.base import Region, by_role, find, the_only
from flows.pages.labels import Labels, exactly


class DualList:
    """``Available OAuth Scopes`` and ``Selected OAuth Scopes``.

    Options are matched by their whole text: ``api`` alone is part of half of them, and narrow layouts only cut the
    pixels, not the text.
    """

    def __init__(self, region: Region, labels: Labels, timeout: float) -> None:
        self.region = region
        self.labels = labels
        self.timeout = timeout

    def _list(self, key: str) -> Locator:
        return find(self.region, "listbox", self.labels.pattern(key), self.labels[key], self.timeout)

    @property
    def available(self) -> Locator:
        return self._list("create.scopes_available")

    @property
    def selected(self) -> Locator:
        return self._list("create.scopes_selected")

    def there(self) -> bool:
        """Whether both lists are visible now."""
        return by_role(self.region, "listbox", self.labels.pattern("create.scopes_selected")).count() == 1

    def chosen(self) -> list[str]:
        """Texts of the selected scopes, in order."""
        return [text.strip() for text in self.selected.get_by_role("option").all_inner_texts()]

    def add(self, text: str) -> None:
        """Move a scope to the selected side. Raises FieldRefused when the org does not offer it."""
        option = self._option(self.available, text)
        self._move(option, "create.scopes_add", self.selected, text)

    def remove(self, text: str) -> None:
        """Move a scope back to the available side."""
        option = self._option(self.selected, text)
        self._move(option, "create.scopes_remove", self.available, text)

    def _option(self, side: Locator, text: str) -> Locator:
        option = side.get_by_role("option", name=exactly(text))
        try:
            option.first.wait_for(state="attached", timeout=self.timeout * 1000)
        except PlaywrightError:
            there = "; ".join(one.strip() for one in side.get_by_role("option").all_inner_texts())
            raise FieldRefused(f'This org offers no OAuth scope "{text}"; it offers: {there}.') from None
        if option.count() > 1:
            raise ElementNotFound(f'The scope list shows "{text}" more than once.')
        return option

    def _move(self, option: Locator, button_key: str, target: Locator, text: str) -> None:
        option.click()
        button = by_role(self.region, "button", self.labels.pattern(button_key))
        the_only(button, "button", self.labels[button_key], self.region, self.timeout).click()
        try:
            expect(target.get_by_role("option", name=exactly(text))).to_have_count(1, timeout=self.timeout * 1000)
        except AssertionError:
            raise UnexpectedPage(f'The scope "{text}" did not move to the other list.') from None
