"""Is there work at all? Whether the pair delivered by an earlier run is still there and still gets a token.

Costs one request and no browser. A valid pair means that section 4 reveals nothing again.
"""

from __future__ import annotations

from automation.delivery import read_all
from automation.delivery.files import FileTarget
from automation.errors import ProofFailed, RunbookError, SettingsError
from automation.network.backoff import Patience
from automation.org_api import Answer, ProofSession, Source, ask_org, find_pairs, require_ours
from automation.salesforce.hosts import is_my_domain
from automation.salesforce.ids import same_id
from automation.secrets.credentials import Credentials
from automation.settings import Settings
from automation.settings.app_spec import AppSpec
from flows.app.state import OrgState

SHORT_WAIT = 2.0
"""Seconds that a key unknown to the org is tried again for: it was proven once, so only a deleted app stays unknown."""


def check_files(settings: Settings, spec: AppSpec) -> None:
    """Refuse files that can't be delivered to before anything is done; stores elsewhere are read in step 4.1.

    Raises:
        SettingsError: a ``dotenv:`` or ``json:`` target is no file that can be read, or holds what is not ours to replace.
    """
    contents = read_all(target for target in settings.credentials_to if isinstance(target, FileTarget))
    for target, held in contents.items():
        if isinstance(held, RunbookError):
            raise SettingsError(f"{target.name}: {held.message}", next=held.next)
    if is_my_domain(settings.host):  # else the org's own host is known only after the login
        require_ours(contents, settings.host, spec.api_name)


def look_for_pair(settings: Settings, spec: AppSpec, state: OrgState) -> list[Source]:
    """Read the targets, and the place where a pair waits for delivery, into ``state.pairs``; answers the pairs of this app.

    Raises:
        SettingsError: a target holds what is not ours to replace, so this app's pair could not be delivered there.
    """
    state.pairs = find_pairs(settings.credentials_to, state.host, spec.api_name)
    state.notes += [f"{name}: {error.message}" for name, error in state.pairs.troubles.items()]
    return state.pairs.sources


def find_delivered(settings: Settings, spec: AppSpec, state: OrgState) -> bool:
    """Look for a pair of this app and org, and prove it; whether one was proven.

    A proven pair is put in ``state.delivered_before`` and ``state.credentials``, its proof in ``state.proof``; one that
    may be good but gets no token (yet) in ``state.delivered_unproven``. What else was found is in ``state.notes``.

    Raises:
        SettingsError: as `look_for_pair`.
        RunbookError: the org can't be asked at all (OrgUnavailable, OrgBusy).
    """
    sources = look_for_pair(settings, spec, state)
    patience = Patience(settings.timeout_page, unknown_key_limit=min(SHORT_WAIT, settings.timeout_propagation))
    answers = ask_org(sources, settings.network, patience, state.org_id, state.notify)
    return any(_taken(answer, state) for answer in answers)  # only the last one can be


def _taken(answer: Answer, state: OrgState) -> bool:
    """Note what one answer means for this run. Whether the pair is proven."""
    name, pair = answer.source.name, answer.source.pair
    if answer.verdict == "good" and answer.session is not None:
        return _proven(name, pair, answer.session, state)
    if answer.verdict == "org" and answer.error is not None:  # nothing is known then
        raise answer.error
    if answer.verdict in ("refreshed", "not_sent", "early"):
        state.notes.append(f"{name}: {answer.why}")
    else:
        state.notes.append(f"{name}: the delivered pair is not valid any more. {answer.why}")
    if answer.verdict in ("policy", "early"):
        state.delivered_unproven = pair
    return False


def _proven(name: str, pair: Credentials, session: ProofSession, state: OrgState) -> bool:
    try:
        identity = session.identity()
    except ProofFailed as error:  # as when the scope api was taken away: the pair is right, and the app is not
        session.close()
        state.notes.append(f"{name}: the delivered pair gets a token that can't be used. {error.message}")
        state.delivered_unproven = pair
        return False
    if state.org_id is not None and not same_id(identity.org_id, state.org_id):
        session.close()
        state.notes.append(f"{name}: the pair is of org {identity.org_id}, not of {state.org_id}.")
        return False
    state.proven(pair, session)
    state.delivered_before = state.credentials
    return True
