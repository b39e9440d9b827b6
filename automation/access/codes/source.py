"""The interface of everything that can give a verification code."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from automation.errors import VerificationNeeded
from automation.secrets import Secret


class NoCodeYet(VerificationNeeded):
    """The source works, but no code came in time; another one may be requested."""


class Method(Enum):
    """How Salesforce verifies an identity by a code; the value is the words for messages."""

    EMAIL = "emailed code"
    TOTP = "authenticator code"
    SMS = "text message code"
    TEMPORARY = "temporary code from an administrator"


@dataclass(frozen=True)
class CodeRequest:
    """What is known about the code that the page asks for.

    Attributes:
        sandbox: whether the org is a sandbox, whose emails have a subject of their own; None when not known.
        address: the masked email address that the page shows, such as ``a*****@acme.com``; None when it shows none.
    """

    method: Method
    sandbox: bool | None = None
    username: str | None = None
    address: str | None = None


class CodeSource(ABC):
    """One place where codes come from."""

    name: ClassVar[str]
    """For messages: ``the mailbox``."""
    methods: Collection[Method] = frozenset(Method)
    """The kinds of codes that it may give."""

    def prepare(self) -> str | None:
        """Note what is there already, before a code is asked for. Never raises: `code` does, should one be needed.

        Returns:
            why no code could be had here now, as a sentence; None when all is well, or nothing is to be noted.
        """
        return None

    @abstractmethod
    def code(self, request: CodeRequest, timeout: float) -> Secret:
        """The newest code that was made for this request and not given out before, within ``timeout`` seconds.

        Raises:
            NoCodeYet: no code came in time.
            VerificationNeeded: the source is not usable.
        """

    def close(self) -> None:  # noqa: B027 - most have nothing open
        """Let go of connections. Harmless when there are none."""
