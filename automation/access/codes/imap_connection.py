"""One connection to a mail server that opens itself, and once more when it breaks; every failure becomes our error."""

from __future__ import annotations

import logging
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from automation.errors import RunbookError, VerificationNeeded
from automation.network.failures import certificate_advice
from automation.network.http import ssl_context
from automation.secrets import Secret, quoted
from automation.settings.urls import ImapServer

if TYPE_CHECKING:
    from automation.access.codes.imap import BoundedClient
    from automation.access.codes.tokens import Bearer

log = logging.getLogger(__name__)
T = TypeVar("T")

LOGIN_LIMIT: Final = 60.0
"""Seconds to connect, log in and open the folder, a second try included."""
GRACE: Final = 2.0
"""Seconds that the last exchange may take beyond the time that was asked for, and all that a logout may take."""
VOLUME: Final = 8_000_000
"""Bytes that one exchange with the server may have; the largest is a batch of headers."""


@dataclass(frozen=True)
class Account:
    """Who logs in, and with what: a password, or tokens."""

    user: str
    password: Secret
    bearer: Bearer | None = None


class Connection:
    """A connection with a deadline. ``opened`` is called after each login, before anything else is done."""

    def __init__(
        self, server: ImapServer, account: Account, ca_file: Path | None, opened: Callable[[BoundedClient], object]
    ) -> None:
        self._server = server
        self._account = account
        self._ca_file = ca_file
        self._opened = opened
        self._client: BoundedClient | None = None
        self._deadline = 0.0

    def allow(self, seconds: float) -> None:
        """All that is done from now on has to be over after that many seconds."""
        self._deadline = time.monotonic() + seconds

    def do(self, act: Callable[[BoundedClient], T], *, again: bool = True) -> T:
        """Do something with the folder, once more over a new connection when the server hung up or made no sense.

        Raises:
            VerificationNeeded: it did not work, or not by the deadline.
        """
        try:
            return self._attempt(act)
        except RunbookError:
            raise
        except Exception as error:  # noqa: BLE001 - imaplib and imapclient raise nearly anything on wild answers
            if not again or time.monotonic() >= self._deadline:
                raise self._unusable(error) from None
        log.debug("the connection to the IMAP server broke; connecting again")
        return self.do(act, again=False)

    def _attempt(self, act: Callable[[BoundedClient], T]) -> T:
        try:
            if self._client is None:
                self._client = self._connect()
                self._opened(self._client)
            self.renew(self._client)
            return act(self._client)
        except BaseException:
            self._hang_up()
            raise

    def renew(self, client: BoundedClient) -> None:
        """Let the next exchange have the usual volume, until the deadline."""
        client.allowance.renew(self._deadline, VOLUME)

    def _connect(self) -> BoundedClient:
        from automation.access.codes.imap import Allowance, BoundedClient
        from automation.access.codes.imap_login import log_in

        allowance = Allowance()
        allowance.renew(self._deadline, VOLUME)
        tls = ssl_context(self._ca_file) if self._server.tls else None
        client = BoundedClient(self._server.host, self._server.port, tls, allowance)
        try:
            log_in(client, self._account)
        except BaseException:
            with suppress(Exception):
                client.shutdown()
            raise
        return client

    def close(self) -> None:
        """Log out; a server that is gone already does no harm."""
        if self._client is not None:
            self.allow(GRACE)
            self.renew(self._client)
            with suppress(Exception):
                self._client.logout()
            self._hang_up()

    def _hang_up(self) -> None:
        """Close the socket of a connection that is of no use any more."""
        client, self._client = self._client, None
        if client is not None:
            with suppress(Exception):
                client.shutdown()

    def _unusable(self, error: Exception) -> VerificationNeeded:
        from automation.access.codes.imap_login import folder_refused

        at = self._server
        refused = folder_refused(at.host, self._account.user, at.folder, error)
        if refused is not None:
            return refused
        why = (error.strerror if isinstance(error, OSError) else None) or quoted(error)
        advice = "Check SF_IMAP_URL and that the IMAP server can be reached from this machine."
        if isinstance(error, TimeoutError):
            why = "it did not answer in time"
        elif isinstance(error, ssl.SSLCertVerificationError):
            why, advice = "its certificate is not trusted", certificate_advice(at.host, self._ca_file)
        elif why.startswith("select failed"):
            advice = "Correct the folder at the end of SF_IMAP_URL, or give the mailbox's user the right to read it."
        return VerificationNeeded(f"The mailbox at {at.host}:{at.port} (folder {at.folder}) can't be read: {why}.", next=advice)
