"""One run at a time per mailbox: two orgs whose codes arrive in the same box never take each other's.

A turn is taken before the box is read and an org is made to send a code, and given back when the verification is
over. It is a file lock, so it holds between all runs of this user on this machine, and ends with its process.
"""

from __future__ import annotations

import hashlib
from contextlib import ExitStack
from typing import Final

from automation.errors import AnotherRun
from automation.secrets.files import user_lock

PATIENCE: Final = 600.0
"""Seconds to wait for a turn: other runs need the mailbox for well under a minute each."""


def mailbox_key(url: str, user: str) -> str:
    """A mailbox in names of files: a digest of its URL and username."""
    return hashlib.sha256(f"{url.rstrip('/').lower()} {user.lower()}".encode()).hexdigest()[:16]


class Turn:
    """The right to use one mailbox (see `mailbox_key`). Taking it twice is as good as once. ``patience``: seconds to wait."""

    def __init__(self, key: str, patience: float = PATIENCE) -> None:
        self._key, self._patience = key, patience
        self._held = ExitStack()
        self._is_held = False

    def take(self) -> None:
        """Wait for the turn. Raises AnotherRun when it does not come."""
        if not self._is_held:
            busy = AnotherRun(f"Other runs kept the mailbox for codes busy for {self._patience:g} s.")
            self._held.enter_context(user_lock(f"mailbox-{self._key}", self._patience, busy))
            self._is_held = True

    def give_back(self) -> None:
        """Let the next one have it; harmless when the turn is not held."""
        self._held.close()
        self._is_held = False
