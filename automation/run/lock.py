"""One run per org at a time, on this machine and for this user."""

from __future__ import annotations

from contextlib import AbstractContextManager

from automation.errors import AnotherRun
from automation.secrets.files import user_lock


def org_lock(host: str, wait: float = 0) -> AbstractContextManager[None]:
    """Hold the lock of an org. The operating system releases it when the process ends, however it ends.

    Args:
        host: the org's My Domain host.
        wait: seconds to wait for another run to end.

    Raises:
        AnotherRun: it did not.
        SettingsError: as `user_lock`.
    """
    return user_lock(host, wait, AnotherRun(f"Another run is working on {host}."))
