"""Pairs that are not delivered everywhere yet: kept on this machine, readable by their owner alone, from their reveal on.

While the file exists there is something left to deliver. The next run finds it, proves it and delivers it without a
browser's help; nothing in the org changes.
"""

from __future__ import annotations

import hashlib
import json
import re
from contextlib import suppress
from pathlib import Path

from automation.delivery import unit
from automation.delivery.files import read_text, write_text
from automation.errors import DeliveryFailed
from automation.secrets.credentials import Credentials
from automation.secrets.files import state_folder
from automation.secrets.text_files import json_object


def _file_name(host: str, app: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]", "-", f"{host.lower()}--{app}") + ".json"


class Pending:
    """The pending pair of one app of one org.

    Args:
        folder: where such files are; by default ``pending`` in the `state_folder`.
    """

    def __init__(self, host: str, app: str, folder: Path | None = None) -> None:
        self.path = (folder or state_folder() / "pending") / _file_name(host, app)

    @property
    def name(self) -> str:
        return f"pending:{self.path}"

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
        """Nothing waits any more."""
        try:
            self.path.unlink(missing_ok=True)
        except OSError as error:
            raise DeliveryFailed(f"{self.path} is no longer needed but can't be removed: {error.strerror}.") from None


class Receipts:
    """Which pair each target got last, for targets that only take: digests, no secret."""

    def __init__(self, host: str, app: str, folder: Path | None = None) -> None:
        self.path = (folder or state_folder() / "receipts") / _file_name(host, app)

    def has(self, target: str, credentials: Credentials) -> bool:
        """Whether ``target`` took exactly this pair, as far as we know."""
        return self._all().get(target) == _mark(credentials)

    def add(self, target: str, credentials: Credentials) -> None:
        """Note that ``target`` took this pair."""
        write_text(self.path, json.dumps({**self._all(), target: _mark(credentials)}, indent=2) + "\n")

    def _all(self) -> dict[str, str]:
        with suppress(DeliveryFailed):  # a receipt that can't be read counts as none: delivering twice does no harm
            return json_object(read_text(self.path) or "") or {}
        return {}


def _mark(credentials: Credentials) -> str:
    """A digest of the whole unit but for its time: the same pair, read again by a later run, need not be sent again."""
    parts = {**unit.to_object(credentials), "created_at": None}
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]
