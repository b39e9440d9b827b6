"""Step 1.1 of the document: log in to the org."""

from __future__ import annotations

import logging
import re
import threading

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page

from automation.access.login_methods import ENTRANCE, LoginMethod, LoginMethodFailed, login_methods
from automation.access.named_org import NEXT
from automation.access.navigation import AnswerLost, NotNow, open_url
from automation.access.redirect_loop import PASSING_THROUGH
from automation.browser.race import Outcome
from automation.errors import ForeignHost, LoginRefused, ProductionRefused, SettingsError
from automation.salesforce import hosts
from automation.secrets import Secret, private
from automation.settings import Settings
from automation.steps import Finding, step, unchanged
from flows.app.state import OrgState
from flows.attempt import Attempt
from flows.pages.labels import Labels, languages
from flows.pages.setup_page import LOGIN_FIELDS
from flows.verification.methods import IdentityVerification
from flows.verification.stops import VerificationTimedOut

log = logging.getLogger(__name__)

PAUSES = (1.0, 3.0)
"""Seconds before a login method is tried again after an error of the server or a broken connection."""

_ORG_ID = re.compile(r"(00D[A-Za-z0-9]{12})(?:[A-Za-z0-9]{3})?!")
"""A session id begins with the org's id and an exclamation mark (`org-access` 6.1)."""


@step("1.1", "Log in to the org", login=True, always=True, entry=True)
def log_in(run: Attempt) -> Finding:
    """Log in by the first method that works, up to Setup, with nothing recorded; from then on use the org's language."""
    page, settings, state, verification = run.page, run.settings, run.state, run.verification
    with run.recorder.nothing_recorded():
        method = enter(page, settings, verification)
        note_org(page, settings, state)
        verification.note_org(state.host, state.org_id)
        verification.own_session = method.types_password
        follow_language(page, verification.labels, state)
    _note_trouble(verification, state)
    state.username = settings.sf_username if method.types_password else state.username
    who = f" as {state.username}" if state.username else ""
    return unchanged(f"logged in to {state.host}{who} by {method.name}")


def _note_trouble(verification: IdentityVerification, state: OrgState) -> None:
    """A mailbox that can't be opened matters only once a code is asked for, which may be after the app was created."""
    for trouble in verification.codes.trouble:
        note = f"{trouble} Should the org ask for a code later, the run will stop there."
        if note not in state.notes:
            state.notes.append(note)
            verification.notify(note)


def enter(page: Page, settings: Settings, verification: IdentityVerification) -> LoginMethod:
    """Try the configured login methods, in order, until Setup is open; returns the one that worked.

    Raises:
        LoginRefused: also when the last of several methods failed.
        RunbookError: whatever the login method met, see `IdentityVerification.until`.
    """
    remaining = login_methods(settings)
    while remaining:
        method = remaining.pop(0)
        try:
            _log_in_by(method, page, settings, verification)
        except (LoginMethodFailed, LoginRefused) as error:
            if not remaining or method.types_password:
                raise
            log.warning("%s Trying %s next.", error.message, remaining[0].name)
        else:
            return method
    raise SettingsError("No login method is configured.", next="Set SF_USERNAME and SF_PASSWORD, or another login method.")


def _log_in_by(method: LoginMethod, page: Page, settings: Settings, verification: IdentityVerification) -> None:
    """Log in by one method, from its beginning again when an answer of the org was lost, and once when a code came too late."""
    for pause in (*PAUSES, None):
        try:
            _log_in_once(method, page, settings, verification)
        except (AnswerLost, NotNow, VerificationTimedOut) as error:
            once = isinstance(error, VerificationTimedOut) and pause != PAUSES[0]
            if pause is None or once or not method.opens_again:
                raise
            log.warning("%s Trying again in %g s.", error.message, pause)
            threading.Event().wait(pause)
        else:
            return


def _log_in_once(method: LoginMethod, page: Page, settings: Settings, verification: IdentityVerification) -> None:
    verification.prepare()
    if not method.types_password:
        verification.prepared()  # opening the link may have a code sent; the login form waits by itself before it is sent
    inside = Outcome("the org", fact=lambda: _inside(page))
    verification.until(page, inside, first=lambda: method.open(page), types_password=method.types_password)
    if not _in_setup(page):
        _to_setup(page, settings, verification)


def _to_setup(page: Page, settings: Settings, verification: IdentityVerification) -> None:
    """The session is good for the org; make sure that it is for the Setup host too."""
    my_domain = hosts.my_domain_of(hosts.parse_url(page.url).host) or settings.host
    setup = f"https://{my_domain}{ENTRANCE}"
    verification.until(
        page,
        Outcome("Setup", fact=lambda: _in_setup(page)),
        first=lambda: open_url(page, setup, settings.timeout_page, settings.sf_ca_file),
        types_password=False,  # a login page that comes now means that the session was not accepted
    )


def _inside(page: Page) -> bool:
    """Whether a page of the org itself is open: Lightning, Setup, or the old user interface's home."""
    url = hosts.parse_url(page.url)
    my_domain = hosts.my_domain_of(url.host)
    if url.scheme != "https" or my_domain is None or PASSING_THROUGH.match(url.path):
        return False
    if url.host == my_domain:
        return url.path.startswith(_CLASSIC) or _setup_stayed(page, url)
    return url.path.startswith(("/lightning/", "/one/"))


_CLASSIC = ("/setup/forcecomHomepage.apexp", "/ui/setup/Setup", "/lightning/page/home")


def _setup_stayed(page: Page, url: hosts.Url) -> bool:
    """Whether the My Domain host itself shows Setup. By all evidence it only passes on to the Setup host, with an empty page."""
    if not url.path.startswith("/lightning/setup/"):
        return False
    shown = page.get_by_role("heading").filter(visible=True).count() > 0
    return shown and page.locator(LOGIN_FIELDS).filter(visible=True).count() == 0


def _in_setup(page: Page) -> bool:
    """Whether a Setup page is open, and not only passed on the way to another host."""
    return hosts.parse_url(page.url).path.startswith("/lightning/setup/") and _inside(page)


def note_org(page: Page, settings: Settings, state: OrgState) -> None:
    """Fill in what the URLs and the session say about the org.

    Raises:
        ProductionRefused: the login led to a production org that was not named.
        ForeignHost: it led to another org than ``SF_LOGIN_URL`` names.
    """
    reached = hosts.parse_url(page.url).host
    my_domain = hosts.my_domain_of(reached)
    if my_domain is None:
        return
    if hosts.is_my_domain(settings.host) and my_domain != settings.host:
        raise ForeignHost(f"SF_LOGIN_URL names {settings.host}, but the login led to {my_domain}.", next=NEXT)
    if hosts.is_production(my_domain) and not hosts.is_production(settings.host):
        raise ProductionRefused(f"The login at {settings.host} led to {my_domain}, which may be a production org.")
    state.host = my_domain
    state.sandbox = hosts.is_sandbox(my_domain)
    if reached != hosts.setup_host(my_domain):
        state.setup_host = reached
    state.org_id = state.org_id or _org_id(page, my_domain)


def _org_id(page: Page, my_domain: str) -> str | None:
    """The org's 15-character id from the session id."""
    known = _ORG_ID.match(sessions(page).get(my_domain, Secret("")).reveal())
    return known.group(1) if known else None


def sessions(page: Page) -> dict[str, Secret]:
    """The session ids, by host."""
    with private("reading which org this is"):
        cookies = page.context.cookies()
    ids = [cookie for cookie in cookies if cookie.get("name") == "sid" and cookie.get("value")]
    return {cookie.get("domain", "").lstrip("."): Secret(cookie.get("value", "")) for cookie in ids}


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
