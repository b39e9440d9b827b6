"""What a delivery target is, and finding the one that a setting names."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Kind:
    """How a kind of target is named and made.

    Attributes:
        maker: ``module:class`` below ``automation.delivery``; the class takes the text after the colon, and raises
            ValueError with what is wrong with it.
        form: what stands after the colon.
        extra: the optional extra that brings the client library; empty when none is needed.
    """

    maker: str
    form: str
    extra: str = ""

    def target_class(self) -> Callable[[str], Target]:
        """The class, with its module loaded; the client library is not."""
        module, _, name = self.maker.partition(":")
        made: Callable[[str], Target] = getattr(importlib.import_module(f"automation.delivery.{module}"), name)
        return made


KINDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        "dotenv": Kind("dotenv_file:DotenvFile", "PATH"),
        "json": Kind("json_file:JsonFile", "PATH"),
        "keyring": Kind("system_keyring:SystemKeyring", "SERVICE"),
        "command": Kind("command:Command", "CMD"),
        "aws-secretsmanager": Kind("aws:SecretsManager", "NAME[?region=REGION]", "aws"),
        "azure-keyvault": Kind("azure:KeyVault", "VAULT_URL/NAME", "azure"),
        "gcp-secretmanager": Kind("gcp:SecretManager", "PROJECT/NAME", "gcp"),
        "vault": Kind("vault:KeyValue", "MOUNT/PATH", "vault"),
        "kubernetes": Kind("kubernetes_secret:KubernetesSecret", "NAMESPACE/NAME", "kubernetes"),
        "github-actions": Kind("github_actions:ActionsSecret", "OWNER/REPO[?name=NAME]", "github"),
    }
)
"""All kinds, by the word before the colon."""


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
        forms = ", ".join(f"{kind}:{one.form}" for kind, one in KINDS.items())
        raise ValueError(f"{kind!r} begins no known delivery target; there are {forms}")
    try:
        return KINDS[kind].target_class()(rest.strip())
    except MissingExtra as error:
        raise ValueError(f"{kind} {error}") from None
    except ValueError as error:
        raise ValueError(f"{kind}: {error}; give {kind}:{KINDS[kind].form}") from None
