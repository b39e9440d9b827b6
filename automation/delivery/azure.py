"""``azure-keyvault:VAULT_URL/NAME``: the unit as one version of a secret in Azure Key Vault (extra ``azure``).

Access is what ``DefaultAzureCredential`` finds: environment, workload or managed identity, the Azure CLI. Throttling is
waited for by the client library itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, ClassVar

from automation.credentials import Credentials
from automation.delivery import unit
from automation.delivery.extras import failed, require


class KeyVault:
    """A secret of a Key Vault; made when it is not there."""

    can_read: ClassVar[bool] = True

    def __init__(self, text: str) -> None:
        require("azure.keyvault.secrets", "azure")
        require("azure.identity", "azure")
        self.vault, _, self.secret = text.rstrip("/").rpartition("/")
        if not re.fullmatch(r"https://[\w.-]+", self.vault):
            raise ValueError(f"{text!r} does not begin with the address of a vault")
        if not re.fullmatch(r"[0-9A-Za-z-]{1,127}", self.secret):
            raise ValueError(f"{self.secret!r} is not a name for a secret (letters, digits, dashes)")

    @property
    def name(self) -> str:
        return f"azure-keyvault:{self.vault}/{self.secret}"

    def read(self) -> Credentials | None:
        found = self._call("read", lambda client: client.get_secret(self.secret))
        return None if found is None else unit.from_text(found.value or "")

    def write(self, credentials: Credentials) -> None:
        text = unit.to_text(credentials)
        self._call("written", lambda client: client.set_secret(self.secret, text, content_type="application/json"))

    def _call(self, what: str, request: Callable[[Any], Any]) -> Any:
        """One request; None when there is no such secret."""
        from azure.core.exceptions import AzureError, ClientAuthenticationError, HttpResponseError, ResourceNotFoundError

        try:
            with make_client(self.vault) as client:
                return request(client)
        except ResourceNotFoundError as error:
            if what == "read":
                return None
            trouble, status = error.reason or "", error.status_code
        except ClientAuthenticationError:
            trouble, status = "this machine has no identity that Azure accepts", 401
        except HttpResponseError as error:
            trouble, status = f"{error.status_code} {error.reason}", error.status_code
        except AzureError as error:
            trouble, status = type(error).__name__, None
        raise failed(f"Key Vault secret {self.vault}/{self.secret}", what, trouble, status)


def make_client(vault: str) -> Any:
    """A client for one vault."""
    from azure.identity import DefaultAzureCredential
    from azure.keyvault.secrets import SecretClient

    return SecretClient(vault, DefaultAzureCredential())
