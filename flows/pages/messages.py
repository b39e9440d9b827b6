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


class Messages(PageObject):
    """Reads errors; remembers what stood there before a click, so that only new ones count."""

    _before: frozenset[str] = frozenset()

    def remember(self) -> None:
        """Take note of what is shown now."""
        self._before = frozenset(self._errors_now())

    def field_errors(self) -> list[str]:
        """Errors at fields, each as ``"Label": text``."""
        return [self._with_label(error) for error in self._visible(self.page.locator(FIELD_ERRORS))]

    def new_errors(self) -> list[str]:
        """Errors of the page that were not there when `remember` was called."""
        return [text for text in self._errors_now() if text not in self._before]

    def _errors_now(self) -> list[str]:
        boxes = self.page.get_by_role("alert").or_(self.page.locator(PAGE_ERRORS))
        texts = [_text(box) for box in self._visible(boxes) if not _is_success(box)]
        return list(dict.fromkeys(text for text in texts if text))

    def _visible(self, locator: Locator) -> list[Locator]:
        return locator.filter(visible=True).all()

    def _with_label(self, error: Locator) -> str:
        holder = error.locator("xpath=ancestor::*[contains(@class,'slds-form-element')][1]")
        label = holder.locator("label, legend, .slds-form-element__label").first
        try:
            name = label.inner_text(timeout=500).strip().lstrip("*").strip()
        except PlaywrightError:
            return _text(error)
        return f'"{name}": {_text(error)}'


def _text(locator: Locator) -> str:
    try:
        return re.sub(r"\s+", " ", locator.inner_text(timeout=500)).strip()
    except PlaywrightError:
        return ""


def _is_success(box: Locator) -> bool:
    """Whether an alert is a toast of success, by its own class, its holder's or one inside it."""
    script = "e => [e, ...e.querySelectorAll('*'), e.parentElement].filter(Boolean).map(x => x.className).join(' ')"
    try:
        classes = str(box.evaluate(script, timeout=500))
    except PlaywrightError:
        return True
    return bool(SUCCESS.search(classes)) or _text(box).lower().startswith("success")
