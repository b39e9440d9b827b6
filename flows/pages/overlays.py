"""What lies over a page without being part of the procedure, and offers a button to close it."""

from __future__ import annotations

from playwright.sync_api import Locator

from flows.pages.base import PageObject, by_role


class Overlays(PageObject):
    """Known overlays only: an unknown one may say something that a person has to read."""

    @property
    def quick_settings(self) -> Locator:
        """The ``Quick Settings`` panel of some editions (setup-ui 1). Its role and place are guesses (``quick_settings``)."""
        name = self.labels.pattern("overlays.quick_settings")
        panel = by_role(self.page, "dialog", name).or_(by_role(self.page, "region", name))
        return by_role(panel, "button", self.labels.pattern("overlays.close"))

    def close_when_in_the_way(self) -> None:
        """From now on, close the panel whenever it is up while something on this page shall be clicked or typed."""
        self.page.add_locator_handler(self.quick_settings, lambda button: button.click())
