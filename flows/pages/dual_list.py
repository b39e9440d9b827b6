"""The OAuth scopes control: two lists with buttons that move the selected entries."""

from __future__ import annotations

import re
from functools import cached_property

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Locator, expect

from automation.errors import ElementNotFound, FieldRefused, UnexpectedPage
from flows.pages.base import STRICT, Region, by_role, the_only
from flows.pages.labels import Labels, exactly
from flows.pages.reading import texts_of
from flows.pages.snapshot import Snapshot

TOKEN = re.compile(r"[(（]\s*([a-z][a-z_]*)[^()（）]*[)）]\s*$")
"""The token that ends a scope's text in every language: ``Manage user data via APIs (api)``."""

MAX_CLIMB = 6
"""How many levels above a list the part of the page is that holds both lists."""


class DualList:
    """``Available OAuth Scopes`` and ``Selected OAuth Scopes``.

    Where the lists are is looked up once: make a new one for each visit of a form.

    Options are matched by their whole text or by the token in parentheses that ends it, which is the same in all
    languages: ``api`` alone is part of half of them, and narrow layouts only cut the pixels, not the text.
    """

    def __init__(self, region: Region, labels: Labels, timeout: float, seen: Snapshot | None = None) -> None:
        self.region = region
        self.labels = labels
        self.timeout = timeout
        self._seen = seen

    def _list(self, key: str) -> Locator:
        """One of the lists. An empty one has no height, so it never counts as visible."""
        boxes = self._lists(key)
        return the_only(boxes, "listbox", self.labels[key], self.region, self.timeout, state="attached")

    def _lists(self, key: str) -> Locator:
        return self._in(self.region, key)

    def _in(self, region: Region, key: str) -> Locator:
        return region.get_by_role("listbox", name=self.labels.pattern(key))

    @cached_property
    def available(self) -> Locator:
        return self._list("create.scopes_available")

    @cached_property
    def selected(self) -> Locator:
        return self._list("create.scopes_selected")

    def there(self) -> bool:
        """Whether the lists are there now."""
        if self._seen is not None:
            return len(self._seen.named(self.labels, "create.scopes_selected", "listbox")) == 1
        return self._lists("create.scopes_selected").count() == 1

    def chosen(self) -> list[str]:
        """Texts of the selected scopes, in order; a known scope has the text of the labels, however it is worded here."""
        seen = self._seen.options(self.labels, "create.scopes_selected") if self._seen else None
        texts = texts_of(self.selected.get_by_role("option")) if seen is None else seen
        return [self._known(text) for text in texts]

    def _known(self, text: str) -> str:
        token = TOKEN.search(text)
        key = f"scopes.{token.group(1)}" if token else ""
        return self.labels[key] if self.labels.knows(key) else text

    def add(self, text: str) -> None:
        """Move a scope to the selected side. Raises FieldRefused when the org does not offer it."""
        self._move(self.available, self._add_button, self.selected, text)

    def remove(self, text: str) -> None:
        """Move a scope back to the available side."""
        self._move(self.selected, self._remove_button, self.available, text)

    def _options(self, side: Locator, text: str) -> Locator:
        """Options of this text, or of other words that end in the same token."""
        whole, token = side.get_by_role("option", name=exactly(text)), TOKEN.search(text)
        if token is None:
            return whole
        return whole.or_(
            side.get_by_role("option", name=re.compile(rf"[(（]\s*{token.group(1)}\s*(?:[,、，][^()（）]*)?[)）]\s*$"))
        )

    def _select(self, side: Locator, text: str) -> None:
        option = self._options(side, text)
        try:
            option.click(timeout=self.timeout * 1000)
        except PlaywrightError as error:
            if STRICT in error.message:
                raise ElementNotFound(f'The scope list shows "{text}" more than once.') from None
            if option.count():
                raise
            there = "; ".join(texts_of(side.get_by_role("option")))
            raise FieldRefused(f'This org offers no OAuth scope "{text}"; it offers: {there}.') from None

    def _move(self, source: Locator, button: Locator, target: Locator, text: str) -> None:
        """Choose it and press the button; once more where the page was drawn again in between, which forgets the choice."""
        moved = self._options(target, text)
        for seconds in (self.timeout / 3, self.timeout):
            self._select(source, text)
            button.click()
            try:
                expect(moved).to_have_count(1, timeout=seconds * 1000)
            except AssertionError:
                if not self._options(source, text).count():
                    break
            else:
                return
        raise UnexpectedPage(f'The scope "{text}" did not move to the other list.')

    @cached_property
    def _add_button(self) -> Locator:
        return self._button("create.scopes_add")

    @cached_property
    def _remove_button(self) -> Locator:
        return self._button("create.scopes_remove")

    def _button(self, key: str) -> Locator:
        """The arrow button. Its short names (``Add``) are used elsewhere too, so only what is beside the lists is searched.

        Its name is not documented, so one of an unknown name is known by its place; what it moved is checked anyway.
        """
        named, buttons = self._named(self._beside_lists, key), self._beside_lists.get_by_role("button").filter(visible=True)
        if named.count() == 0:
            named = buttons.nth(0 if key == "create.scopes_add" else 1) if buttons.count() >= 2 else self._named(self.region, key)
        return the_only(named, "button", self.labels[key], self.region, self.timeout)

    def _named(self, region: Region, key: str) -> Locator:
        return by_role(region, "button", self.labels.pattern(key))

    @cached_property
    def _beside_lists(self) -> Locator:
        """The smallest part of the page with both lists. Its buttons move to the right first, then to the left (UTAM)."""
        above = self.available.locator(f"xpath=ancestor::*[position() <= {MAX_CLIMB}]")
        return above.filter(has=self._in(self.available.page, "create.scopes_selected")).last  # in order of the document
