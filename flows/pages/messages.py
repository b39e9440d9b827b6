"""What a page says after a click: errors at fields, errors of the page, toasts. Toasts are hints, never proof."""

from __future__ import annotations

import re

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Locator

from flows.pages.base import PageObject

# evidence: base components (slds-has-error, alert), UTAM (.forceToastMessage), browserforce's list of classic error boxes
FIELD_ERRORS = ".slds-has-error .slds-form-element__help, [aria-invalid='true'] ~ .slds-form-element__help"
PAGE_ERRORS = "#errorTitle, #errorDesc, #validationError, div.errorMsg, .pageLevelErrors, .slds-theme_error, .slds-notify_alert"
SUCCESS = re.compile(r"slds-theme_success|toastSuccess|success|slds-theme_info|slds-theme_warning", re.IGNORECASE)


READ = """all => all.map(e => {
  const around = [e, ...e.querySelectorAll('*'), e.parentElement].filter(Boolean);
  const holder = e.closest('.slds-form-element');
  const label = holder && holder.querySelector('label, legend, .slds-form-element__label');
  return [e.innerText || '', around.map(x => x.getAttribute('class') || '').join(' '), label ? label.innerText : ''];
})"""
"""Of each element: its text, the classes on and around it, and the label of the field that it belongs to."""


class Messages(PageObject):
    """Reads errors; remembers what stood there before a click, so that only new ones count."""

    _before: frozenset[str] = frozenset()

    def remember(self) -> None:
        """Take note of what is shown now."""
        self._before = frozenset(self._errors_now())

    def field_errors(self) -> list[str]:
        """Errors at fields, each as ``"Label": text``."""
        found = _read(self.page.locator(FIELD_ERRORS))
        return [f'"{label}": {text}' if label else text for text, _, label in found]

    def new_errors(self) -> list[str]:
        """Errors of the page that were not there when `remember` was called."""
        return [text for text in self._errors_now() if text not in self._before]

    def _errors_now(self) -> list[str]:
        found = _read(self.page.get_by_role("alert").or_(self.page.locator(PAGE_ERRORS)))
        return list(dict.fromkeys(text for text, classes, _ in found if text and not _is_success(text, classes)))


def _read(boxes: Locator) -> list[tuple[str, str, str]]:
    """Text, classes and field label of each visible box, in one round trip; none while the page is being replaced."""
    try:
        found = boxes.filter(visible=True).evaluate_all(READ)
    except PlaywrightError:
        return []
    return [(_plain(text), classes, _plain(label).lstrip("* ").rstrip(" *")) for text, classes, label in found]


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def _is_success(text: str, classes: str) -> bool:
    """Whether an alert is a toast of success, by its own class, its holder's or one inside it."""
    return bool(SUCCESS.search(classes)) or text.lower().startswith("success")
