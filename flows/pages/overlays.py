"""What covers a page without being part of the procedure, and has a button to close it."""

from __future__ import annotations

from typing import Final

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Locator

from flows.pages.base import PageObject, any_of, by_role

HARMLESS: Final = ("overlays.quick_settings", "overlays.agentforce")
"""Panels that only offer help: closing one changes nothing (setup-ui 1; `update-2026-11-28` 2.6)."""
PANELS: Final = any_of(
    *("aside", "dialog", "section[aria-label]", "section[aria-labelledby]", ".slds-panel", ".slds-docked-composer"),
    *(".slds-popover", "[role=dialog]", "[role=complementary]", "[role=region]"),
)
"""How SLDS builds docked panels and popovers; roles and places of Setup's own are guesses (variant ``quick_settings``)."""
PROMPTS: Final = any_of(
    *(".slds-popover_prompt", ".slds-popover_walkthrough", "[class*=inAppGuidance i]", "[class*=in-app-guidance i]"),
)
"""In-app guidance, which an administrator or Salesforce shows once: SLDS's classes for prompts, the rest a guess."""
COVERED_FOR: Final = 1_000
"""Milliseconds after which a button counts as covered by another overlay."""
DIALOGS: Final = any_of("[role=dialog]", "[role=alertdialog]", "dialog[open]", ".slds-modal")


class Overlays(PageObject):
    """Known overlays only: an unknown one may say something that a person has to read."""

    @property
    def close(self) -> Locator:
        """The own close buttons of panels and prompts that are known to be harmless.

        By tags first, and further only where there are any: Playwright looks for them before each use of the page, and
        again and again while it waits.
        """
        panels = self.page.locator(PANELS)
        titled = panels.filter(has=self.page.get_by_text(self.labels.titled(*HARMLESS)))
        with_panels = self.page.locator("body").filter(has=panels)
        named = with_panels.get_by_label(self.labels.containing(*HARMLESS)).and_(panels)
        known = titled.or_(named).or_(self.page.locator(PROMPTS))
        return by_role(known, "button", self.labels.beginning("overlays.close"))

    @property
    def stay(self) -> Locator:
        """The button that goes on with the session, in a warning that it is about to end."""
        warnings = self.page.locator(DIALOGS).filter(has_text=self.labels.containing("overlays.session_ending"))
        return by_role(warnings, "button", self.labels.beginning("overlays.session_continue"))

    def close_when_in_the_way(self) -> None:
        """From now on, close or answer them whenever one is up while something on this page shall be clicked or typed."""
        self.page.add_locator_handler(self.close.or_(self.stay).first, lambda _: self._dismiss(), no_wait_after=True)

    def _dismiss(self) -> None:
        """Click one of their buttons. One overlay may cover another: the newest is the last, and goes first."""
        for button in reversed(self.close.or_(self.stay).all()):
            try:
                button.click(timeout=COVERED_FOR)
            except PlaywrightError:  # it is covered itself, or went by itself
                continue
            return
