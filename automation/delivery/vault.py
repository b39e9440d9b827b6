"""``vault:MOUNT/PATH``: the unit as one version of a KV v2 secret in HashiCorp Vault or OpenBao (extra ``vault``).

Address and token come from where Vault's own client looks (``VAULT_ADDR``, ``VAULT_TOKEN``, ``~/.vault-token``,
``VAULT_NAMESPACE``, ``VAULT_CACERT``), or from ``BAO_ADDR`` and ``BAO_TOKEN``.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, ClassVar

from automation.credentials import Credentials
from automation.delivery import unit
from automation.delivery.extras import failed, require

TRIES = 4
"""How often a request is repeated while the server is sealed for a moment, overloaded or asks for patience."""


class KeyValue:
    """A secret of a KV v2 engine. Other keys of the same secret stay.

    Writing names the version that was read (check-and-set), so a change of somebody else in between is not lost.
    """

    can_read: ClassVar[bool] = True

    def __init__(self, text: str) -> None:
        require("hvac", "vault")
        self.mount, _, self.path = text.strip("/").partition("/")
        if not self.mount or not self.path:
            raise ValueError(f"{text!r} has no mount or no path")

    @property
    def name(self) -> str:
        return f"vault:{self.mount}/{self.path}"

    def read(self) -> Credentials | None:
        return unit.from_object(self._current()[0])

    def write(self, credentials: Credentials) -> None:
        held, version = self._current()
        secret = {**held, **unit.to_object(credentials)}
        self._call(
            "written",
            lambda kv: kv.create_or_update_secret(path=self.path, mount_point=self.mount, secret=secret, cas=version),
        )

    def _current(self) -> tuple[dict[str, Any], int]:
        """What is there and its version; version 0 means nothing was ever there. A deleted version is empty."""
        answer = self._call(
            "read",
            lambda kv: kv.read_secret_version(path=self.path, mount_point=self.mount, raise_on_deleted_version=False),
        )
        if answer is None:
            return {}, 0
        data = answer["data"]
        return data.get("data") or {}, int(data["metadata"]["version"])

    def _call(self, what: str, request: Callable[[Any], Any]) -> Any:
        """One request; None when there is no such path."""
        import requests
        from hvac import exceptions

        try:
            return request(_client().secrets.kv.v2)
        except exceptions.InvalidPath as error:
            if what == "read":
                return None
            trouble, status = str(error), "404"
        except exceptions.VaultError as error:
            trouble, status = f"{type(error).__name__}: {error}", _STATUS.get(type(error).__name__, "")
        except (requests.RequestException, ValueError, KeyError) as error:  # no connection, no JSON, or not Vault's JSON
            trouble, status = type(error).__name__, ""
        raise failed(f"Vault secret {self.mount}/{self.path}", what, trouble, status)


_STATUS = {"Forbidden": "403", "Unauthorized": "401", "RateLimitExceeded": "429", "VaultDown": "503"}


def _client() -> Any:
    import hvac
    import requests
    from requests.adapters import HTTPAdapter
    from urllib3.util import Retry

    again = Retry(TRIES, backoff_factor=0.2, status_forcelist=(429, 502, 503, 504), allowed_methods=None, raise_on_status=False)
    session = requests.Session()
    for scheme in ("https://", "http://"):
        session.mount(scheme, HTTPAdapter(max_retries=again))
    return hvac.Client(
        url=os.environ.get("VAULT_ADDR") or os.environ.get("BAO_ADDR"),
        token=os.environ.get("VAULT_TOKEN") or os.environ.get("BAO_TOKEN"),
        namespace=os.environ.get("VAULT_NAMESPACE") or os.environ.get("BAO_NAMESPACE"),
        session=session,
    )
