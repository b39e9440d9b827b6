"""Codes sent by mail, read over IMAP."""

from __future__ import annotations

import logging
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import unquote, urlsplit

from automation.access.codes.mail import code_in
from automation.access.codes.source import CodeRequest, Method, NoCodeYet
from automation.errors import SettingsError, VerificationNeeded
from automation.network.certificates import certificate_cure
from automation.secrets import Secret

if TYPE_CHECKING:
    from imapclient import IMAPClient

log = logging.getLogger(__name__)
T = TypeVar("T")

IDLE_SLICE: Final = 3.0
"""Seconds after which the box is searched even though IDLE told nothing.

A mail that comes between the search and the begin of IDLE is told too early to be seen, and some servers do not tell of
every mail; so IDLE only makes the wait end sooner.
"""
POLL: Final = 2.0
"""Seconds between two looks where the server has no IDLE."""
CONNECT_TIMEOUT: Final = 20.0
LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Address:
    """Where a mailbox is: ``imaps://host[:port]/FOLDER``."""

    host: str
    port: int
    tls: bool
    folder: str


def parse_url(url: str) -> Address:
    """Take ``SF_IMAP_URL`` apart.

    Raises:
        SettingsError: another scheme, no host, or ``imap://`` (no encryption) to another machine.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise SettingsError("SF_IMAP_URL is no address; write imaps://host[:port]/INBOX.") from None
    if parts.scheme not in ("imaps", "imap") or not host:
        raise SettingsError("SF_IMAP_URL must be imaps://host[:port]/INBOX.")
    if parts.scheme == "imap" and host not in LOOPBACK:
        raise SettingsError("SF_IMAP_URL uses imap://, which sends the password in the clear; use imaps://.")
    tls = parts.scheme == "imaps"
    return Address(host, port or (993 if tls else 143), tls, unquote(parts.path.strip("/")) or "INBOX")


class Mailbox:
    """The mailbox that gets the user's verification mails.

    Only mails that came after `prepare` are looked at; each code is given out once, the newest first. The box is opened
    read-only: nothing is marked as read or deleted.

    Args:
        url: ``imaps://host[:port]/FOLDER``; ``imap://`` on loopback only.
        user: user name at the mail server.
        password: its password.
        ca_file: PEM file of a certificate authority that is trusted besides the system's.

    Raises:
        SettingsError: the address is malformed.
    """

    name = "the mailbox"

    def __init__(self, url: str, user: str, password: Secret, ca_file: Path | None = None) -> None:
        self._address = parse_url(url)
        self._user = user
        self._password = password
        self._ca_file = ca_file
        self._client: IMAPClient | None = None
        self._seen_up_to = 0
        self._since: datetime | None = None
        self._validity: int | None = None
        self._failure: VerificationNeeded | None = None

    def answers(self, method: Method) -> bool:
        """Emailed codes only."""
        return method is Method.EMAIL

    def prepare(self) -> str | None:
        """Open the box and note the newest mail; what is there now is older than the request."""
        self._since = datetime.now(UTC)
        try:
            self._failure = None
            self._reconnecting(self._note_newest)
        except VerificationNeeded as error:
            self._failure = error  # the org may ask for no code at all; told when one is needed
            log.info("%s", error.message)
            return error.message
        return None

    def code(self, request: CodeRequest, timeout: float) -> Secret:
        """Wait for a verification mail of this request.

        Raises:
            NoCodeYet: no such mail came in time.
            VerificationNeeded: the box can't be opened.
        """
        if self._failure is not None:
            raise self._failure
        deadline = time.monotonic() + timeout
        while True:
            found = self._reconnecting(lambda: self._search(request))
            if found is not None:
                return found
            left = deadline - time.monotonic()
            if left <= 0:
                raise NoCodeYet(
                    f"No verification mail of Salesforce came to {self._user} within {timeout:g} s.",
                    next="Check that the user's mail goes to this mailbox and that the org may send mail "
                    "(Setup > Deliverability; a refreshed sandbox adds .invalid to addresses).",
                )
            self._reconnecting(partial(self._wait, left))

    def newest(self) -> datetime | None:
        """When the newest mail came (UTC); None when the folder is empty. No mail is opened.

        Raises:
            VerificationNeeded: the box can't be opened.
        """
        return self._reconnecting(self._time_of_newest)

    def _time_of_newest(self) -> datetime | None:
        client = self._connected()
        numbers = client.search("ALL")
        if not numbers:
            return None
        came = client.fetch([max(numbers)], ["INTERNALDATE"])[max(numbers)].get(b"INTERNALDATE")
        return came.astimezone(UTC) if isinstance(came, datetime) else None

    def close(self) -> None:
        """Log out; a server that is gone already is no matter."""
        if self._client is None:
            return
        from imapclient.exceptions import IMAPClientError

        try:
            self._client.logout()
            self._client = None
        except (IMAPClientError, OSError):
            self._hang_up()

    def _reconnecting(self, act: Callable[[], T]) -> T:
        """Do something with the box, once more over a new connection when the server hung up."""
        from imapclient.exceptions import IMAPClientError

        try:
            return act()
        except (IMAPClientError, OSError):
            log.debug("the connection to the mail server broke; connecting again")
        self._hang_up()
        try:
            return act()
        except (IMAPClientError, OSError) as error:
            self._hang_up()
            raise self._unusable(error) from None

    def _hang_up(self) -> None:
        """Close the socket of a connection that is of no use any more."""
        client, self._client = self._client, None
        if client is not None:
            with suppress(OSError):
                client.shutdown()

    def _connected(self) -> IMAPClient:
        return self._client or self._connect()

    def _connect(self) -> IMAPClient:
        from imapclient import IMAPClient, SocketTimeout
        from imapclient.exceptions import LoginError

        at = self._address
        context = self._tls() if at.tls else None
        timeout = SocketTimeout(connect=CONNECT_TIMEOUT, read=CONNECT_TIMEOUT)
        client = IMAPClient(at.host, at.port, ssl=at.tls, ssl_context=context, timeout=timeout)
        try:
            client.login(self._user, self._password.reveal())
        except LoginError:
            client.shutdown()
            raise VerificationNeeded(
                f"The mail server {at.host} refused user name or password.",
                next="Check SF_IMAP_USERNAME and SF_IMAP_PASSWORD; many servers want an app password here.",
            ) from None
        self._client = client
        self._select(client)
        return client

    def _select(self, client: IMAPClient) -> int:
        """Open the folder read-only, and answer the number of its newest mail (0 when it is empty)."""
        selected: dict[bytes, Any] = client.select_folder(self._address.folder, readonly=True)
        self._renumbered(selected.get(b"UIDVALIDITY"))
        following = selected.get(b"UIDNEXT")
        if following is None:  # optional in the oldest form of the protocol
            return max(client.search("ALL"), default=0)
        return int(following) - 1

    def _tls(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        if self._ca_file is not None:
            context.load_verify_locations(cafile=self._ca_file)
        return context

    def _renumbered(self, validity: Any) -> None:
        """After a change of UIDVALIDITY the noted number means nothing: all mails count as old."""
        changed = self._validity is not None and validity != self._validity
        self._validity = validity
        if changed:
            self._seen_up_to = 2**32

    def _note_newest(self) -> None:
        self._seen_up_to = self._select(self._connected())

    def _search(self, request: CodeRequest) -> Secret | None:
        """The code of the newest fitting mail that is newer than what was seen."""
        client = self._connected()
        client.noop()
        fresh = [uid for uid in client.search(["UID", f"{self._seen_up_to + 1}:*"]) if uid > self._seen_up_to]
        for uid in sorted(fresh, reverse=True):  # "n:*" names the last mail even when it is older than n
            raw = client.fetch([uid], ["BODY.PEEK[]"])[uid][b"BODY[]"]
            code = code_in(raw, request, self._since)
            if code is not None:
                self._seen_up_to = uid
                return code
        return None

    def _wait(self, seconds: float) -> None:
        """Wait for the server to tell of new mail, for a slice at most."""
        client = self._connected()
        if not client.has_capability("IDLE"):
            threading.Event().wait(min(POLL, seconds))
            return
        client.idle()
        try:
            client.idle_check(timeout=min(IDLE_SLICE, seconds))
        finally:
            client.idle_done()

    def _unusable(self, error: Exception) -> VerificationNeeded:
        at = self._address
        why = type(error).__name__ if not isinstance(error, OSError) else (error.strerror or type(error).__name__)
        cure = "Check SF_IMAP_URL and that the mail server can be reached from this machine."
        if isinstance(error, ssl.SSLCertVerificationError):
            why, cure = "its certificate is not trusted", certificate_cure(at.host, self._ca_file)
        return VerificationNeeded(
            f"The mailbox at {at.host}:{at.port} (folder {at.folder}) can't be read: {why}.",
            next=cure,
        )
