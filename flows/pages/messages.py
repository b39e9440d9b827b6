"""What a page says after a click: errors at fields, errors of the page, toasts. Toasts are hints, never proof."""

from __future__ import annotations

import re

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Locator

from automation.browser.race import Sign
from flows.pages.base import PageObject, any_of
from flows.pages.reading import TEXT

# evidence: base components (slds-has-error, alert), UTAM (.forceToastMessage), browserforce's list of classic error boxes
FIELD_ERRORS = ".slds-has-error .slds-form-element__help, [aria-invalid='true'] ~ .slds-form-element__help"
PAGE_ERRORS = any_of(
    *("#errorTitle", "#errorDesc", "#validationError", "div.errorMsg", ".pageLevelErrors", ".slds-theme_error"),
    *(".slds-notify_alert", ".forceToastMessage"),
)
INVALID = "[aria-invalid='true']"
CREATE_FAILED = "problems.create_failed"
SUCCESS = re.compile(r"slds-theme_success|toastSuccess|success|slds-theme_info|slds-theme_warning", re.IGNORECASE)


LOUD = """([marks, words]) => {
  const heading = new RegExp(words, 'i'), roots = [document];
  for (const root of roots) {
    if (heading.test((root.body ?? root).textContent)) return true;
    for (const one of root.querySelectorAll('*')) {
      if (one.matches(marks) && one.checkVisibility({visibilityProperty: true})) return true;
      if (one.shadowRoot) roots.push(one.shadowRoot);
    }
  }
  return false;
}"""
"""Script: whether anything is there, also in shadow roots, that may be an error or a dialog; the queries for those take longer."""

AROUND = f"all => all.map(e => ({TEXT})(e.parentElement ?? e.getRootNode().host ?? e))"
"""The text around each element, also at the top of a shadow root: an error's words are below its heading."""

DESCRIBED = f"""all => all.map(e => {{
  const texts = (ids) => (ids ?? '').split(/\\s+/).map(id => id && e.getRootNode().getElementById(id)).filter(Boolean).map({TEXT});
  const label = e.labels?.length ? ({TEXT})(e.labels[0]) : e.ariaLabel ?? texts(e.getAttribute('aria-labelledby')).join(' ');
  return [label, texts(e.getAttribute('aria-errormessage') ?? e.getAttribute('aria-describedby')).join(' ')];
}})"""
"""Of each element: its label, and the text that it names as its error."""

READ = f"""all => all.map(e => {{
  const inside = (root) => [...root.querySelectorAll('*')].flatMap(x => [x, ...(x.shadowRoot ? inside(x.shadowRoot) : [])]);
  const around = [e, ...inside(e.shadowRoot ?? e), e.parentElement ?? e.getRootNode().host].filter(Boolean);
  return [({TEXT})(e), around.map(x => x.getAttribute('class') || '').join(' ')];
}})"""
"""Of each element: its text, and the classes on and around it; both through shadow roots."""


class Messages(PageObject):
    """Reads errors; remembers what was there before a click, so that only new ones count."""

    _before: frozenset[str] = frozenset()

    def remember(self) -> None:
        """Take note of what is shown now."""
        self._before = frozenset(self._errors_now())

    def sign(self, *more: str) -> Sign:
        """Whether the page shows something that may be an error, or anything of the selectors ``more``; a quick look."""
        marks = ", ".join((".slds-form-element__help, [role~=alert]", INVALID, PAGE_ERRORS, *more))
        return Sign(LOUD, [marks, self.labels.containing(CREATE_FAILED).pattern])

    def quiet(self, sign: Sign) -> bool:
        """Whether the page does not show that."""
        try:
            return not self.page.evaluate(sign.script, sign.about)
        except PlaywrightError:
            return False  # it is being replaced

    def field_errors(self) -> list[str]:
        """Errors at fields, each as ``"Label": text``."""
        errors = self.page.locator(FIELD_ERRORS)
        if not any(text for text, _ in _read(errors)):  # the usual case, in one round trip
            return self._described()
        return [self._with_label(error) for error in errors.filter(visible=True).all()]

    def _described(self) -> list[str]:
        """Errors that only the field itself refers to, as ARIA has it (a guess: base components use SLDS's classes)."""
        try:
            found = self.page.locator(INVALID).filter(visible=True).evaluate_all(DESCRIBED)
        except PlaywrightError:
            return []
        return [f'"{str(label).lstrip("* ").rstrip(" *")}": {text}' if label else str(text) for label, text in found if text]

    def _with_label(self, error: Locator) -> str:
        """By locators, which see through shadow roots: label and error of a field may be in different ones."""
        holder = error.locator("xpath=ancestor::*[contains(@class,'slds-form-element')][1]")
        label = holder.locator("label, legend, .slds-form-element__label").first
        try:
            text = str(error.evaluate(TEXT, timeout=500))
            return f'"{str(label.evaluate(TEXT, timeout=500)).lstrip("* ").rstrip(" *")}": {text}'
        except PlaywrightError:
            return " ".join(text for text, _ in _read(error))

    def new_errors(self) -> list[str]:
        """Errors of the page that were not there when `remember` was called."""
        return [text for text in self._errors_now() if text not in self._before]

    @property
    def boxes(self) -> Locator:
        """Where the page says something: errors, and toasts of success too."""
        boxes = self.page.get_by_role("alert").or_(self.page.locator(PAGE_ERRORS))
        return boxes.or_(self._headings).filter(visible=True)

    @property
    def _headings(self) -> Locator:
        """The heading of Create's error, known by its words, as nobody reported what is around it (update-2026-11-28 1.8)."""
        return self.page.get_by_text(self.labels.containing(CREATE_FAILED))

    def _errors_now(self) -> list[str]:
        texts = [text for text, classes in _read(self.boxes) if text and not _is_success(text, classes)]
        if any(self.labels.containing(CREATE_FAILED).search(text) for text in texts):
            texts += self._below_headings()
        return [text for text in dict.fromkeys(texts) if not any(text != other and text in other for other in texts)]

    def _below_headings(self) -> list[str]:
        try:
            return [str(text) for text in self._headings.filter(visible=True).evaluate_all(AROUND)]
        except PlaywrightError:
            return []


def _read(boxes: Locator) -> list[tuple[str, str]]:
    """Text and classes of each visible box, in one round trip; none while the page is being replaced."""
    try:
        found = boxes.filter(visible=True).evaluate_all(READ)
    except PlaywrightError:
        return []
    return [(str(text), str(classes)) for text, classes in found]


def _is_success(text: str, classes: str) -> bool:
    """Whether an alert is a toast of success, by its own class, its holder's or one inside it."""
    return bool(SUCCESS.search(classes)) or text.lower().startswith("success")
