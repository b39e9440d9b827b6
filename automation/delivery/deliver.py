"""Delivering one pair to all targets: what is there already, writing, reading back, and keeping what could not be delivered.

From its reveal until every target has it, a pair is kept on this machine, readable by its owner alone (`Pending`). While that file
exists there is something left to deliver. The next run finds it, proves it and delivers it without a browser's help; nothing in
the org changes.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager, suppress
from typing import Final

from automation.delivery import unit
from automation.delivery.extras import said
from automation.delivery.files import read_text, write_text
from automation.delivery.target import Target
from automation.delivery.unit import Held, same_pair
from automation.errors import DeliveryFailed, RunbookError
from automation.secrets.credentials import Credentials
from automation.secrets.files import state_folder, user_lock
from automation.secrets.text_files import json_object

LOCKED_FOR: Final = 60.0
"""Seconds that another writer of the same place is waited for."""

Contents = Mapping[Target, Held | RunbookError]
"""What each target holds, or why that could not be found out."""


def read_all(targets: Iterable[Target]) -> Contents:
    """Read every target once. One that fails never keeps the others from being read."""
    return {target: _held(target) for target in targets}


def _held(target: Target) -> Held | RunbookError:
    try:
        return target.held()
    except RunbookError as error:
        return error


def lacking(contents: Contents, credentials: Credentials) -> list[Target]:
    """The targets that do not hold this pair, as far as is known without writing; unreachable ones count as lacking."""
    return [target for target, held in contents.items() if isinstance(held, RunbookError) or not _holds(target, held, credentials)]


def deliver(targets: Iterable[Target], credentials: Credentials) -> list[str]:
    """Bring the pair to every target that lacks it; answers their names. One that fails never keeps another from getting it.

    Raises DeliveryFailed when one failed. The pair is then kept for the next run, unless that fails too, which the message says.
    """
    delivered: list[str] = []
    failures: dict[str, RunbookError] = {}
    for target in targets:
        try:
            with _alone_with(target):
                _deliver_one(target, credentials)
            delivered.append(target.name)
        except RunbookError as error:
            failures[target.name] = error
        except Exception as error:  # noqa: BLE001 - the other targets must get the pair whatever this one does
            failures[target.name] = DeliveryFailed(f"{said(error)}.", next="Report this as a bug of this tool.")
    if failures:
        raise _kept(credentials, delivered, failures)
    Pending(credentials.host, credentials.app).drop()
    return delivered


def _deliver_one(target: Target, credentials: Credentials) -> None:
    held = target.held()
    if _holds(target, held, credentials):
        return
    target.put(credentials, held)
    if not target.can_read:
        Receipts(credentials.host, credentials.app).add(target.place, credentials)
    elif not same_pair(target.read(), credentials):
        raise DeliveryFailed("what was written does not read back", next="Check what else writes there, then run again.")


def _alone_with(target: Target) -> AbstractContextManager[None]:
    """Nobody else on this machine writes to the same place between our reading, writing and reading back.

    Across machines the stores' own versions do this, where they have them.
    """
    name = hashlib.sha256(target.place.encode("utf-8", "surrogateescape")).hexdigest()[:16]
    busy = DeliveryFailed("another run is writing there", next="Wait for it to end, then run again.")
    return user_lock(f"place-{name}", LOCKED_FOR, busy)


def _holds(target: Target, held: Held, credentials: Credentials) -> bool:
    if not target.can_read:
        ours = not held.missing and held.foreign(credentials.host, credentials.app) is None
        return ours and Receipts(credentials.host, credentials.app).has(target.place, credentials)
    return same_pair(held.pair, credentials) and held.pair is not None and held.pair.org_id == credentials.org_id


def _kept(credentials: Credentials, delivered: list[str], failures: Mapping[str, RunbookError]) -> DeliveryFailed:
    listed = "; ".join(f"{name}: {error.message.rstrip('.')}" for name, error in failures.items())
    message = f"Not delivered to {listed}."
    if delivered:
        message += f" Delivered to {', '.join(delivered)}."
    advice = " ".join(dict.fromkeys(error.next for error in failures.values()))
    try:
        pending = Pending(credentials.host, credentials.app)
        pending.keep(credentials)
    except RunbookError as error:
        message += f" The pair could not be kept on this machine either: {error.message}"
        return DeliveryFailed(message, next=f"{advice} Then run again: the pair is read from the org again.")
    return DeliveryFailed(f"{message} The pair is kept in {pending.path}.", next=advice)


class Pending:
    """The pair of one app of one org that is not delivered everywhere yet; see the head of this module."""

    def __init__(self, host: str, app: str) -> None:
        self.path = state_folder() / "pending" / _file_name(host, app)
        self.name = f"pending:{self.path}"

    def read(self) -> Credentials | None:
        """The pair that waits, if there is one. Raises DeliveryFailed when the file can't be read."""
        return unit.held_in_text(read_text(self.path) or "").pair

    def waits(self) -> bool:
        """Whether there is a file, readable or not."""
        return self.path.exists()

    def keep(self, credentials: Credentials) -> None:
        """Keep the pair. Raises DeliveryFailed when even that is impossible."""
        write_text(self.path, unit.to_text(credentials) + "\n")

    def drop(self) -> None:
        try:
            self.path.unlink(missing_ok=True)
        except OSError as error:
            raise DeliveryFailed(f"{self.path} is no longer needed but can't be removed: {error.strerror}.") from None


class Receipts:
    """Which pair each target got last, for targets that only take: digests, no secret."""

    def __init__(self, host: str, app: str) -> None:
        self.path = state_folder() / "receipts" / _file_name(host, app)

    def has(self, target: str, credentials: Credentials) -> bool:
        """Whether ``target`` took exactly this pair, as far as we know."""
        return self._all().get(target) == _mark(credentials)

    def add(self, target: str, credentials: Credentials) -> None:
        write_text(self.path, json.dumps({**self._all(), target: _mark(credentials)}, indent=2) + "\n")

    def _all(self) -> dict[str, str]:
        with suppress(DeliveryFailed):  # a receipt that can't be read counts as none: delivering twice does no harm
            return json_object(read_text(self.path) or "") or {}
        return {}


def _file_name(host: str, app: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]", "-", f"{host.lower()}--{app}") + ".json"


def _mark(credentials: Credentials) -> str:
    """A digest of the whole unit but for its time: the same pair, read again by a later run, need not be sent again."""
    parts = {**unit.to_object(credentials), "created_at": None}
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]
