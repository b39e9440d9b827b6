"""Is there work on this org? The cheapest question first, and never a browser.

A token request with the delivered pair proves app, flow, Run As and org id at once. Drift is found by reading back over REST
with that token, as far as the Run As user may read it. What the answers mean:

- no pair is delivered: the app was never made, or its pair was removed;
- the key is unknown: the app is missing, as after a refresh; a token from another org id means refreshed too;
- the key is known, but the secret or a policy is rejected: repair in the browser;
- the org itself does not answer: leave it alone and try later.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from automation.delivery import Contents, Pending, lacking
from automation.errors import OrgBusy, OrgUnavailable, ProofFailed, RunbookError
from automation.fleet.copies import Copy, Production
from automation.fleet.orgs import Org
from automation.network.backoff import Patience
from automation.org_api import Answer, ProofSession, Reading, Verdict, ask_org, compare, find_pairs, is_user, read_back
from automation.salesforce.ids import same_id, to_18
from automation.secrets.credentials import Credentials
from automation.settings import Settings
from automation.settings.app_spec import AppSpec
from flows.app.state import OrgState, Proof

Found = Literal[
    "up_to_date",
    "undelivered",
    "not_set_up",
    "app_missing",
    "refreshed",
    "secret_rejected",
    "policy_rejected",
    "drifted",
    "refreshing",
    "busy",
    "failed",
]
"""What a check found: nothing to do; a target lacks the pair; no pair; app missing; another org; secret rejected; policy or user
rejected; settings differ; a refresh is running; the org is busy; the check failed."""

_MEANS: Final[dict[Verdict, Found]] = {
    "key": "app_missing", "pair": "secret_rejected", "not_sent": "secret_rejected", "policy": "policy_rejected",
    "early": "policy_rejected",
}  # fmt: skip

REPAIR: Final = frozenset({"not_set_up", "app_missing", "refreshed", "secret_rejected", "policy_rejected", "drifted"})

BLIP: Final = Patience(limit=6.0, unknown_key_limit=0.0, busy_limit=0.0)
"""A short trouble of the network is waited out. Nothing else is: a key that was proven once and is unknown now is missing."""


@dataclass(frozen=True)
class Known:
    """What an earlier run proved: used for fewer questions and better words."""

    org_id: str | None = None
    app_id: str | None = None
    fingerprint: str | None = None


@dataclass
class CheckResult:
    """What a check found, and everything learnt from it. The credentials of ``state`` are those that the org gave a token for."""

    org: Org
    found: Found
    why: str
    error: RunbookError | None = None
    state: OrgState = field(default_factory=lambda: OrgState(""))
    seconds: float = 0.0


def check_org(org: Org, known: Known | None = None, production: Production | None = None) -> CheckResult:
    """Check one org. Every foreseen failure is in the answer's ``error``, not raised."""
    began = time.monotonic()
    try:
        seen = _check(org, known or Known(), production)
    except OrgBusy as error:
        seen = CheckResult(org, "busy", error.message, error)
    except RunbookError as error:
        seen = CheckResult(org, "failed", error.message, error)
    return replace(seen, seconds=time.monotonic() - began)


def _check(org: Org, known: Known, production: Production | None) -> CheckResult:
    copy = production.copy_of(org) if production is not None else None
    if copy is not None and copy.copying:
        return refreshing(org, str(copy))
    settings = org.settings_to_check()
    return with_copy(copy, production, _Questions(org, settings, org.spec(settings), known).asked(), known)


def refreshing(org: Org, why: str) -> CheckResult:
    """What is found of an org that is left alone, as it is being refreshed."""
    return CheckResult(org, "refreshing", why, OrgBusy(f"{org.host} is being refreshed: {why}."))


def with_copy(copy: Copy | None, production: Production | None, seen: CheckResult, known: Known) -> CheckResult:
    """What a check found, together with what production says of the sandbox's newest copy.

    Until a copy is activated, the sandbox of before serves: its own answer counts, and only where it gives none, the copy's state.
    """
    if copy is None or production is None:
        return seen
    if not copy.over:
        return refreshing(seen.org, str(copy)) if isinstance(seen.error, OrgUnavailable | OrgBusy) else seen
    return _after_copy(seen, known, copy, production) if seen.found in ("not_set_up", "app_missing", "secret_rejected") else seen


def _after_copy(seen: CheckResult, known: Known, copy: Copy, production: Production) -> CheckResult:
    """The app is not there: distinguish a refresh from a deleted app, and wait until a refreshed sandbox is ready."""
    if not production.ready(copy):
        return refreshing(seen.org, "its copy has finished, but logging in is not possible yet (INVALID_STATUS)")
    if known.org_id is not None and copy.org_id is not None and not same_id(known.org_id, copy.org_id):
        return replace(seen, found="refreshed", why=f"org {known.org_id} was replaced by {to_18(copy.org_id)}")
    return seen


@dataclass(frozen=True)
class _Questions:
    org: Org
    settings: Settings
    spec: AppSpec
    known: Known

    def asked(self) -> CheckResult:
        """Ask the org with each pair that is there, until one is not rejected."""
        pairs = find_pairs(self.settings.credentials_to, self.org.host, self.spec.api_name)
        answers = ask_org(pairs.sources, self.settings.network, BLIP)
        if answers and not answers[-1].rejected:
            return self._of(answers[-1], pairs.contents)
        for unreadable in pairs.troubles.values():  # the right pair may be there: no second one is made for a vault that is down
            return CheckResult(self.org, "failed", unreadable.message, unreadable)
        if answers:
            return self._of(answers[0], pairs.contents)
        gone = "the delivered pair is no longer at its target"
        return CheckResult(self.org, "not_set_up", gone if self.known.fingerprint else "no pair of this app is delivered")

    def _of(self, answer: Answer, contents: Contents) -> CheckResult:
        if answer.session is not None:
            with answer.session as session:
                return self._proven(answer.source.pair, session, contents)
        if isinstance(answer.error, OrgBusy):
            return CheckResult(self.org, "busy", answer.why, answer.error)
        found = _MEANS.get(answer.verdict, "failed")
        why = "the org does not know the delivered key: a refresh removed the app, or it was deleted"
        return CheckResult(
            self.org, found, why if found == "app_missing" else answer.why, answer.error if found == "failed" else None
        )

    def _proven(self, delivered: Credentials, session: ProofSession, contents: Contents) -> CheckResult:
        """The pair got a token: compare org, user and settings, and see whether every target has the pair."""
        pair = replace(delivered, org_id=session.token.org_id)
        state = OrgState(pair.host, pair.org_id, credentials=pair, proof=Proof(token=True, scopes=session.token.scopes))
        seen = CheckResult(self.org, "up_to_date", "the delivered pair got a token", state=state)
        if delivered.org_id is not None and pair.org_id is not None and not same_id(delivered.org_id, pair.org_id):
            return replace(seen, found="refreshed", why=f"org {delivered.org_id} was replaced by {pair.org_id}")
        state.app_id = self.known.app_id if self.known.fingerprint == pair.fingerprint else None
        try:
            trouble = self._differences(state, session)
        except ProofFailed as error:  # as when the scope api was taken away: the pair is right, and the app is not
            trouble = error.message
        if trouble:
            return replace(seen, found="drifted", why=trouble)
        missing = lacking(contents, pair)
        state.delivered_to = [target.name for target in contents if target not in missing]
        if missing or Pending(pair.host, pair.app).waits():
            names = ", ".join(target.name for target in missing) or "nothing more"
            return replace(seen, found="undelivered", why=f"the pair is valid and still has to be delivered to {names}")
        return seen

    def _differences(self, state: OrgState, session: ProofSession) -> str:
        """The differences from the configuration, in words; notes the rest in ``state``."""
        scopes, spec, proof = session.token.scopes, self.spec, state.proof
        reading = read_back(session.rest, spec.api_name, state.app_id) or Reading()
        proof.read_back = not reading.missing(spec, scopes)
        proof.run_as, user_id = reading.run_as, None
        if reading.run_as is None or reading.run_as.lower() != spec.run_as.lower():
            identity = session.identity()
            proof.run_as, user_id = identity.username, identity.user_id
            if is_user(identity, spec.run_as) is False:
                return f"the pair belongs to {identity.username or identity.user_id}, not to {spec.run_as}"
        return "; ".join(str(one) for one in compare(reading, spec, scopes, user_id))
