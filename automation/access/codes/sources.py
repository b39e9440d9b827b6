"""The code sources of a run, made from the settings."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

from automation.access.codes.command import Command
from automation.access.codes.mailbox import Mailbox
from automation.access.codes.prompt import Prompt, person_is_there
from automation.access.codes.source import CodeSource, Method
from automation.access.codes.totp import Authenticator

if TYPE_CHECKING:
    from automation.settings import Settings


class CodeSources:
    """All configured sources, in the order in which they are asked: the most specific first, a person last.

    One object serves a whole run: it remembers which codes were used, at login and at the reveal alike.
    """

    def __init__(self, sources: list[CodeSource]) -> None:
        self._sources = sources
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="code-sources")
        self._preparing: Future[None] | None = None

    @classmethod
    def from_settings(cls, settings: Settings) -> CodeSources:
        """Make the sources for which settings are there.

        Raises:
            SettingsError: a setting is malformed, or half of a pair is missing.
        """
        return cls([source for source in (_mailbox(settings), _totp(settings), _command(settings), _prompt()) if source])

    def answering(self, method: Method) -> CodeSource | None:
        """The first source that can tell such a code, None when none can."""
        return next((source for source in self._sources if source.answers(method)), None)

    def prepare(self) -> None:
        """Begin to note what is there already, before a code is asked for; `prepared` waits for the end.

        It runs beside the browser, so that opening a mailbox costs no time of the run.
        """
        self.prepared()
        self._preparing = self._worker.submit(self._prepare_all)

    def prepared(self) -> None:
        """Wait until `prepare` is through. Call it before the click that makes the org send a code."""
        preparing, self._preparing = self._preparing, None
        if preparing is not None:
            preparing.result()

    def close(self) -> None:
        """Let go of connections."""
        self.prepared()
        for source in self._sources:
            source.close()
        self._worker.shutdown()

    def _prepare_all(self) -> None:
        for source in self._sources:
            source.prepare()


def _mailbox(settings: Settings) -> CodeSource | None:
    if not settings.sf_imap_url or not settings.sf_imap_username or not settings.sf_imap_password:
        return None
    return Mailbox(settings.sf_imap_url, settings.sf_imap_username, settings.sf_imap_password, settings.sf_ca_file)


def _totp(settings: Settings) -> CodeSource | None:
    return Authenticator(settings.sf_totp_secret) if settings.sf_totp_secret else None


def _command(settings: Settings) -> CodeSource | None:
    return Command(settings.sf_code_command) if settings.sf_code_command else None


def _prompt() -> CodeSource | None:
    return Prompt() if person_is_there() else None
