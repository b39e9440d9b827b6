"""The code sources of a run, made from the settings: also a person at the terminal; and whose turn it is at a mailbox.

Two orgs whose codes arrive in the same box never take each other's: a turn is taken before the box is read and an org is made to
send a code, and given back when the verification is over.
"""

from __future__ import annotations

import getpass
import hashlib
import sys
from concurrent.futures import Future
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Final

from automation.access.codes.command import CodeCommand
from automation.access.codes.mailbox import mailbox_from
from automation.access.codes.source import CodeRequest, CodeSource, Method
from automation.access.codes.totp import Authenticator
from automation.errors import AnotherRun, VerificationNeeded
from automation.network.parallel import in_background
from automation.secrets import Secret
from automation.secrets.files import user_lock

if TYPE_CHECKING:
    from automation.settings import Settings


PATIENCE: Final = 600.0
"""Seconds to wait for a turn: other runs need the mailbox for well under a minute each."""


def mailbox_key(url: str, user: str) -> str:
    """A mailbox in names of files: a digest of its URL and username."""
    return hashlib.sha256(f"{url.rstrip('/').lower()} {user.lower()}".encode()).hexdigest()[:16]


class Turn:
    """The right to use one mailbox (see `mailbox_key`). Taking it twice is as good as once. ``patience``: seconds to wait."""

    def __init__(self, key: str, patience: float = PATIENCE) -> None:
        self._key, self._patience = key, patience
        self._held = ExitStack()
        self._is_held = False

    def take(self) -> None:
        """Wait for the turn. Raises AnotherRun when it does not come."""
        if not self._is_held:
            busy = AnotherRun(f"Other runs kept the mailbox for codes busy for {self._patience:g} s.")
            self._held.enter_context(user_lock(f"mailbox-{self._key}", self._patience, busy))
            self._is_held = True

    def give_back(self) -> None:
        """Let the next one have it; harmless when the turn is not held."""
        self._held.close()
        self._is_held = False


class Prompt(CodeSource):
    """Asks the person at the terminal."""

    name = "the terminal"

    def code(self, request: CodeRequest, timeout: float) -> Secret:
        """Ask for the code; it is not shown while it is typed. Raises VerificationNeeded: the person gave none."""
        where = f" sent to {request.address}" if request.address else ""
        try:
            typed = getpass.getpass(f"Salesforce asks for the {request.method.value}{where}: ", stream=sys.stderr)
        except EOFError:
            typed = ""
        digits = "".join(typed.split())
        if not digits:
            raise VerificationNeeded(f"No {request.method.value} was given at the terminal.")
        return Secret(digits)


def person_is_there() -> bool:
    """Whether standard input is a terminal, so that somebody can be asked."""
    return sys.stdin is not None and sys.stdin.isatty()


class CodeSources:
    """All configured sources, in the order in which they are asked: the most specific first, a person last.

    One object serves a whole run: it remembers which codes were used, at login and at the reveal alike. ``turn`` is taken in
    `prepare` and given back in `done`, so that runs which share a mailbox use it one after the other.
    """

    def __init__(self, sources: list[CodeSource], turn: Turn | None = None) -> None:
        self._sources = sources
        self._turn = turn
        self._preparing: Future[None] | None = None
        self.trouble: list[str] = []
        """Why sources that are set can't be used now, a sentence each; known once `prepared` has come back."""

    @classmethod
    def from_settings(cls, settings: Settings) -> CodeSources:
        """Make the sources for which settings are there.

        Raises:
            SettingsError: a setting is malformed, or half of a pair is missing.
        """
        found: list[CodeSource] = []
        if (box := mailbox_from(settings)) is not None:
            found.append(box)
        if settings.sf_totp_secret:
            found.append(Authenticator(settings.sf_totp_secret))
        if settings.sf_code_command:
            found.append(CodeCommand(settings.sf_code_command))
        if person_is_there():
            found.append(Prompt())
        url, user = settings.sf_imap_url, settings.sf_imap_username
        return cls(found, Turn(mailbox_key(url, user)) if url and user else None)

    def answering(self, method: Method) -> CodeSource | None:
        """The first source that can give such a code, None when none can."""
        return next((source for source in self._sources if method in source.methods), None)

    def prepare(self) -> None:
        """Begin to note what is there already, before a code is asked for; `prepared` waits for the end.

        It runs beside the browser, so that opening a mailbox costs no time of the run.
        """
        self.prepared()
        self._preparing = in_background(self._prepare_all)

    def prepared(self) -> None:
        """Wait until `prepare` is through. Call it before the click that makes the org send a code.

        Raises:
            AnotherRun: other runs did not release the mailbox.
        """
        preparing, self._preparing = self._preparing, None
        if preparing is not None:
            preparing.result()

    def done(self) -> None:
        """The verification is over: let other runs use the mailbox."""
        if self._turn is not None:
            self._turn.give_back()

    def close(self) -> None:
        """Let go of connections, and of the turn."""
        with suppress(AnotherRun):
            self.prepared()
        for source in self._sources:
            source.close()
        self.done()

    def _prepare_all(self) -> None:
        if self._turn is not None:
            self._turn.take()  # before it is read: an email that another org has sent meanwhile must count as old
        answers = [source.prepare() for source in self._sources]
        self.trouble = [answer for answer in answers if answer]
