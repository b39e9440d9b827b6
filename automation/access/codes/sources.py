"""The code sources of a run, made from the settings."""

from __future__ import annotations

from concurrent.futures import Future
from contextlib import suppress
from typing import TYPE_CHECKING

from automation.access.codes.command import CodeCommand
from automation.access.codes.mailbox import mailbox_from
from automation.access.codes.prompt import Prompt, person_is_there
from automation.access.codes.source import CodeSource, Method
from automation.access.codes.totp import Authenticator
from automation.access.codes.turns import Turn, mailbox_key
from automation.errors import AnotherRun
from automation.network.parallel import in_background

if TYPE_CHECKING:
    from automation.settings import Settings


class CodeSources:
    """All configured sources, in the order in which they are asked: the most specific first, a person last.

    One object serves a whole run: it remembers which codes were used, at login and at the reveal alike.

    Args:
        turn: taken in `prepare` and given back in `done`, so that runs which share a mailbox use it one after the other.
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
