"""The page of one app, and what its tabs ``Policies`` and ``Settings`` share: read-only until ``Edit``, then saved."""

from __future__ import annotations

import re
from typing import ClassVar

from playwright.sync_api import Locator

from automation.browser.race import Outcome, race
from automation.errors import PageTrouble, UnexpectedPage
from flows.pages.base import Region, by_role, click, the_only
from flows.pages.commit import Answer, Commit
from flows.pages.setup_page import LIST_PATH, NEW_PATH, SetupPage, StillLoading


class AppNotLoaded(PageTrouble):
    """The app's page shows an error in place of the app; opening it again from the list helped others (update-2026-11-28 1.14)."""


class AppPage(SetupPage):
    """``Manage External Client Apps`` / name of the app; tabs ``Policies``, ``Settings``, ``Package Defaults``."""

    known_by = (("tab", "detail.policies"),)

    def open(self, url: str) -> None:
        """Open an app by its URL."""
        self.go(url)
        self.wait()

    def wait(self) -> None:
        """Wait until the tabs are there. Raises AppNotLoaded, or as `arrive`."""
        what = "the page of the External Client App"
        if self.arrive(what, [self.shown, *self._broken], by=self.known_by).name != "app page":
            words = self.sentence("problems.app_not_loaded").first.inner_text().strip()
            raise AppNotLoaded(f'The org could not load {what}. It said: "{words[:200]}"')

    @property
    def _broken(self) -> list[Outcome]:
        """The error in place of the app. Only here, as the words are too common for other pages."""
        return [Outcome("an error in place of the app", element=self.sentence("problems.app_not_loaded"))]

    def app_url(self) -> str | None:
        """The URL that leads to this app again; None where the list's own still shows (a guess)."""
        url = self.page.url.split("?")[0].split("#")[0]
        return None if url.endswith((LIST_PATH, NEW_PATH)) else url

    def comes(self, seconds: float) -> bool:
        """Whether the tabs, a known problem instead of them, or at least the app's URL, are there within so many seconds."""
        left = Outcome("its URL", fact=lambda: self.app_url() is not None)
        try:
            race(self.page, "the page of the External Client App", [self.shown, left, *self._broken, *self.problems()], seconds)
        except UnexpectedPage:
            return False
        return True

    def is_titled(self, name: str) -> bool:
        """Whether a heading holds the app's name, as that of its page does (TURBO, GS); the list and the form have none."""
        return by_role(self.page, "heading", re.compile(re.escape(name))).count() > 0

    @property
    def shown(self) -> Outcome:
        return Outcome("app page", element=by_role(self.page, "tab", self.labels.pattern("detail.policies")))

    def is_open(self) -> bool:
        """Whether the tabs of an app are on screen now."""
        return self.shown.happened()


class AppTab(AppPage):
    """One tab of the app. ``tab_key`` is its label."""

    tab_key: ClassVar[str]
    _region: Region | None = None

    def select(self) -> None:
        """Bring the tab to the front, if it is not, and wait for its content."""
        what, label = f"the tab {self.labels[self.tab_key]}", self.labels[self.tab_key]
        tab = by_role(self.page, "tab", self.labels.pattern(self.tab_key))
        in_front = tab.and_(self.page.locator("[aria-selected=true]"))
        if not in_front.count():
            click(tab, "tab", label, self.page, self.timeouts.page)
        body = self.page.locator("body").filter(has=in_front)
        edit, save = (by_role(body, "button", self.labels.pattern(key)) for key in ("detail.edit", "detail.save"))
        self.arrive(what, [Outcome("tab", element=edit.or_(save))], by=(("button", "detail.edit"), ("button", "detail.save")))
        self._region = None

    @property
    def region(self) -> Region:
        """The visible panel. Panels have no name in some releases, and hidden ones may stay in the page.

        Whether there is one panel is looked up once after each `select` and `edit`.
        """
        if self._region is None:
            panel = self.page.locator("[role=tabpanel]").filter(visible=True)  # by the role as written: it is part of every search
            self._region = panel if panel.count() == 1 else self.page
        return self._region

    @property
    def edit_button(self) -> Locator:
        return by_role(self.page, "button", self.labels.pattern("detail.edit"))

    def require_edit_button(self) -> Locator:
        """``Edit``, once it is there. Raises ElementNotFound."""
        return the_only(self.edit_button, "button", self.labels["detail.edit"], self.page, self.timeouts.action)

    @property
    def save_buttons(self) -> Locator:
        """One or two: at the top right in place of ``Edit`` (GS) and in a sticky footer (TURBO)."""
        return by_role(self.page, "button", self.labels.pattern("detail.save"))

    @property
    def _view_mode(self) -> Locator:
        """``Edit`` on a page that shows no ``Save`` any more: some page may show both while it saves."""
        save = self.page.get_by_role("button", name=self.labels.pattern("detail.save")).filter(visible=True)
        body = self.page.locator("body").filter(has_not=save)
        return by_role(body, "button", self.labels.pattern("detail.edit"))

    def editing(self) -> bool:
        """Whether the tab is in edit mode."""
        return self.save_buttons.count() > 0

    def edit(self) -> None:
        """Click ``Edit`` unless already editing."""
        if self.editing():
            return
        self.require_edit_button().click()
        editing = Outcome("edit", element=self.save_buttons)
        self.arrive("edit mode", [editing], self.timeouts.action, by=(("button", "detail.save"),))
        self._region = None

    def cancel(self) -> None:
        """Leave edit mode without saving, if in it."""
        button = by_role(self.page, "button", self.labels.pattern("detail.cancel"))
        if self.editing() and button.count():
            button.first.click()

    def save(self) -> Answer:
        """Click ``Save`` and wait for its answer. View mode coming back is how a save shows, so in view mode nothing is done.

        Both buttons belong to the same form, so either will do: the first that can be used is clicked.

        Raises:
            RunbookError: the session or the page went away.
        """
        commit = Commit(self.page, self.labels, self.timeouts)
        commit.remember(asked_late=True)
        if not self.editing():
            return Answer(done=True)
        self._usable_save().click()
        try:
            return commit.answer(self, "the answer to Save", Outcome("saved", element=self._view_mode))
        except (UnexpectedPage, StillLoading):
            return Answer(done=False)

    def _usable_save(self) -> Locator:
        return self.save_buttons.and_(self.page.locator(":enabled:not([aria-disabled=true])")).first
