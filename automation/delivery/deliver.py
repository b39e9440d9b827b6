"""Delivering one pair to all targets: what is there already, writing, reading back, and keeping what could not be delivered."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Final

from automation.delivery.boundary import said
from automation.delivery.held import Held
from automation.delivery.pending import Pending, Receipts
from automation.delivery.target import Target
from automation.delivery.unit import same_pair
from automation.errors import DeliveryFailed, RunbookError
from automation.secrets.credentials import Credentials
from automation.secrets.files import user_lock

LOCKED_FOR: Final = 60.0
"""Seconds that another writer of the same place is waited for."""

Contents = Mapping[Target, Held | RunbookError]
"""What each target holds, or why that could not be found out."""


@dataclass
class Delivery:
    """Where a pair is and where it is not yet. The lists hold names of targets; ``failures`` one error for each."""

    done: list[str] = field(default_factory=list)
    already: list[str] = field(default_factory=list)
    failures: dict[str, RunbookError] = field(default_factory=dict)

    @property
    def everywhere(self) -> list[str]:
        """All targets that hold the pair now."""
        return [*self.already, *self.done]


def read_all(targets: Iterable[Target]) -> Contents:
    """Read every target once. One that fails never keeps the others from being read."""
    return {target: _held(target) for target in targets}


def _held(target: Target) -> Held | RunbookError:
    try:
        return target.held()
    except RunbookError as error:
        return error


def lacking(contents: Contents, credentials: Credentials, receipts: Receipts) -> list[Target]:
    """The targets that do not hold this pair, as far as is known without writing; unreachable ones count as lacking."""
    return [target for target, held in contents.items() if not _holds(target, held, credentials, receipts)]


def deliver(targets: Sequence[Target], credentials: Credentials, pending: Pending, receipts: Receipts) -> Delivery:
    """Bring the pair to every target that lacks it. One that fails never keeps another from getting it.

    Raises:
        DeliveryFailed: at least one target failed. The pair is then kept by ``pending`` (unless that fails too, which
            the message says) for the next run.
    """
    delivery = Delivery()
    for target in targets:
        try:
            with _alone_with(target):
                _deliver_one(target, credentials, receipts, delivery)
        except RunbookError as error:
            delivery.failures[target.name] = error
        except Exception as error:  # noqa: BLE001 - the other targets must get the pair whatever this one does
            delivery.failures[target.name] = DeliveryFailed(f"{said(error)}.", next="Report this as a bug of this tool.")
    if delivery.failures:
        raise _kept(credentials, pending, delivery)
    pending.drop()
    return delivery


def _deliver_one(target: Target, credentials: Credentials, receipts: Receipts, delivery: Delivery) -> None:
    held = target.held()
    if _holds(target, held, credentials, receipts):
        delivery.already.append(target.name)
        return
    target.put(credentials, held)
    if not target.can_read:
        receipts.add(target.place, credentials)
    elif not same_pair(target.read(), credentials):
        raise DeliveryFailed("what was written does not read back", next="Check what else writes there, then run again.")
    delivery.done.append(target.name)


def _alone_with(target: Target) -> AbstractContextManager[None]:
    """Nobody else on this machine writes to the same place between our reading, writing and reading back.

    Across machines the stores' own versions do this, where they have them.
    """
    name = hashlib.sha256(target.place.encode("utf-8", "surrogateescape")).hexdigest()[:16]
    busy = DeliveryFailed("another run is writing there", next="Wait for it to end, then run again.")
    return user_lock(f"place-{name}", LOCKED_FOR, busy)


def _holds(target: Target, held: Held | RunbookError, credentials: Credentials, receipts: Receipts) -> bool:
    if isinstance(held, RunbookError):
        return False
    if not target.can_read:
        ours = not held.missing and held.foreign(credentials.host, credentials.app) is None
        return ours and receipts.has(target.place, credentials)
    return same_pair(held.pair, credentials) and held.pair is not None and held.pair.org_id == credentials.org_id


def _kept(credentials: Credentials, pending: Pending, delivery: Delivery) -> DeliveryFailed:
    failures = "; ".join(f"{name}: {error.message.rstrip('.')}" for name, error in delivery.failures.items())
    message = f"Not delivered to {failures}."
    if delivery.everywhere:
        message += f" Delivered to {', '.join(delivery.everywhere)}."
    advice = " ".join(dict.fromkeys(error.next for error in delivery.failures.values()))
    try:
        pending.keep(credentials)
    except RunbookError as error:
        message += f" The pair could not be kept on this machine either: {error.message}"
        return DeliveryFailed(message, next=f"{advice} Then run again: the pair is read from the org again.")
    return DeliveryFailed(f"{message} The pair is kept in {pending.path}.", next=advice)
