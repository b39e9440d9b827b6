"""``gcp-secretmanager:PROJECT/NAME``: the unit as one version of a secret in Google Secret Manager (extra ``gcp``).

Access is what Google's Application Default Credentials find. The client library waits for a service that is out of reach.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Final

from automation.credentials import Credentials
from automation.delivery import unit
from automation.delivery.extras import failed, require

TIMEOUT: Final = 30.0
"""Seconds for one request with all its repetitions."""


class SecretManager:
    """A secret of a Google project; made, replicated automatically, when it is not there."""

    can_read: ClassVar[bool] = True

    def __init__(self, text: str) -> None:
        require("google.cloud.secretmanager", "gcp")
        self.project, _, self.secret = text.partition("/")
        if not self.project or not self.secret or "/" in self.secret:
            raise ValueError(f"{text!r} is not a project and a name")

    @property
    def name(self) -> str:
        return f"gcp-secretmanager:{self.project}/{self.secret}"

    @property
    def _path(self) -> str:
        return f"projects/{self.project}/secrets/{self.secret}"

    def read(self) -> Credentials | None:
        request = {"name": f"{self._path}/versions/latest"}
        found = self._call("read", lambda client: client.access_secret_version(request=request, timeout=TIMEOUT))
        return None if found is None else unit.from_text(bytes(found.payload.data))

    def write(self, credentials: Credentials) -> None:
        version = {"parent": self._path, "payload": {"data": unit.to_text(credentials).encode()}}

        def add(client: Any) -> Any:
            return client.add_secret_version(request=version, timeout=TIMEOUT)

        if self._call("written", add) is None:
            secret = {
                "parent": f"projects/{self.project}",
                "secret_id": self.secret,
                "secret": {"replication": {"automatic": {}}},
            }
            self._call("written", lambda client: client.create_secret(request=secret, timeout=TIMEOUT), found=True)
            self._call("written", add, found=True)

    def _call(self, what: str, request: Callable[[Any], Any], *, found: bool = False) -> Any:
        """One request; None when there is no such secret, unless it has been ``found`` before."""
        from google.api_core.exceptions import GoogleAPIError, NotFound
        from google.auth.exceptions import GoogleAuthError

        try:
            return request(make_client())
        except NotFound as error:
            if not found:
                return None
            trouble, status = str(error.message), str(error.code)
        except GoogleAPIError as error:
            status = str(int(getattr(error, "code", None) or 0))
            trouble = f"{type(error).__name__} {getattr(error, 'message', '')}"
        except GoogleAuthError as error:
            trouble, status = type(error).__name__, "401"
        raise failed(f"Google secret {self.project}/{self.secret}", what, trouble, status)


def make_client() -> Any:
    """A client that speaks REST, so that it goes through the same kind of proxy as everything else."""
    from google.cloud.secretmanager import SecretManagerServiceClient

    return SecretManagerServiceClient(transport="rest")
