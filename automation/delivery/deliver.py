"""Delivering one pair to all targets: what is there already, writing, reading back, and keeping what could not be delivered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from automation.credentials import Credentials
from automation.delivery.pending import Pending, Receipts
from automation.delivery.target import Target
from automation.delivery.unit import same_pair
from automation.errors import DeliveryFailed, RunbookError


@dataclass
class Delivery:
    """Where a pair is and where it is not yet. The lists hold names of targets; ``failures`` are sentences."""

    done: list[str] = field(default_factory=list)
    already: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    kept: str | None = None

    @property
    def everywhere(self) -> list[str]:
        """All targets that hold the pair now."""
        return [*self.already, *self.done]


def lacking(targets: Sequence[Target], credentials: Credentials, receipts: Receipts) -> list[Target]:
    """The targets that do not hold this pair, as far as can be told without writing; unreachable ones count as lacking."""
    return [target for target in targets if not _holds(target, credentials, receipts)]


def deliver(targets: Sequence[Target], credentials: Credentials, pending: Pending, receipts: Receipts) -> Delivery:
    """Bring the pair to every target that lacks it. One that fails never keeps the others from getting it.

    Raises:
        DeliveryFailed: at least one target failed. The pair is then kept by ``pending`` (unless that fails too, which
            the message says) for the next run.
    """
    delivery = Delivery()
    for target in targets:
        try:
            _deliver_one(target, credentials, receipts, delivery)
        except RunbookError as error:
            delivery.failures.append(f"{target.name}: {error.message}")
    if delivery.failures:
        raise _kept(credentials, pending, delivery)
    pending.drop()
    return delivery


def _deliver_one(target: Target, credentials: Credentials, receipts: Receipts, delivery: Delivery) -> None:
    if _holds(target, credentials, receipts):
        delivery.already.append(target.name)
        return
    refuse_foreign(target, credentials)
    target.write(credentials)
    if not target.can_read:
        receipts.add(target.name, credentials)
    elif not same_pair(target.read(), credentials):
        raise DeliveryFailed("what was written does not read back")
    delivery.done.append(target.name)


def refuse_foreign(target: Target, credentials: Credentials) -> None:
    """A target that holds the pair of another org or another app is not overwritten: somebody may depend on it.

    Raises:
        DeliveryFailed: it does, or can't be read: what it holds is not known then, and nothing written could be read back.
    """
    foreign = _foreign(target.read(), credentials.host, credentials.app)
    if foreign is not None:
        raise DeliveryFailed(
            f"holds the pair of {foreign} and was left as it is",
            next="Name another place in CREDENTIALS_TO, or move the old pair away.",
        )


def foreign_pair(target: Target, host: str, app: str) -> str | None:
    """``<app> of <host>`` when the target is seen to hold a pair of another app or org; None otherwise.

    A pair without a known app (a file that this tool did not write) counts as ours when its host is the same.
    """
    return _foreign(_read(target), host, app)


def _foreign(held: Credentials | None, host: str, app: str) -> str | None:
    if held is None or (held.host.lower() == host.lower() and held.app in ("", app)):
        return None
    return f"{held.app or 'an unnamed app'} of {held.host}"


def _holds(target: Target, credentials: Credentials, receipts: Receipts) -> bool:
    if not target.can_read:
        return receipts.has(target.name, credentials)
    held = _read(target)
    return same_pair(held, credentials) and held is not None and held.org_id == credentials.org_id


def _read(target: Target) -> Credentials | None:
    """What the target holds; an unreachable one tells its trouble when it is written to."""
    try:
        return target.read()
    except DeliveryFailed:
        return None


def _kept(credentials: Credentials, pending: Pending, delivery: Delivery) -> DeliveryFailed:
    told = f"Not delivered to {'; '.join(failure.rstrip('.') for failure in delivery.failures)}."
    if delivery.everywhere:
        told += f" Delivered to {', '.join(delivery.everywhere)}."
    try:
        pending.keep(credentials)
    except DeliveryFailed as error:
        return DeliveryFailed(
            f"{told} The pair could not be kept on this machine either: {error.message}",
            next="Mend the delivery target and run again; the pair is then read from the org again.",
        )
    delivery.kept = str(pending.path)
    return DeliveryFailed(f"{told} The pair is kept in {pending.path}.")
