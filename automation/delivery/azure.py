"""``azure-keyvault:VAULT_URL/NAME``: the unit as one version of a secret in Azure Key Vault (extra ``azure``).

Access is what ``DefaultAzureCredential`` finds: environment, workload or managed identity, the Azure CLI. Throttling is
waited for by the client library itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from automation.delivery import unit
from automation.delivery.extras import failed, said
from automation.delivery.target import Target
from automation.delivery.unit import Held
from automation.secrets.credentials import Credentials


class KeyVault(Target):
    """A secret of a Key Vault; made when it is not there.

    The vault has no condition for writing, so two machines that write at the same moment are only noticed by reading back.
    """

    def __init__(self, text: str) -> None:
        self.vault, _, self.secret = text.rstrip("/").rpartition("/")
        if not re.fullmatch(r"https://[\w.-]+", self.vault):
            raise ValueError(f"{text!r} does not begin with the URL of a vault")
        if not re.fullmatch(r"[0-9A-Za-z-]{1,127}", self.secret):
            raise ValueError(f"{self.secret!r} is not a name for a secret (letters, digits, dashes)")
        self.name = f"azure-keyvault:{self.vault}/{self.secret}"

    def _held(self) -> Held:
        found = self._call("read", lambda client: client.get_secret(self.secret))
        return Held() if found is None else unit.held_in_text(found.value or "", found.properties.version)

    def _put(self, credentials: Credentials, held: Held) -> None:
        text = unit.to_text(credentials, held.rest)
        self._call("written", lambda client: client.set_secret(self.secret, text, content_type="application/json"))

    def _call(self, what: str, request: Callable[[Any], Any]) -> Any:
        """One request; None when there is no such secret, or none in use: a disabled one keeps its value as a version."""
        from azure.core.exceptions import AzureError, ClientAuthenticationError, HttpResponseError, ResourceNotFoundError

        status: int | None
        try:
            with make_client(self.vault) as client:
                return request(client)
        except ClientAuthenticationError as error:
            trouble, status = f"this machine has no identity that Azure accepts; {_said(error)}", 401
        except HttpResponseError as error:
            trouble, status = _said(error), error.status_code
            disabled = "SecretDisabled" in _codes(error) or "is not allowed on a disabled secret" in str(error)
            if what == "read" and (isinstance(error, ResourceNotFoundError) or disabled):
                return None
        except AzureError as error:
            trouble, status = said(error), None
        raise failed(f"Key Vault secret {self.vault}/{self.secret}", what, trouble, status)


def _codes(error: Any) -> list[str]:
    """The code of an error and those inside it, the outermost first."""
    codes: list[str] = []
    said = getattr(error, "error", None)
    inner: Any = {"code": getattr(said, "code", None), "innererror": getattr(said, "innererror", None)}
    while isinstance(inner, dict) and len(codes) < 5:
        codes.append(str(inner.get("code") or ""))
        inner = inner.get("innererror")
    return [code for code in codes if code]


def _said(error: Any) -> str:
    """What the vault says, which is in the answer's body; else the first line of the library's words."""
    message = getattr(getattr(error, "error", None), "message", None) or str(error).partition("\n")[0]
    return " ".join([str(error.status_code or ""), *_codes(error), str(message)]).strip()


def make_client(vault: str) -> Any:
    """A client for one vault. It follows no redirect: one would carry the pair along."""
    import requests
    from azure.core.pipeline.transport import RequestsTransport
    from azure.identity import DefaultAzureCredential
    from azure.keyvault.secrets import SecretClient

    from automation.delivery.sessions import limited_session

    transport = RequestsTransport(session=limited_session(requests.Session()), connection_timeout=15, read_timeout=30)
    return SecretClient(vault, DefaultAzureCredential(), transport=transport, retry_total=3)
