"""Is there work at all? Whether the pair delivered by an earlier run is still there and still gets a token.

Costs one request and no browser. A valid pair means that section 4 reveals nothing again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from automation.access.hosts import is_my_domain
from automation.app_spec import AppSpec
from automation.credentials import Credentials
from automation.delivery import Pending, Target, foreign_pair, parse, same_pair
from automation.errors import DeliveryFailed, ForeignHost, ProofFailed, SettingsError
from automation.org_api import NoToken, Patience, begin_proof, same_id, token_host
from automation.org_state import OrgState, Proof
from automation.settings import Settings

SHORT_WAIT = 2.0
"""Seconds that a key unknown to the org is tried again for: it was proven once, so only an app that is gone stays unknown."""


def find_delivered(settings: Settings, spec: AppSpec, state: OrgState) -> bool:
    """Look for a delivered pair of this app and org, and prove it.

    The targets are read in their order, then the place where an undelivered pair waits. A proven pair is put in
    ``state.delivered_before`` and ``state.credentials``, its proof in ``state.proof``; one that was refused because of
    the app's policies in ``state.delivered_unproven``. What else was found is told in ``state.notes``.

    Returns:
        Whether a pair was proven.

    Raises:
        SettingsError: a target holds the pair of another app or org, so this one could not be delivered there.
        RunbookError: the org can't be asked at all (OrgUnavailable, OrgBusy).
    """
    state.looked_for_pair = True
    targets = [parse(text) for text in settings.credentials_to]
    for target in targets:
        _refuse_foreign(target, state.host, spec.api_name)
    return any(_prove(name, pair, settings, state) for name, pair in _candidates(targets, spec, state))


def check_files(settings: Settings, spec: AppSpec) -> None:
    """Refuse files of another app or org before anything is done; stores elsewhere are looked at in step 4.1.

    Raises:
        SettingsError: a ``dotenv:`` or ``json:`` file holds the pair of another app or org.
    """
    if not is_my_domain(settings.host):
        return  # the org's own host is known only after the login
    for text in settings.credentials_to:
        if text.partition(":")[0] in ("dotenv", "json"):
            _refuse_foreign(parse(text), settings.host, spec.api_name)


def _refuse_foreign(target: Target, host: str, app: str) -> None:
    foreign = foreign_pair(target, host, app)
    if foreign is not None:
        raise SettingsError(
            f"CREDENTIALS_TO: {target.name} holds the pair of {foreign}; that of {app} of {host} would replace it.",
            next="Name another place for this app, or move the old pair away.",
        )


def _candidates(targets: list[Target], spec: AppSpec, state: OrgState) -> Iterator[tuple[str, Credentials]]:
    """Pairs that are this app's of this org by what stands beside them, each once."""
    seen: list[Credentials] = []
    sources: list[Target | Pending] = [*targets, Pending(state.host, spec.api_name)]
    for source in sources:
        try:
            pair = source.read()
        except DeliveryFailed as error:
            state.notes.append(f"{source.name}: {error.message}")
            continue
        if pair is None or pair.app != spec.api_name or pair.host.lower() != state.host.lower():
            continue
        if any(same_pair(one, pair) for one in seen):
            continue
        seen.append(pair)
        if state.org_id is not None and pair.org_id is not None and not same_id(state.org_id, pair.org_id):
            state.notes.append(f"{source.name}: the pair is of org {pair.org_id}, which a refresh has replaced.")
            continue
        yield source.name, pair


def _prove(name: str, pair: Credentials, settings: Settings, state: OrgState) -> bool:
    try:
        token_host(pair)
    except (ForeignHost, SettingsError) as error:  # somebody changed the file
        state.notes.append(f"{name}: {error.message}")
        return False
    patience = Patience(settings.timeout_page, unknown_key_limit=min(SHORT_WAIT, settings.timeout_propagation))
    session = begin_proof(settings.network.client(), pair, patience, state.tell)
    if isinstance(session, NoToken):
        return _refused(name, pair, session, state)
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
    state.session, state.org_id = session, identity.org_id
    state.delivered_before = state.credentials = replace(pair, org_id=identity.org_id)
    state.proof = Proof(token=True, run_as=identity.username, scopes=session.token.scopes)
    return True


def _refused(name: str, pair: Credentials, answer: NoToken, state: OrgState) -> bool:
    """A pair that did not prove itself. Raises when the org could not be asked, as then nothing is known."""
    if answer.about in ("org", "request"):
        raise answer.error
    state.notes.append(f"{name}: the delivered pair is not valid any more. {answer.error.message}")
    if answer.about in ("policy", "user"):
        state.delivered_unproven = pair
    return False
