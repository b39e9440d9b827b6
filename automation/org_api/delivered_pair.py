"""Is the delivered pair still good? The one answer, for a run and for the fleet's check alike.

First every target is read once (`find_pairs`), then the org is asked with the pairs that are there (`ask_org`): one request as a
rule, and no browser. What follows from the answer is for the caller to decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

from automation.delivery import Contents, Held, Pending, Target, read_all, same_pair
from automation.errors import ForeignHost, RunbookError, SettingsError
from automation.network.backoff import Patience
from automation.network.http import Network
from automation.org_api.proof import ProofSession, Report, begin_proof, silent
from automation.org_api.token import token_host
from automation.salesforce.ids import same_id
from automation.secrets import Secret
from automation.secrets.credentials import Credentials

PROPAGATION: Final = timedelta(minutes=30)
"""A key that was read so recently may be unknown to the token endpoint and good all the same (`NotPropagatedYet`)."""

Verdict = Literal["good", "policy", "early", "key", "pair", "refreshed", "not_sent", "org"]
"""What the org answers to a pair: it gives a token; a policy or the Run As user is refused; the key was read a moment ago and is
not known yet; the key is unknown; the secret is refused; the pair is of an org that a refresh has replaced, and was not sent;
its token URL is not the org's, and it was not sent; the org could not be asked."""

_REJECTED: Final = frozenset({"key", "pair", "refreshed", "not_sent"})


@dataclass(frozen=True)
class Source:
    """A pair of this app, and the name of the target that holds it, or of the place where it waits for delivery."""

    name: str
    pair: Credentials
    waiting: bool = False


@dataclass
class Pairs:
    """What the targets hold, the pairs of this app among it (each once), and the errors of those that can't be read."""

    contents: Contents
    sources: list[Source] = field(default_factory=list)
    troubles: dict[str, RunbookError] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """What the org said to one pair. ``session`` is there when it is good, and is the caller's to close."""

    source: Source
    verdict: Verdict
    why: str
    error: RunbookError | None = None
    session: ProofSession | None = None

    @property
    def rejected(self) -> bool:
        """Whether this pair will never be accepted again."""
        return self.verdict in _REJECTED


def find_pairs(targets: Sequence[Target], host: str, app: str) -> Pairs:
    """Read every target once, then the place where a pair waits for delivery. Raises as `require_ours`."""
    pairs, pending = Pairs(read_all(targets)), Pending(host, app)
    for target, held in pairs.contents.items():
        if isinstance(held, Held):
            _add(pairs, target.name, held.pair, host, app)
        else:
            pairs.troubles[target.name] = held
    try:
        _add(pairs, pending.name, pending.read(), host, app, waiting=True)
    except RunbookError as error:
        pairs.troubles[pending.name] = error
    require_ours(pairs.contents, host, app, [source.pair for source in pairs.sources])
    return pairs


def _add(pairs: Pairs, name: str, pair: Credentials | None, host: str, app: str, *, waiting: bool = False) -> None:
    if pair is None or pair.app != app or pair.host.lower() != host.lower():
        return
    if not any(same_pair(source.pair, pair) for source in pairs.sources):
        pairs.sources.append(Source(name, pair, waiting))


def require_ours(contents: Contents, host: str, app: str, known: Sequence[Credentials] = ()) -> None:
    """Refuse targets that hold what is not ours to replace. ``known``: pairs of this app, whatever a target says of them.

    Raises SettingsError, which names the target, what it holds and how to allow that it is replaced.
    """
    keys: Sequence[Secret | None] = [pair.client_id for pair in known] or [None]
    for target, held in contents.items():
        if isinstance(held, Held) and not target.replaces and all(held.foreign(host, app, key) for key in keys):
            raise SettingsError(
                f"{target.name} holds {held.foreign(host, app)}; the pair of {app} of {host} would replace it.",
                next=target.how_to_allow,
            )


def ask_org(
    sources: Sequence[Source], network: Network, patience: Patience, org_id: str | None = None, report: Report = silent
) -> list[Answer]:
    """Ask with one pair after the other, each with that patience, until the org does not reject it for good.

    Args:
        org_id: of the org as it is now, where that is known.
        report: gets a sentence before each further try.

    Returns:
        The answers; all but the last one are rejections. Empty when there is no pair.
    """
    answers: list[Answer] = []
    for source in sources:
        answers.append(_ask(source, network, patience, org_id, report))
        if not answers[-1].rejected:
            break
    return answers


def _ask(source: Source, network: Network, patience: Patience, org_id: str | None, report: Report) -> Answer:
    pair = source.pair
    if org_id is not None and pair.org_id is not None and not same_id(org_id, pair.org_id):
        return Answer(source, "refreshed", f"the pair is of org {pair.org_id}, which a refresh has replaced.")
    try:
        token_host(pair)
    except (ForeignHost, SettingsError) as error:  # somebody changed the target's content
        return Answer(source, "not_sent", error.message, error)
    answer = begin_proof(network.client(), pair, patience, report)
    if isinstance(answer, ProofSession):
        return Answer(source, "good", "the delivered pair got a token", session=answer)
    if answer.about == "key" and source.waiting and _is_new(pair):
        return Answer(source, "early", "the pair that waits for delivery is not known to the org yet.", answer.error)
    verdicts: dict[str, Verdict] = {"policy": "policy", "user": "policy", "key": "key", "pair": "pair"}
    return Answer(source, verdicts.get(answer.about, "org"), answer.error.message, answer.error)


def _is_new(pair: Credentials) -> bool:
    try:
        age = datetime.now(UTC) - datetime.fromisoformat(pair.created_at)
    except (ValueError, TypeError):  # no time, or one without a zone
        return False
    return timedelta(0) <= age <= PROPAGATION
