"""One run per org at a time, on this machine and for this user."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from filelock import FileLock, Timeout

from automation.errors import AnotherRun, SettingsError
from automation.secrets.files import private_folder, state_folder


@contextmanager
def org_lock(host: str, wait: float = 0) -> Iterator[None]:
    """Hold the lock of an org. The operating system releases it when the process ends, however it ends.

    Args:
        host: the org's My Domain host.
        wait: seconds to wait for another run to end.

    Raises:
        AnotherRun: it did not.
        SettingsError: there is something else in the place of the lock.
    """
    folder = private_folder(state_folder() / "locks")
    lock = FileLock(folder / f"{host}.lock", mode=0o600)
    try:
        lock.acquire(timeout=wait)
    except Timeout:
        raise AnotherRun(f"Another run is working on {host}.") from None
    except OSError as error:  # a link or a folder in its place
        raise SettingsError(
            f"The lock {lock.lock_file} can't be taken: {error.strerror}.", next="Remove it, then run again."
        ) from None
    try:
        yield
    finally:
        lock.release()
