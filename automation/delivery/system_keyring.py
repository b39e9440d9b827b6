"""``keyring:SERVICE``: the unit as one entry of the system's keyring, under the name ``<app>@<host>``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from automation.delivery import unit
from automation.delivery.target import Target
from automation.delivery.unit import Held
from automation.errors import DeliveryFailed
from automation.secrets.credentials import Credentials

INDEX = "delivered"
"""Name of the entry that says which app's pair was delivered last, so that it can be found without knowing it."""


class SystemKeyring(Target):
    """The keyring that the ``keyring`` library finds: Keychain, Credential Locker, Secret Service, KWallet, or a plug-in.

    Key and secret are one JSON text in one entry, so they can't be mixed up by a crash between two writes. A second
    entry, without a secret, points to it.
    """

    def __init__(self, service: str) -> None:
        self.service = service
        self.name = f"keyring:{service}"

    def _held(self) -> Held:
        user = self._get(INDEX)
        if not user:
            return Held()
        text = self._get(user) if "@" in user else user  # ours is <app>@<host>
        return Held() if text is None else unit.held_in_text(text)

    def _put(self, credentials: Credentials, held: Held) -> None:
        user = f"{credentials.app}@{credentials.host}"
        there = unit.held_in_text(self._get(user) or "")
        if there.other is not None and not self.replaces:
            raise DeliveryFailed(f"{self.name} has an entry {user} that is no delivered pair.", next=self.how_to_allow)
        self._set(user, unit.to_text(credentials, there.rest))
        self._set(INDEX, user)

    def _get(self, user: str) -> str | None:
        found: str | None = self._call("read", lambda ring: ring.get_password(self.service, user))
        return found

    def _set(self, user: str, text: str) -> None:
        self._call("written", lambda ring: ring.set_password(self.service, user, text))

    def _call(self, what: str, request: Callable[[Any], Any]) -> Any:
        import keyring
        from keyring.errors import KeyringError

        try:
            return request(keyring)
        except (KeyringError, RuntimeError, OSError) as error:  # back ends raise all three when it is locked or absent
            trouble = type(error).__name__
        raise DeliveryFailed(
            f"The keyring entry of service {self.service} can't be {what} ({trouble}).",
            next="Unlock the keyring or configure a back end for it (python -m keyring --list-backends), or deliver elsewhere.",
        )
