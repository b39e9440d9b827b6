"""``gcp-secretmanager:PROJECT/NAME``: the unit as one version of a secret in Google Secret Manager (extra ``gcp``).

Access is what Google's Application Default Credentials find. The client library waits for a service that is out of reach.
"""

from __future__ import annotations

import http
import re
from collections.abc import Callable
from typing import Any, Final

from automation.delivery import unit
from automation.delivery.extras import failed, said
from automation.delivery.target import Target
from automation.delivery.unit import Held
from automation.secrets.credentials import Credentials

TIMEOUT: Final = 30.0
"""Seconds for one request with all its repetitions."""


UNUSED: Final = ("DISABLED state", "DESTROYED state")
"""What the service says of a latest version that nobody can use; a new one is added after it."""

_URL: Final = re.compile(r"^[A-Z]+ https?://\S+: ")
"""What the client library puts before the service's own words."""


class SecretManager(Target):
    """A secret of a Google project; made, replicated automatically, when it is not there."""

    def __init__(self, text: str) -> None:
        self.project, _, self.secret = text.partition("/")
        if not self.project or not self.secret or "/" in self.secret:
            raise ValueError(f"{text!r} is not a project and a name")
        self.name = f"gcp-secretmanager:{self.project}/{self.secret}"
        self._path = f"projects/{self.project}/secrets/{self.secret}"
        self._entry = f"Google secret {self.project}/{self.secret}"

    def _held(self) -> Held:
        request = {"name": f"{self._path}/versions/latest"}
        found = self._call("read", lambda client: client.access_secret_version(request=request, timeout=TIMEOUT))
        return Held() if found is None else unit.held_in_text(bytes(found.payload.data), _number(found.name))

    def _put(self, credentials: Credentials, held: Held) -> None:
        version = {"parent": self._path, "payload": {"data": unit.to_text(credentials, held.rest).encode()}}

        def add(client: Any) -> Any:
            return client.add_secret_version(request=version, timeout=TIMEOUT)

        added = self._call("written", add)
        if added is None:
            secret = {
                "parent": f"projects/{self.project}",
                "secret_id": self.secret,
                "secret": {"replication": {"automatic": {}}},
            }
            self._call("written", lambda client: client.create_secret(request=secret, timeout=TIMEOUT), found=True)
            added = self._call("written", add, found=True)
        number = _number(added.name)
        if held.version is not None and number is not None and number != held.version + 1:
            raise failed(self._entry, "written", "check-and-set: another version came in between")

    def _call(self, what: str, request: Callable[[Any], Any], *, found: bool = False) -> Any:
        """One request; None when there is no such secret, unless it has been ``found``, or no version of it in use."""
        from google.api_core.exceptions import GoogleAPIError, NotFound
        from google.auth.exceptions import GoogleAuthError

        try:
            with make_client() as client:
                return request(client)
        except GoogleAPIError as error:
            status, message = int(getattr(error, "code", None) or 0), str(getattr(error, "message", error))
            if isinstance(error, NotFound) and not found:
                return None
            if what == "read" and status == http.HTTPStatus.BAD_REQUEST and any(word in message for word in UNUSED):
                return None
            trouble = f"{type(error).__name__} {_URL.sub('', message)}"
        except GoogleAuthError as error:
            trouble, status = said(error), 401
        raise failed(self._entry, what, trouble, status)


def _number(name: str) -> int | None:
    """The number of a version, from ``projects/.../versions/7``."""
    number = name.rpartition("/")[2]
    return int(number) if number.isascii() and number.isdigit() else None


def make_client() -> Any:
    """A client that speaks REST, so that it goes through the same kind of proxy as everything else."""
    from google.cloud.secretmanager import SecretManagerServiceClient

    return limited(SecretManagerServiceClient(transport="rest"))


def limited(client: Any) -> Any:
    """The client, with limits for answers; it follows no redirect, which would carry the pair along."""
    from automation.delivery.sessions import limited_session

    limited_session(client.transport._session)  # noqa: SLF001 - the library has no public way to its session
    return client
