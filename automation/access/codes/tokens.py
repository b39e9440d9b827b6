"""Where OAuth access tokens for a mailbox come from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final, Protocol

from automation.access.codes.command import Program
from automation.secrets import Secret
from automation.secrets.child_environment import command_environment

if TYPE_CHECKING:
    from automation.settings import Settings

COMMAND_TIMEOUT: Final = 30.0
"""Seconds until SF_IMAP_TOKEN_COMMAND has to have printed a token."""

_TOKEN: Final = re.compile(r"[!-~]{1,20000}")


class Tokens(Protocol):
    """One way to get access tokens for a mailbox."""

    renews: ClassVar[bool] = True
    """Whether `token` makes a fresh one each time it is needed."""

    def token(self) -> Secret:
        """A token that should be valid now. Raises VerificationNeeded: none could be had; it says why and what to do."""


@dataclass(frozen=True)
class Bearer:
    """How a mailbox is opened with a token: the SASL mechanism (``XOAUTH2`` or ``OAUTHBEARER``) and the tokens."""

    mechanism: str
    tokens: Tokens


@dataclass(frozen=True)
class GivenToken(Tokens):
    """The token of ``SF_IMAP_TOKEN``; such tokens usually expire after an hour."""

    given: Secret
    renews = False

    def token(self) -> Secret:
        """The token as it was given."""
        return self.given


class TokenCommand(Tokens):
    """The program of ``SF_IMAP_TOKEN_COMMAND``: run for each connection; it prints nothing but the token."""

    def __init__(self, line: str) -> None:
        advice = "Run the command by hand; it has to print an access token for the mailbox on stdout, and nothing else."
        self._program = Program("SF_IMAP_TOKEN_COMMAND", line, advice)

    def token(self) -> Secret:
        """Run the program.

        Raises:
            VerificationNeeded: it can't be started, fails, takes longer than 30 s, or prints something that is no token.
        """
        printed = self._program.output(command_environment(), COMMAND_TIMEOUT).strip()
        if _TOKEN.fullmatch(printed) is None:
            raise self._program.unusable("printed something that is no token: one word of printable ASCII characters is needed")
        return Secret(printed)


def bearer_from(settings: Settings) -> Bearer | None:
    """How the settings open the mailbox with a token; None when they use a password."""
    tokens = None if settings.sf_imap_auth == "password" else _tokens(settings)
    return None if tokens is None else Bearer(settings.sf_imap_auth.upper(), tokens)


def _tokens(settings: Settings) -> Tokens | None:
    if settings.sf_imap_token is not None:
        return GivenToken(settings.sf_imap_token)
    if settings.sf_imap_token_command is not None:
        return TokenCommand(settings.sf_imap_token_command)
    if settings.sf_imap_google_key is not None:
        from automation.access.codes.token_google import GoogleTokens

        return GoogleTokens(settings.sf_imap_google_key, settings.sf_imap_username or "", settings.network.client)
    if settings.sf_imap_microsoft_tenant is not None:
        from automation.access.codes.token_microsoft import MicrosoftTokens

        credential = settings.sf_imap_microsoft_client_secret or settings.sf_imap_microsoft_certificate or Secret("")
        app, client = settings.sf_imap_microsoft_client_id or "", settings.network.client
        return MicrosoftTokens.of(settings.sf_imap_microsoft_tenant, app, credential, client)
    return None
