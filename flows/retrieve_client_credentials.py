"""Section 4 of the document: retrieve consumer key and secret (steps 4.1 to 4.7).

When a pair delivered earlier is still there and valid, nothing is revealed again.
"""

from __future__ import annotations

from datetime import UTC, datetime

from automation.access.navigation import AnswerLost
from automation.delivery import Pending
from automation.errors import ElementNotFound, RunbookError, TryAgainLater
from automation.secrets import Secret
from automation.secrets.credentials import Credentials
from automation.settings.app_spec import AppSpec
from automation.steps import Finding, needed, skipped, step, unchanged
from flows.app.app_in_org import AppInOrg
from flows.app.delivered_pair import find_delivered, look_for_pair
from flows.app.reveal import Reveal
from flows.app.state import OrgState
from flows.attempt import Attempt
from flows.pages.consumer_details import consumer_url
from flows.pages.settings_tab import KeyHidden
from flows.verification.methods import IdentityVerification

ALREADY = "the pair delivered earlier is still valid; nothing is revealed again"
KEPT = "the pair of an earlier run is kept and proven in 5.1; that it gets no token now has another cause than the pair"
READ = "the pair was read before this run started over; it is kept"


def _at_hand(state: OrgState) -> str | None:
    """Why nothing has to be revealed, or None."""
    if state.delivered_before is not None:
        return ALREADY
    if state.delivered_unproven is not None:
        return KEPT
    return READ if state.credentials is not None else None


@step("4.1", "Open the External Client App Manager", entry=True)
def open_manager(run: Attempt) -> Finding:
    # of an app just made there can be no pair, but a place that it must not go to is found before the reveal
    look = look_for_pair if run.state.app_created else find_delivered
    look(run.settings, run.spec, run.state)
    kept = _at_hand(run.state)
    return skipped(kept) if kept else run.app.open_manager()


@step("4.2", "Open the app")
def open_app(run: Attempt) -> Finding:
    kept = _at_hand(run.state)
    return skipped(kept) if kept else run.app.open()


@step("4.3", "Settings")
def open_settings(run: Attempt) -> Finding:
    if kept := _at_hand(run.state):
        return skipped(kept)
    run.app.settings.select()
    return unchanged("the tab Settings is open")


@step("4.4", "Expand the OAuth section")
def expand_oauth(run: Attempt) -> Finding:
    if kept := _at_hand(run.state):
        return skipped(kept)
    run.app.settings.open_oauth_section()
    return unchanged("the OAuth section is open")


@step("4.5", "Consumer Key and Secret", private=True)
def open_key_and_secret(run: Attempt) -> Finding:
    app, reveal, state = run.app, run.reveal, run.state
    if kept := _at_hand(state):
        return unchanged(kept)
    _require_button(app)

    def click() -> str:
        run.verification.prepare()  # what is in the mailbox now is older than the code that the click has sent
        reveal.begin(run.recorder)
        run.verification.prepared()
        url = consumer_url(state.host, state.app_id) if state.app_id else None
        return f"the page of key and secret {reveal.open(lambda: _load_again(app), url)}"

    return needed("the page of key and secret opened", act=click)


def _require_button(app: AppInOrg) -> None:
    """A part of the page whose own request failed stays away without a message, so the page is loaded again once."""
    try:
        app.settings.key_and_secret_button()
    except (ElementNotFound, KeyHidden):
        if not app.state.app_exists:
            raise
        _load_again(app)
        app.settings.key_and_secret_button()


def _load_again(app: AppInOrg) -> None:
    app.reload()
    app.settings.select()
    app.settings.open_oauth_section()


@step("4.6", "Verify the user's identity", private=True)
def verify_identity(run: Attempt) -> Finding:
    if kept := _at_hand(run.state):
        return unchanged(kept)

    def verify() -> None:
        try:
            _pass_screens(run.reveal, run.verification)
        except (TryAgainLater, AnswerLost) as trouble:
            if trouble.restart:
                raise
            _open_again(run.app, run.reveal, run.verification)
            _pass_screens(run.reveal, run.verification)

    return needed("identity verified", act=verify)


def _pass_screens(reveal: Reveal, verification: IdentityVerification) -> None:
    verification.until(reveal.shown_on, reveal.arrived())
    reveal.require_arrived()


def _open_again(app: AppInOrg, reveal: Reveal, verification: IdentityVerification) -> None:
    """Begin at the button again, once: a code's time was over, or the connection broke. Looking at a page changes nothing."""
    verification.prepare()
    reveal.leave()
    _load_again(app)
    verification.prepared()
    reveal.open(lambda: _load_again(app))


@step("4.7", "Copy consumer key and secret", private=True)
def copy_credentials(run: Attempt) -> Finding:
    reveal, state = run.reveal, run.state
    if kept := _at_hand(state):
        return unchanged(kept)

    def read() -> str:
        state.credentials = _keep(*reveal.read(), run.spec, state)
        reveal.end()
        return f"key and secret read (key fingerprint {state.credentials.fingerprint})"

    return needed("key and secret read", act=read)


def _keep(key: Secret, secret: Secret, spec: AppSpec, state: OrgState) -> Credentials:
    """The pair, kept on this machine from now until every target has it: whatever happens meanwhile, it is not lost."""
    url = f"https://{state.host}"
    now = datetime.now(UTC).isoformat(timespec="seconds")
    pair = Credentials(key, secret, f"{url}/services/oauth2/token", url, state.org_id, state.host, spec.api_name, now)
    try:
        Pending(state.host, spec.api_name).keep(pair)
    except RunbookError as error:  # it is delivered all the same
        state.notes.append(f"The pair could not be kept on this machine until its delivery: {error.message}")
    return pair
