"""``--demo``: a replica org that lives for one run, reached as any org would be."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from automation.errors import SettingsError
from automation.report.console import Console
from automation.secrets.child_environment import only

if TYPE_CHECKING:
    from automation.replica import Replica

MY_DOMAIN: Final = "acme--demo.sandbox"

KEPT: Final = ("BROWSER_CHANNEL", "BROWSER_EXECUTABLE", "LABELS_FILE")
"""Settings of the user's that make sense in a demo; all others are the replica's."""


@contextmanager
def demo_environment(console: Console) -> Iterator[Mapping[str, str]]:
    """Start the replica and answer the settings that a user of its org would have.

    Raises:
        SettingsError: the replica's own dependencies are not installed.
    """
    with running_replica() as replica, own_state():
        org = replica.new_org(MY_DOMAIN, seed=secrets.randbelow(1_000_000))  # as after a refresh: the same host, another org
        console.note(f"Demo: a replica of an org answers as {org.login_url}")
        yield {**{name: os.environ[name] for name in KEPT if name in os.environ}, **org.environment()}


@contextmanager
def running_replica() -> Iterator[Replica]:
    """The replica, for as long as this is open. Raises SettingsError: its own dependencies are not installed."""
    try:
        from automation.replica import start

        replica = start()
    except ImportError as error:
        raise SettingsError(
            f"The demo needs packages that are not installed: {error.name}.", next='Install them: pip install -e ".[demo]"'
        ) from None
    with replica:
        yield replica


@contextmanager
def own_state() -> Iterator[None]:
    """Locks and pending deliveries of a demo are not the user's: two demos at once do not meet."""
    with TemporaryDirectory(prefix="demo-state-") as folder, only({**os.environ, "XDG_STATE_HOME": folder}):
        yield
