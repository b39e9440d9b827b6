"""What a delivery target is, and finding the one that a setting names."""

from __future__ import annotations

import importlib
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from concurrent.futures import wait
from dataclasses import dataclass
from typing import ClassVar, Final, TypeVar

from automation.delivery.extras import missing_library, said
from automation.delivery.unit import Held
from automation.errors import DeliveryFailed, RunbookError
from automation.network.parallel import in_background
from automation.secrets.credentials import Credentials

T = TypeVar("T")


class Target(ABC):
    """A place that key and secret are delivered to, as one unit.

    Attributes:
        name: in the report, ``dotenv:credentials/acme.env``; never with a secret.
        can_read: whether the store gives a pair back. Some only take.
        replaces: whether the user allowed (``?replace=yes``) that what somebody else put there is replaced.
        limit: seconds for one reading or writing.
    """

    name: str
    can_read: ClassVar[bool] = True
    limit: ClassVar[float] = 90.0
    replaces: bool = False

    @property
    def place(self) -> str:
        """The same text for everything that writes to the same place."""
        return self.name

    def held(self) -> Held:
        """What is there. Raises DeliveryFailed: it can't be reached, does not let us read, or gives an unusable answer."""
        return self._within("read", self._held)

    def put(self, credentials: Credentials, held: Held) -> None:
        """Put the pair there, replacing ``held``, which is what was read before.

        Raises DeliveryFailed: it is not known to be there, and what was before is unharmed; or ``held`` is not ours to replace.
        """
        foreign = held.foreign(credentials.host, credentials.app, credentials.client_id)
        if foreign is not None and not self.replaces:
            raise DeliveryFailed(f"{self.name} holds {foreign} and was left as it is.", next=self.how_to_allow)
        self._within("written", lambda: self._put(credentials, held))

    def read(self) -> Credentials | None:
        """The pair that is there, if any. Raises DeliveryFailed as `held` does."""
        return self.held().pair

    def write(self, credentials: Credentials) -> None:
        """Read, then `put`. Raises DeliveryFailed as both do."""
        self.put(credentials, self.held())

    @property
    def how_to_allow(self) -> str:
        """What to do when something of somebody else is in the way."""
        mark = "&" if "?" in self.name else "?"
        return f"Name another place, move what is there, or allow replacing it: {self.name}{mark}replace=yes"

    def _within(self, what: str, call: Callable[[], T]) -> T:
        """Call into the store, in a thread that is left behind when the time is up.

        Client libraries have time limits between two pieces of an answer, at best, and a locked keyring none at all.
        """
        future = in_background(call)
        wait([future], self.limit)
        trouble = f"{self.name} could not be {what}"
        if not future.done():
            fix = "Check that the store can be reached; run again."
            raise DeliveryFailed(f"{trouble}: no answer within {self.limit:g} s.", next=fix)
        error = future.exception()  # libraries and servers raise what they like
        if error is None or isinstance(error, RunbookError):
            return future.result()
        fix = "Check this target; if it is right, report this as a bug of this tool."
        raise DeliveryFailed(f"{trouble}: {said(error)}.", next=fix)

    @abstractmethod
    def _held(self) -> Held:
        """As `held`. Whatever else it raises is turned into DeliveryFailed."""

    @abstractmethod
    def _put(self, credentials: Credentials, held: Held) -> None:
        """As `put`, once that is allowed. Whatever else it raises is turned into DeliveryFailed."""


@dataclass(frozen=True)
class Kind:
    """How a kind of target is named and made.

    Attributes:
        maker: ``module:class`` below ``automation.delivery``; the class takes the text after the colon, and raises
            ValueError with what is wrong with it.
        form: what comes after the colon.
        extra: the optional extra that brings the client library and its modules, ``libraries``; empty when none is needed.
    """

    maker: str
    form: str
    extra: str = ""
    libraries: tuple[str, ...] = ()

    def target_class(self) -> Callable[[str], Target]:
        """The class, with its module loaded; the client library is not."""
        module, _, name = self.maker.partition(":")
        made: Callable[[str], Target] = getattr(importlib.import_module(f"automation.delivery.{module}"), name)
        return made


KINDS: Final[Mapping[str, Kind]] = {
    "dotenv": Kind("dotenv_file:DotenvFile", "PATH"),
    "json": Kind("files:JsonFile", "PATH"),
    "keyring": Kind("system_keyring:SystemKeyring", "SERVICE"),
    "command": Kind("command:CommandTarget", "CMD"),
    "aws-secretsmanager": Kind("aws:SecretsManager", "NAME[?region=REGION]", "aws", ("boto3",)),
    "azure-keyvault": Kind("azure:KeyVault", "VAULT_URL/NAME", "azure", ("azure.keyvault.secrets", "azure.identity")),
    "gcp-secretmanager": Kind("gcp:SecretManager", "PROJECT/NAME", "gcp", ("google.cloud.secretmanager",)),
    "vault": Kind("vault:KeyValue", "MOUNT/PATH", "vault", ("hvac",)),
    "kubernetes": Kind("kubernetes_secret:KubernetesSecret", "NAMESPACE/NAME", "kubernetes", ("kubernetes",)),
    "github-actions": Kind("github_actions:ActionsSecret", "OWNER/REPO[?name=NAME]", "github", ("nacl",)),
}
"""All kinds, by the word before the colon."""

_REPLACE: Final = re.compile(r"(?P<before>.*?)[?&]replace=(?P<value>[^&]*)(?P<more>(?:&.*)?)", re.DOTALL)


def parse_target(text: str) -> Target:
    """The target that ``KIND:REST`` names. Its client library is loaded when it is first used, not before.

    Raises ValueError, for behind the setting's name: there is no such kind, the rest is malformed, or the library is missing.
    """
    kind, colon, rest = text.partition(":")
    if not colon or kind not in KINDS or not rest.strip():
        forms = ", ".join(f"{kind}:{one.form}" for kind, one in KINDS.items())
        raise ValueError(f"{kind!r} begins no known delivery target; there are {forms}")
    if missing := missing_library(KINDS[kind].extra, *KINDS[kind].libraries):
        raise ValueError(f"{kind} {missing}")
    try:
        return _made(KINDS[kind], rest.strip())
    except ValueError as error:
        raise ValueError(f"{kind}: {error}; give {kind}:{KINDS[kind].form}") from None


def _made(kind: Kind, rest: str) -> Target:
    allowed = None if kind is KINDS["command"] else _REPLACE.fullmatch(rest)  # a program's arguments are its own
    if allowed is not None:
        rest = allowed["before"] + allowed["more"].replace("&", "&" if "?" in allowed["before"] else "?", 1)
        if allowed["value"] != "yes":
            raise ValueError("replace can only be yes; leave it out otherwise")
    target = kind.target_class()(rest)
    target.replaces = allowed is not None
    return target
