"""The file in which software passkeys are kept: 0600, one entry per org host and user."""

from __future__ import annotations

import dataclasses
import json
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from automation.errors import SettingsError
from automation.secrets import Secret
from automation.secrets.files import private_folder, write_private
from automation.secrets.text_files import read_json

VERSION: Final = 1


@dataclass(frozen=True)
class Passkey:
    """One passkey.

    Attributes:
        host: My Domain host of the org.
        org_id: 15-character id of the org in which it was made; None until it is known. A refresh changes it.
        rp_id: the relying party that Salesforce named.
        id: base64url, as Playwright gives it; so are ``user_handle``, ``private_key`` (PKCS#8) and ``public_key`` (SPKI).
        sign_count: the highest signature counter that the org may have seen.
        created_at: ISO 8601 in UTC.
    """

    host: str
    org_id: str | None
    username: str
    rp_id: str
    id: str
    user_handle: Secret
    private_key: Secret
    public_key: str
    sign_count: int
    created_at: str


class PasskeyStore:
    """Reads and writes the file of ``SF_PASSKEY_FILE``, made when the first passkey is kept; several runs may share it."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def all(self) -> list[Passkey]:
        """Every kept passkey. Raises SettingsError: the file is readable by others, or is no such file."""
        try:
            if not self.file.exists():
                return []
            self._require_private()
            tree = read_json(self.file)
        except (OSError, ValueError) as error:
            raise SettingsError(f"SF_PASSKEY_FILE: {self.file} {getattr(error, 'strerror', None) or error}.") from None
        try:
            if tree["version"] != VERSION:
                raise SettingsError(f"SF_PASSKEY_FILE: {self.file} was written by a newer version of this tool.")
            return [_from_json(entry) for entry in tree["passkeys"]]
        except (ValueError, KeyError, TypeError):
            raise SettingsError(f"SF_PASSKEY_FILE: {self.file} is not a passkey file.") from None

    def find(self, host: str, username: str) -> Passkey | None:
        """The passkey of this user in this org."""
        return next((key for key in self.all() if _same(key, host, username)), None)

    def save(self, passkey: Passkey) -> None:
        """Keep a passkey in place of the earlier one of the same org and user."""
        with self._changing() as keys:
            keys[:] = [key for key in keys if not _same(key, passkey.host, passkey.username)] + [passkey]

    def delete(self, host: str, username: str | None = None) -> int:
        """Delete the passkeys of an org, or of one of its users; answers how many there were."""
        with self._changing() as keys:
            kept = [key for key in keys if key.host != host.lower() or (username and not _same(key, host, username))]
            gone = len(keys) - len(kept)
            keys[:] = kept
        return gone

    @contextmanager
    def _changing(self) -> Iterator[list[Passkey]]:
        from filelock import FileLock

        if not self.file.parent.exists():
            private_folder(self.file.parent)
        with FileLock(f"{self.file}.lock", mode=0o600):
            keys = self.all()
            yield keys
            tree = {"version": VERSION, "passkeys": [_to_json(key) for key in keys]}
            write_private(self.file, json.dumps(tree, indent=1))

    def _require_private(self) -> None:
        mode = stat.S_IMODE(self.file.stat().st_mode)
        if sys.platform != "win32" and mode & 0o077:  # modes are made up there (always 666); the folder's ACL says who may read
            raise SettingsError(
                f"SF_PASSKEY_FILE: {self.file} can be read by others (mode {mode:o}).",
                next=f"A passkey is a credential: chmod 600 {self.file}",
            )


def _same(key: Passkey, host: str, username: str) -> bool:
    return key.host == host.lower() and key.username.lower() == username.lower()


_SECRET: Final = ("user_handle", "private_key")


def _to_json(key: Passkey) -> dict[str, Any]:
    fields = {field.name: getattr(key, field.name) for field in dataclasses.fields(key)}
    return {name: value.reveal() if isinstance(value, Secret) else value for name, value in fields.items()}


def _from_json(entry: Any) -> Passkey:
    """Raises TypeError when it is no entry of such a file."""
    if not isinstance(entry, dict) or type(entry.get("sign_count")) is not int:
        raise TypeError
    texts = {name: value for name, value in entry.items() if name != "sign_count" and (name, value) != ("org_id", None)}
    if not all(isinstance(value, str) for value in texts.values()):
        raise TypeError
    fields: dict[str, Any] = {name: Secret(value) if name in _SECRET else value for name, value in entry.items()}
    return Passkey(**fields)
