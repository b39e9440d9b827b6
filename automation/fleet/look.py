"""Is there work on this org? The cheapest question first, and never a browser.

A token request with the delivered pair proves app, flow, Run As and org id at once. Drift is seen by reading back over REST
with that token, as far as the Run As user may read it. What the answers mean:

- no pair is delivered: the app was never made, or its pair is gone;
- the key is unknown: the app is gone, as after a refresh; a token from another org id means refreshed too;
- the key is known, but the secret or a policy is refused: repair in the browser;
- the org itself does not answer: leave it alone and try later.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from automation.app_spec import AppSpec
from automation.credentials import Credentials
from automation.delivery import Pending, Receipts, Target, lacking, parse, same_pair
from automation.errors import DeliveryFailed, OrgBusy, OrgUnavailable, ProofFailed, RunbookError, SettingsError
from automation.fleet.copies import Copy, Production
from automation.fleet.orgs import Org
from automation.http import client as make_client
from automation.org_api import (
    NoToken,
    Patience,
    ProofSession,
    Reading,
    ask,
    compare,
    is_user,
    read_back,
    same_id,
    to_18,
)
from automation.org_api.proof import wait_for_token
from automation.settings import Settings

Found = Literal[
    "in_order", "undelivered", "never", "gone", "refreshed", "dead", "broken", "drifted", "refreshing", "busy", "failed"
]
"""What a look found: nothing to do; a target lacks the pair; no pair; app gone; another org; secret refused; policy or user
refused; not as wanted; a refresh runs; the org is busy; it could not be told."""

REPAIR: Final = frozenset({"never", "gone", "refreshed", "dead", "broken", "drifted"})
WAIT: Final = frozenset({"refreshing", "busy"})

BLIP: Final = Patience(limit=6.0)
"""A short trouble of the network is waited out. Nothing else is: a key that was proven once and is unknown now is gone."""


@dataclass(frozen=True)
class Known:
    """What an earlier run proved: used for fewer questions and better words."""

    org_id: str | None = None
    app_id: str | None = None
    fingerprint: str | None = None


@dataclass
class Look:
    """What a look found, and everything learnt on the way. ``pair`` is the one that the org gave a token for."""

    org: Org
    found: Found
    why: str
    error: RunbookError | None = None
    pair: Credentials | None = None
    run_as: str | None = None
    scopes: tuple[str, ...] = ()
    read_back: bool = False
    app_id: str | None = None
    delivered_to: list[str] = field(default_factory=list)
    seconds: float = 0.0


def look(org: Org, known: Known | None = None, production: Production | None = None) -> Look:
    """Look at one org. Every foreseen failure is in the answer's ``error``, not raised."""
    began = time.monotonic()
    try:
        seen = _look(org, known or Known(), production)
    except OrgBusy as error:
        seen = Look(org, "busy", error.message, error)
    except RunbookError as error:
        seen = Look(org, "failed", error.message, error)
    return replace(seen, seconds=time.monotonic() - began)


def _look(org: Org, known: Known, production: Production | None) -> Look:
    copy = production.copy_of(org) if production is not None else None
    if copy is not None and copy.copying:
        return refreshing(org, str(copy))
    settings = org.settings_to_look()
    spec = org.spec(settings)
    targets = [parse(text) for text in settings.credentials_to]
    return checked_with(copy, production, _asked(org, settings, spec, targets, known), known)


def refreshing(org: Org, why: str) -> Look:
    """What is found of an org that is left alone, as it is being refreshed."""
    return Look(org, "refreshing", why, OrgBusy(f"{org.host} is being refreshed: {why}."))


def checked_with(copy: Copy | None, production: Production | None, seen: Look, known: Known) -> Look:
    """What a look found, together with what production says of the sandbox's newest copy.

    Until a copy is activated, the sandbox of before serves: its own answer counts, and only where it gives none, the copy's state.
    """
    if copy is None or production is None:
        return seen
    if not copy.over:
        return refreshing(seen.org, str(copy)) if isinstance(seen.error, OrgUnavailable | OrgBusy) else seen
    return _after_copy(seen, known, copy, production) if seen.found in ("never", "gone", "dead") else seen


def _after_copy(seen: Look, known: Known, copy: Copy, production: Production) -> Look:
    """The app is not there: distinguish a refresh from a deleted app, and wait until a refreshed sandbox is ready."""
    if not production.ready(copy):
        return refreshing(seen.org, "its copy has ended, but signing in is not possible yet (INVALID_STATUS)")
    if known.org_id is not None and copy.org_id is not None and not same_id(known.org_id, copy.org_id):
        return replace(seen, found="refreshed", why=f"org {known.org_id} was replaced by {to_18(copy.org_id)}")
    return seen


def _asked(org: Org, settings: Settings, spec: AppSpec, targets: Sequence[Target], known: Known) -> Look:
    """Ask the org with each pair that is there, until one gets a token."""
    pairs, unreadable = _pairs(org, spec, targets)
    worst: Look | None = None
    for pair in pairs:
        seen = _with_pair(org, settings, spec, pair, known, targets)
        if seen.found not in ("gone", "dead"):
            return seen
        worst = worst or seen
    if unreadable is not None:  # the right pair may lie there: no second one is made for a vault that is down
        return Look(org, "failed", unreadable.message, unreadable)
    again = "the pair that was delivered is not there any more" if known.fingerprint else "no pair of this app is delivered"
    return worst or Look(org, "never", again)


def _pairs(org: Org, spec: AppSpec, targets: Sequence[Target]) -> tuple[list[Credentials], DeliveryFailed | None]:
    """This app's pairs, each once, in the order of the targets; and the first target's trouble."""
    pairs: list[Credentials] = []
    trouble: DeliveryFailed | None = None
    sources: list[Target | Pending] = [*targets, Pending(org.host, spec.api_name)]
    for source in sources:
        try:
            pair = source.read()
        except DeliveryFailed as error:
            trouble = trouble or error
            continue
        if pair is None or not _is_ours(source, pair, org, spec):
            continue
        if not any(same_pair(one, pair) for one in pairs):
            pairs.append(pair)
    return pairs, trouble


def _is_ours(source: Target | Pending, pair: Credentials, org: Org, spec: AppSpec) -> bool:
    """Whether a pair is this app's. One of an unnamed app of this org is not used, but may be replaced.

    Raises:
        SettingsError: it is another app's or org's, so delivering there would destroy it.
    """
    same_host = pair.host.lower() == org.host.lower()
    if same_host and pair.app in ("", spec.api_name):
        return pair.app != ""
    raise SettingsError(
        f"{source.name} holds the pair of {pair.app or 'an unnamed app'} of {pair.host};"
        f" that of {spec.api_name} of {org.host} would replace it.",
        next="Name another place in deliver, or move the old pair away.",
    )


def _with_pair(org: Org, settings: Settings, spec: AppSpec, pair: Credentials, known: Known, targets: Sequence[Target]) -> Look:
    client = make_client(settings)
    answer = ask(client, pair)
    if isinstance(answer, NoToken) and answer.retry and isinstance(answer.error, OrgUnavailable):
        answer = wait_for_token(client, pair, BLIP)
    if isinstance(answer, NoToken):
        client.close()
        return _refused(org, answer)
    with ProofSession(client, answer, org.host) as session:
        return _proven(org, spec, replace(pair, org_id=answer.org_id), pair.org_id, session, known, targets)


def _refused(org: Org, answer: NoToken) -> Look:
    said = answer.error.message
    if isinstance(answer.error, OrgBusy):
        return Look(org, "busy", said, answer.error)
    if answer.about == "key":
        return Look(org, "gone", "the org does not know the delivered key any more: a refresh took the app, or somebody")
    if answer.about == "pair":
        return Look(org, "dead", said)
    if answer.about in ("policy", "user"):
        return Look(org, "broken", said)
    return Look(org, "failed", said, answer.error)


def _proven(
    org: Org,
    spec: AppSpec,
    pair: Credentials,
    delivered_org_id: str | None,
    session: ProofSession,
    known: Known,
    targets: Sequence[Target],
) -> Look:
    """The pair got a token: compare org, user and settings, and see whether every target has the pair."""
    seen = Look(org, "in_order", "the delivered pair got a token", pair=pair, scopes=session.token.scopes)
    if delivered_org_id is not None and pair.org_id is not None and not same_id(delivered_org_id, pair.org_id):
        return replace(seen, found="refreshed", why=f"org {delivered_org_id} was replaced by {pair.org_id}")
    seen.app_id = known.app_id if known.fingerprint == pair.fingerprint else None
    try:
        reading = read_back(session.rest, spec.api_name, seen.app_id)
        trouble = _differences(seen, spec, reading or Reading(), session)
    except ProofFailed as error:  # as when the scope api was taken away: the pair is right, and the app is not
        trouble = error.message
    if trouble:
        return replace(seen, found="drifted", why=trouble)
    missing = lacking(targets, pair, Receipts(org.host, spec.api_name))
    seen.delivered_to = [target.name for target in targets if target not in missing]
    if missing or Pending(org.host, spec.api_name).waits():
        names = ", ".join(target.name for target in missing) or "nothing more"
        return replace(seen, found="undelivered", why=f"the pair is good and has still to be delivered to {names}")
    return seen


def _differences(seen: Look, spec: AppSpec, reading: Reading, session: ProofSession) -> str:
    """What is not as wanted, in words; notes the rest in ``seen``."""
    seen.read_back = not reading.missing(spec, session.token.scopes)
    if reading.run_as is not None and reading.run_as.lower() == spec.run_as.lower():
        seen.run_as = reading.run_as
        return "; ".join(str(one) for one in compare(reading, spec, session.token.scopes))
    identity = session.identity()
    seen.run_as = identity.username
    if is_user(identity, spec.run_as) is False:
        return f"the pair speaks for {identity.username or identity.user_id}, not for {spec.run_as}"
    return "; ".join(str(one) for one in compare(reading, spec, session.token.scopes, identity.user_id))
