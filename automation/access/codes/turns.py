"""One run at a time per mailbox: two orgs whose codes arrive in the same box never take each other's.

A turn is taken before the box is read and an org is made to send a code, and given back when the verification is
over. It is a file lock, so it holds between all runs of this user on this machine, and ends with its process.
"""

from __future__ import annotations

import hashlib
from typing import Final

from filelock import FileLock, Timeout

from automation.errors import AnotherRun
from automation.secrets.files import private_folder, state_folder

PATIENCE: Final = 600.0
"""Seconds to wait for a turn: other runs need the mailbox for well under a minute each."""


def mailbox_key(url: str, user: str) -> str:
    """A mailbox in names of files: a digest of its URL and username."""
    return hashlib.sha256(f"{url.rstrip('/').lower()} {user.lower()}".encode()).hexdigest()[:16]


class Turn:
    """The right to use one mailbox. Taking it twice is as good as once.

    Args:
        key: see `mailbox_key`.
        patience: seconds to wait for it.
    """

    def __init__(self, key: str, patience: float = PATIENCE) -> None:
        folder = private_folder(state_folder() / "locks")
        # taken by the thread that reads the mailbox, given back by the run's own
        self._lock = FileLock(folder / f"mailbox-{key}.lock", mode=0o600, thread_local=False)
        self._patience = patience

    def take(self) -> None:
        """Wait for the turn. Raises AnotherRun when it does not come."""
        if self._lock.is_locked:
            return
        try:
            self._lock.acquire(timeout=self._patience, poll_interval=0.1)
        except Timeout:
            raise AnotherRun(f"Other runs kept the mailbox for codes busy for {self._patience:g} s.") from None

    def give_back(self) -> None:
        """Let the next one have it; harmless when the turn is not held."""
        if self._lock.is_locked:
            self._lock.release()
