"""The create form, which replaces the list on the same page (steps 1.4 to 1.7)."""

from __future__ import annotations

from playwright.sync_api import Locator

from automation.browser.race import Outcome
from flows.pages.app_fields import AppFields
from flows.pages.base import by_role, the_only
from flows.pages.sections import open_section
from flows.pages.setup_page import SetupPage


class CreateForm(SetupPage):
    """Fields, sections, and the sticky footer with ``Cancel`` and ``Create``."""

    @property
    def fields(self) -> AppFields:
        return AppFields(self.page, self.labels, self.timeouts.action)

    def wait(self) -> None:
        """Wait until the form shows its first field, or what opens its section, or its button."""
        name = by_role(self.page, "textbox", self.labels.pattern("create.name"))
        button = by_role(self.page, "button", self.labels.pattern("create.basic_section"))
        create = by_role(self.page, "button", self.labels.pattern("create.create"))
        form = Outcome("form", element=name.or_(button).or_(create))
        known_by = (("textbox", "create.name"), ("button", "create.basic_section"), ("button", "create.create"))
        self.arrive("the form of a new External Client App", [form], by=known_by)

    def open_basic_section(self) -> None:
        """Open ``Basic Information`` if some release shows it closed."""
        if not self.fields.name.there():
            open_section(self.page, self.labels, "create.basic_section", self.fields.name.control, self.timeouts.action)

    def open_oauth_section(self) -> None:
        """Open ``API (Enable OAuth Settings)``, which documents say is closed at first."""
        if not self.fields.enable_oauth.there():
            open_section(self.page, self.labels, "create.oauth_section", self.fields.enable_oauth.control, self.timeouts.action)

    @property
    def create_button(self) -> Locator:
        button = by_role(self.page, "button", self.labels.pattern("create.create"))
        return the_only(button, "button", self.labels["create.create"], self.page, self.timeouts.action)
