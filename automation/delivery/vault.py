"""``vault:MOUNT/PATH``: the unit as one secret of a KV engine in HashiCorp Vault or OpenBao (extra ``vault``).

Versions 1 and 2 of the engine, and mounts with a slash (``team/kv``), are found out by asking the server. URL, token and the rest
come from the variables of Vault's own client: ``VAULT_ADDR``, ``VAULT_TOKEN`` (or ``~/.vault-token``), ``VAULT_NAMESPACE``,
``VAULT_CACERT``, ``VAULT_CAPATH``, ``VAULT_CLIENT_CERT``, ``VAULT_CLIENT_KEY``, ``VAULT_SKIP_VERIFY``, or the same with ``BAO_``.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

from automation.delivery import unit
from automation.delivery.extras import failed, said
from automation.delivery.target import Target
from automation.delivery.unit import Held
from automation.errors import DeliveryFailed
from automation.secrets import quoted
from automation.secrets.credentials import Credentials

TRIES = 4
"""How often a request is repeated while the server is sealed for a moment, overloaded or asks for patience."""


class KeyValue(Target):
    """A secret of a KV engine. Other keys of the same secret stay.

    With version 2, writing names the version that was read (check-and-set), so a change by somebody else in between is not lost.
    """

    def __init__(self, text: str) -> None:
        self.text = text.strip("/")
        mount, _, path = self.text.partition("/")
        if not mount or not path:
            raise ValueError(f"{text!r} has no mount or no path")
        if not {"", ".", ".."}.isdisjoint(self.text.split("/")):  # an HTTP client takes them out, and asks for another path
            raise ValueError(f"{text!r} has a part that is empty, . or ..")
        self.name = f"vault:{self.text}"

    def _held(self) -> Held:
        with _client() as client:
            at, version = self._where(client)
            if version == "1":
                answer = self._call("read", lambda: client.secrets.kv.v1.read_secret(**at))
                return Held() if answer is None else unit.held_in_object(_object(answer))
            answer = self._call("read", lambda: client.secrets.kv.v2.read_secret_version(**at, raise_on_deleted_version=False))
        if answer is None:
            return Held(version=0)
        data, metadata = _object(answer).get("data"), _object(answer).get("metadata")
        if not isinstance(metadata, Mapping) or not isinstance(metadata.get("version"), int):
            raise DeliveryFailed(
                f"Vault secret {self.text} could not be read: {at['mount_point']} is not a KV engine of version 2, and the server"
                " does not say what it is.",
                next="Let the token read sys/internal/ui/mounts, or name a mount of version 2.",
            )
        return unit.held_in_object(data if isinstance(data, Mapping) else {}, metadata["version"])  # a deleted version has no data

    def _put(self, credentials: Credentials, held: Held) -> None:
        secret = {**held.rest, **unit.to_object(credentials)}
        with _client() as client:
            at, version = self._where(client)
            if version == "1":
                self._call("written", lambda: client.secrets.kv.v1.create_or_update_secret(**at, secret=secret, method="PUT"))
            else:
                self._call("written", lambda: client.secrets.kv.v2.create_or_update_secret(**at, secret=secret, cas=held.version))

    def _where(self, client: Any) -> tuple[dict[str, str], str | None]:
        """Ask which mount the path is in, as Vault's own client does before each KV command.

        Returns:
            ``path`` and ``mount_point``, and the version of the KV engine, None where the server does not say (2 is taken then).
        """
        mount, _, path = self.text.partition("/")
        answer = self._call("ask", lambda: client.adapter.get(f"/v1/sys/internal/ui/mounts/{quote(self.text)}"))
        mounted = _object(answer) if isinstance(answer, Mapping) else {}
        if not isinstance(mounted.get("path"), str) or not f"{self.text}/".startswith(mounted["path"]):
            return {"path": path, "mount_point": mount}, None
        mount = mounted["path"].strip("/")
        if mounted.get("type") not in ("kv", "generic") or not self.text.removeprefix(mount).strip("/"):
            raise DeliveryFailed(
                f"Vault secret {self.text}: the mount {mount} is of type {quoted(mounted.get('type'))} and can't take it.",
                next="Name a path below the mount of a KV engine.",
            )
        options = mounted.get("options")
        version = options.get("version") if isinstance(options, Mapping) else None
        return {"path": self.text.removeprefix(mount).strip("/"), "mount_point": mount}, str(version or "1")

    def _call(self, what: str, request: Callable[[], Any]) -> Any:
        """One request; None when it reads and there is no such path, or when it only asks and may not."""
        import requests
        from hvac import exceptions

        try:
            return request()
        except exceptions.VaultError as error:
            kind = type(error).__name__
            if kind in _NOTHING.get(what, ()):
                return None
            trouble, status = said(error), _STATUS.get(kind, "")
        except (requests.RequestException, OSError, ValueError, KeyError) as error:  # no connection, or not Vault's JSON
            trouble, status = said(error), ""
        raise failed(f"Vault secret {self.text}", "written" if what == "written" else "read", trouble, status)


_NOTHING = {"read": ("InvalidPath",), "ask": ("InvalidPath", "Forbidden")}
_STATUS = {"Forbidden": "403", "Unauthorized": "401", "RateLimitExceeded": "429", "VaultDown": "503"}


def _object(answer: Any) -> Mapping[str, Any]:
    """The object ``data`` of an answer. Raises DeliveryFailed when it is not Vault's."""
    data = answer.get("data") if isinstance(answer, Mapping) else None
    if not isinstance(data, Mapping):
        raise DeliveryFailed(
            "Vault gave an answer that is not Vault's, as a login portal or proxy does.", next="Check VAULT_ADDR and the proxy."
        )
    return data


def _variable(name: str) -> str | None:
    return os.environ.get(f"VAULT_{name}") or os.environ.get(f"BAO_{name}") or None


@contextmanager
def _client() -> Iterator[Any]:
    """Hvac's client, as its variables say; it sees some of these only before it is first imported, and ``BAO_`` never."""
    import hvac
    import requests
    from urllib3.util import Retry

    from automation.delivery.sessions import limited_session

    retries = Retry(TRIES, backoff_factor=0.2, status_forcelist=(429, 502, 503, 504), allowed_methods=None, raise_on_status=False)
    session = limited_session(requests.Session(), retries)
    skip = (_variable("SKIP_VERIFY") or "").lower() in ("1", "t", "true")
    session.verify = False if skip else _variable("CACERT") or _variable("CAPATH") or True
    certificate, key = _variable("CLIENT_CERT"), _variable("CLIENT_KEY")
    session.cert = (certificate, key) if certificate and key else certificate
    client = hvac.Client(
        url=_variable("ADDR"),
        token=_variable("TOKEN"),
        namespace=_variable("NAMESPACE"),
        session=session,
        verify=session.verify,
        cert=session.cert,
        allow_redirects=False,
    )
    try:
        yield client
    finally:
        session.close()
