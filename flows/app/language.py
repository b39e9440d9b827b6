"""The org's language for this user, read from the page; the labels follow it."""

from __future__ import annotations

import logging
import re

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page

from flows.app.state import OrgState
from flows.pages.labels import Labels, languages

log = logging.getLogger(__name__)


def follow_language(page: Page, labels: Labels, state: OrgState) -> None:
    """Set the labels to the language of a page of the org, and keep it in the state.

    A page that does not say its language changes nothing. That Setup gives the user's language in ``<html lang>``
    is usual for Lightning pages and a guess for this one. It only decides which texts are tried first.
    """
    language = page_language(page)
    if language is None or language == labels.language:
        return
    labels.speak(language)
    state.language = language
    if not labels.known_language:
        known = ", ".join(languages())
        log.warning("the org's language for this user is %r, which has no label file; the labels of %s are used", language, known)
    log.info("the org's language for this user is %r", language)


def page_language(page: Page) -> str | None:
    """Two letters, such as ``ja`` for ``<html lang="ja-JP">``; None when the page does not say."""
    try:
        lang = page.locator("html").get_attribute("lang") or ""
    except PlaywrightError:
        return None
    match = re.match(r"[A-Za-z]{2,3}(?=$|[-_])", lang.strip())
    return match.group().lower() if match else None
