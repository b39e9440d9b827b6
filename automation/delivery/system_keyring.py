"""``keyring:SERVICE``: the unit as one entry of the system's keyring, under the name ``<app>@<host>``."""

from __future__ import annotations

from typing import ClassVar

from automation.credentials import Credentials
from automation.delivery import unit
from automation.errors import DeliveryFailed

INDEX = "delivered"
"""Name of the entry that says which app's pair was delivered last, so that it can be found without knowing it."""


class SystemKeyring:
    """The keyring that the ``keyring`` library finds: Keychain, Credential Locker, Secret Service, KWallet, or a plug-in.

    Key and secret are one JSON text in one entry, so they can't be mixed up by a crash between two writes. A second
    entry, without a secret, points to it.
    """

    can_read: ClassVar[bool] = True

    def __init__(self, service: str) -> None:
        self.service = service

    @property
    def name(self) -> str:
        return f"keyring:{self.service}"

    def read(self) -> Credentials | None:
        user = self._get(INDEX)
        text = self._get(user) if user else None
        return unit.from_text(text) if text else None

    def write(self, credentials: Credentials) -> None:
        user = f"{credentials.app}@{credentials.host}"
        self._set(user, unit.to_text(credentials))
        self._set(INDEX, user)

    def _get(self, user: str) -> str | None:
        import keyring
        from keyring.errors import KeyringError

        try:
            return keyring.get_password(self.service, user)
        except (KeyringError, RuntimeError, OSError) as error:  # back ends raise all three when the keyring is locked or absent
            trouble = type(error).__name__
        raise self._failed("read", trouble)

    def _set(self, user: str, text: str) -> None:
        import keyring
        from keyring.errors import KeyringError

        try:
            keyring.set_password(self.service, user, text)
        except (KeyringError, RuntimeError, OSError) as error:
            trouble = type(error).__name__
        else:
            return
        raise self._failed("written", trouble)

    def _failed(self, what: str, trouble: str) -> DeliveryFailed:
        return DeliveryFailed(
            f"The keyring entry of service {self.service} can't be {what} ({trouble}).",
            next="Unlock the keyring or configure a back end for it (python -m keyring --list-backends), or deliver elsewhere.",
        )
