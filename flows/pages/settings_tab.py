"""The tab ``Settings`` of an app: its fields, and the button to key and secret (steps 4.3 to 4.5)."""

from __future__ import annotations

from contextlib import suppress

from playwright.sync_api import Locator

from automation.browser.race import Outcome, race
from automation.errors import UnexpectedPage
from flows.pages.app_fields import AppFields
from flows.pages.app_page import AppTab
from flows.pages.base import by_role, the_only
from flows.pages.sections import open_section


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
        if not self._oauth_content.count():
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
        """``Consumer Key and Secret``, a button or a link with an external-link icon."""
        label = self.labels["detail.key_and_secret"]
        return the_only(self._key_and_secret, "button", label, self.region, self.timeouts.action)
