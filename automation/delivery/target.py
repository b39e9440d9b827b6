"""What a delivery target is, and finding the one that a setting names."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar, Final, Protocol, runtime_checkable

from automation.credentials import Credentials
from automation.delivery.extras import MissingExtra
from automation.errors import SettingsError


@runtime_checkable
class Target(Protocol):
    """A place that key and secret are delivered to, as one unit.

    Attributes:
        name: how the report calls it, ``dotenv:credentials/acme.env``; never with a secret.
        can_read: whether `read` can ever answer a pair. Some stores only take.
    """

    can_read: ClassVar[bool]

    @property
    def name(self) -> str: ...

    def read(self) -> Credentials | None:
        """The pair that is there. None: there is none, or the target only takes.

        Raises:
            DeliveryFailed: the target can't be reached or does not let us read.
        """
        ...

    def write(self, credentials: Credentials) -> None:
        """Put the pair there, replacing an older one of the same app.

        Raises:
            DeliveryFailed: it is not there, or not known to be; what was there before is unharmed.
        """
        ...


KINDS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "dotenv": ("automation.delivery.dotenv_file:DotenvFile", "PATH"),
        "json": ("automation.delivery.json_file:JsonFile", "PATH"),
        "keyring": ("automation.delivery.system_keyring:SystemKeyring", "SERVICE"),
        "command": ("automation.delivery.command:Command", "CMD"),
        "aws-secretsmanager": ("automation.delivery.aws:SecretsManager", "NAME[?region=REGION]"),
        "azure-keyvault": ("automation.delivery.azure:KeyVault", "VAULT_URL/NAME"),
        "gcp-secretmanager": ("automation.delivery.gcp:SecretManager", "PROJECT/NAME"),
        "vault": ("automation.delivery.vault:KeyValue", "MOUNT/PATH"),
        "kubernetes": ("automation.delivery.kubernetes_secret:KubernetesSecret", "NAMESPACE/NAME"),
        "github-actions": ("automation.delivery.github_actions:ActionsSecret", "OWNER/REPO"),
    }
)
"""Kind -> (class, what stands after the colon). A class takes that text, and raises ValueError with what is wrong with it."""


def parse(text: str) -> Target:
    """The target that ``KIND:REST`` names. Its client library is loaded when it is first used, not before.

    Raises:
        SettingsError: there is no such kind, the rest is malformed, or the client library is not installed.
    """
    try:
        return make(text)
    except ValueError as error:
        raise SettingsError(f"CREDENTIALS_TO: {error}.") from None


def make(text: str) -> Target:
    """As `parse`. Raises ValueError with a sentence that fits after the name of the setting."""
    kind, colon, rest = text.partition(":")
    if not colon or kind not in KINDS or not rest.strip():
        forms = ", ".join(f"{kind}:{form}" for kind, (_, form) in KINDS.items())
        raise ValueError(f"{kind!r} begins no known delivery target; there are {forms}")
    module, _, attribute = KINDS[kind][0].partition(":")
    maker = getattr(importlib.import_module(module), attribute)
    try:
        target: Target = maker(rest.strip())
    except MissingExtra as error:
        raise ValueError(f"{kind} {error}") from None
    except ValueError as error:
        raise ValueError(f"{kind}: {error}; give {kind}:{KINDS[kind][1]}") from None
    return target
