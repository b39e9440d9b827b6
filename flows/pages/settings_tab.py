"""The tab ``Settings`` of an app: its fields, and the button to key and secret (steps 4.3 to 4.5)."""

from __future__ import annotations

import difflib
from contextlib import suppress

from playwright.sync_api import Locator

from automation.browser.race import Outcome, race
from automation.errors import ElementNotFound, NotPermitted, UnexpectedPage
from flows.pages.app_fields import AppFields
from flows.pages.app_page import AppTab
from flows.pages.base import by_role, names_by_role, the_only
from flows.pages.sections import open_section
from flows.pages.setup_page import RIGHTS

LIKE = 0.55
"""How alike (difflib) a name must be to count as a new name of the button."""
OTHER_NAME = "If by hand this user sees it under another name, put that into a LABELS_FILE (detail.key_and_secret)."


class KeyHidden(NotPermitted):
    """Without the rights, key and secret are hidden from the user (update-2026-11-28 2.5)."""


class SettingsTab(AppTab):
    """Basic Information and OAuth Settings."""

    tab_key = "detail.settings"

    @property
    def fields(self) -> AppFields:
        return AppFields(self.region, self.labels, self.timeouts.action)

    def open_basic_section(self) -> None:
        """Open ``Basic Information`` if it is closed."""
        if self.fields.api_name.value() is None:
            label = self.region.get_by_text(self.labels.pattern("create.api_name"))
            content = self.fields.api_name.control.or_(label)
            open_section(self.region, self.labels, "detail.basic_section", content, self.timeouts.action)

    def api_name(self) -> str | None:
        """The API name, once the page shows it: what is in a section may come late, or be drawn again. None: it never did."""
        shown: list[str | None] = [None]

        def read() -> bool:
            shown.append(self.fields.api_name.value())
            return shown[-1] is not None

        with suppress(UnexpectedPage):
            race(self.page, "the API name", [Outcome("API name", fact=read)], self.timeouts.action)
        return shown[-1]

    def open_oauth_section(self) -> None:
        """Open ``OAuth Settings``, which is closed at first."""
        if self._oauth_content.count():
            return
        open_section(self.region, self.labels, "detail.oauth_section", self._oauth_content, self.timeouts.action)
        known_by = (("button", "detail.oauth_section"), ("button", "detail.key_and_secret"), ("textbox", "create.callback_url"))
        shown = Outcome("OAuth settings", element=self._oauth_content)
        self.arrive("the OAuth settings", [shown], self.timeouts.action, by=known_by)

    @property
    def _oauth_content(self) -> Locator:
        callback = by_role(self.region, "textbox", self.labels.pattern("create.callback_url"))
        return callback.or_(self._key_and_secret)

    @property
    def _key_and_secret(self) -> Locator:
        name = self.labels.containing("detail.key_and_secret")  # its icon may add "opens in a new tab" to the name
        return by_role(self.region, "button", name).or_(by_role(self.region, "link", name))

    def key_and_secret_button(self) -> Locator:
        """``Consumer Key and Secret``, a button or a link with an external-link icon.

        Raises:
            KeyHidden: the section shows nothing of such a name.
            ElementNotFound: it shows something of a name that is much like it, or several.
        """
        label = self.labels["detail.key_and_secret"]
        try:
            return the_only(self._key_and_secret, "button", label, self.region, self.timeouts.action)
        except ElementNotFound:
            if self._key_and_secret.count() or any(map(self._alike, ("button", "link"))):
                raise
            raise KeyHidden(f'The app\'s OAuth settings show no "{label}" to this user.', next=f"{RIGHTS} {OTHER_NAME}") from None

    def _alike(self, role: str) -> bool:
        """Whether something here may be it under a new name, which a label file fixes."""
        names = names_by_role(self.region, role)
        return bool(difflib.get_close_matches(self.labels["detail.key_and_secret"], names, n=1, cutoff=LIKE))
