"""The org: which kind it is, whether the login works, its language, and what the user may do there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from automation.doctor import Check, failed, from_error, passed, skipped, tried, warned
from automation.errors import FieldRefused, RunbookError
from automation.salesforce import hosts
from automation.secrets import Secret
from flows.app.state import OrgState

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from automation.settings import Settings
    from flows.pages.labels import Labels

LATER = ("org.login", "org.language", "org.permission", "org.run_as")
"""What needs a login, in the order of the lines."""


def kind(settings: Settings, allowed: str | None) -> Check:
    """Sandbox or production, by the host's name; production has to be confirmed."""
    from automation.run.guards import require_named

    try:
        require_named(settings.host, allowed)
    except RunbookError as error:
        return from_error("org.kind", error)
    if settings.host in hosts.LOGIN_HOSTS:
        return warned("org.kind", f"{settings.host} is shared by all orgs.", "Set SF_LOGIN_URL to the org's My Domain.")
    what = (hosts.is_sandbox(settings.host) and "a sandbox") or (hosts.is_production(settings.host) and "production")
    return passed("org.kind", f"{settings.host} is {what or 'no production org'}")


def not_tried(why: str) -> Iterator[Check]:
    """The lines for an org that was not logged in to."""
    return (skipped(name, why) for name in LATER)


def inside(browser: Browser, settings: Settings) -> Iterator[Check]:
    """Log in up to Setup as a run does, and read the list of apps. Nothing is recorded, and nothing is changed.

    A one-time link is not used, as a run could not use it again.
    """
    from automation.access.login_methods import login_methods
    from automation.browser import new_context

    settings = replace(settings, sf_frontdoor_url=None)
    if not login_methods(settings):
        yield from not_tried("the one-time link of SF_FRONTDOOR_URL works once and is left for the run")
        return
    context = new_context(browser, settings)
    try:
        yield from _inside(context.new_page(), settings)
    finally:
        context.close()


def _inside(page: Page, settings: Settings) -> Iterator[Check]:
    from flows.pages.labels import Labels
    from flows.verification.log_out import log_out

    state = OrgState(host=settings.host)
    labels = Labels("en", settings.labels_file)
    login, own_session = _login(page, settings, state, labels)
    try:
        yield login
        if login.result == "failed":
            yield from list(not_tried("org.login failed"))[1:]
            return
        yield _language(page, labels, state)
        yield _permission(page, settings, state, labels)
        yield run_as(page, settings, state)
    finally:
        if own_session:
            log_out(page.context, state.host)


def _login(page: Page, settings: Settings, state: OrgState, labels: Labels) -> tuple[Check, bool]:
    """The check, and whether there is now a session that was made here by a password."""
    from flows.log_in import enter, note_org
    from flows.verification.methods import IdentityVerification

    own_session = False

    def log_in() -> str:
        nonlocal own_session
        with closing(IdentityVerification.from_settings(settings, labels)) as verification:
            method = enter(page, settings, verification)
        note_org(page, settings, state)
        own_session = method.types_password
        return f"Setup of {state.host} (org {state.org_id or 'unknown'}) opens by {method.name}"

    return tried("org.login", log_in), own_session


def _language(page: Page, labels: Labels, state: OrgState) -> Check:
    from flows.log_in import follow_language
    from flows.pages.labels import languages

    follow_language(page, labels, state)
    if not labels.known_language:
        known = ", ".join(languages())
        message = f"The org's language for this user is {labels.language!r}, which has no label file; texts in {known} are tried."
        return warned("org.language", message, "Use a user whose language is English, or give the labels in a LABELS_FILE.")
    guesses = labels.guesses()
    if labels.language == "en" or not guesses:
        return passed("org.language", f"the org speaks {labels.language!r}")
    message = f"The org speaks {labels.language!r}, of which {len(guesses)} labels are guesses."
    return warned("org.language", message, "A user whose language is English is safer.")


def _permission(page: Page, settings: Settings, state: OrgState, labels: Labels) -> Check:
    from flows.pages.app_manager import AppManager
    from flows.pages.base import Timeouts
    from flows.pages.overlays import Overlays

    times = Timeouts(settings.timeout_page, settings.timeout_action, settings.timeout_save)
    manager = AppManager(page, labels, times)

    def look() -> str:
        Overlays(page, labels, times).close_when_in_the_way()
        manager.open(state.setup_url, fresh=False)
        manager.require_new_button()
        return f'the user sees the list of apps and "{labels["manager.new"]}"'

    return tried("org.permission", look)


def run_as(page: Page, settings: Settings, state: OrgState) -> Check:
    """Whether the Run As user is there and active, read over REST with the session of the browser's user."""
    from flows.log_in import sessions

    session = sessions(page).get(state.host)  # the only one that REST takes (`org-access` 2.1)
    if session is None:
        return skipped("org.run_as", "the session does not allow REST")
    try:
        found = _user(settings, state, session)
    except RunbookError:
        found = None
    if found is None:
        return skipped("org.run_as", "this user may not read users over REST; the run itself checks it")
    fix = "Set ECA_RUN_AS to the username (not the email address) of an active integration user of this org."
    if not found:
        return failed("org.run_as", f"There is no user {settings.eca_run_as} in this org.", fix, FieldRefused.exit_code)
    if not found[0].get("IsActive"):
        return failed("org.run_as", f"The user {settings.eca_run_as} is not active.", fix, FieldRefused.exit_code)
    return passed("org.run_as", f"{settings.eca_run_as} is there and active")


def _user(settings: Settings, state: OrgState, session: Secret) -> list[dict[str, Any]] | None:
    """The records of users with that name; None when they may not be read."""
    from automation.org_api.rest import NotReadable, Rest
    from automation.org_api.token import Token

    name = settings.eca_run_as.replace("\\", "\\\\").replace("'", "\\'")
    with settings.network.client() as http:
        rest = Rest(http, state.host, Token(session, None, None, ()))
        found = rest.query(f"SELECT Id, IsActive FROM User WHERE Username = '{name}'")  # noqa: S608  escaped above
    return None if isinstance(found, NotReadable) else found
