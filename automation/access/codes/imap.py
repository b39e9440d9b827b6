"""An IMAP connection that takes no more than a given number of seconds and bytes, whatever the server sends.

imaplib waits as long as bytes keep coming, one a minute is enough, and reserves as much memory as the server announces.
Here every byte is read through one place that knows how much time and volume is left.
"""

from __future__ import annotations

import imaplib
import io
import selectors
import socket
import ssl
import time
from contextlib import closing
from typing import Any, Final, cast

from imapclient import IMAPClient

CONNECT_TIMEOUT: Final = 20.0
"""Seconds for one attempt to connect; a name may have several addresses."""


class Allowance:
    """What the conversation may still take. Times are seconds of `time.monotonic`."""

    def __init__(self) -> None:
        self.deadline = 0.0
        self._bytes = 0

    def renew(self, deadline: float, volume: int) -> None:
        """Allow ``volume`` bytes until ``deadline``."""
        self.deadline, self._bytes = deadline, volume

    def seconds(self) -> float:
        """Time that is left. Raises TimeoutError: none."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("it did not answer in time")
        return left

    def check(self, size: int) -> None:
        """Raises OSError when ``size`` bytes are more than is left."""
        if size > self._bytes:
            raise OSError("it sends more than a mailbox has to say")

    def spend(self, size: int) -> None:
        """Note that ``size`` bytes came. Raises OSError when that is more than was allowed."""
        self.check(size)
        self._bytes -= size


class _Incoming(io.RawIOBase):
    """The bytes of a socket, within an allowance."""

    def __init__(self, connection: socket.socket, allowance: Allowance) -> None:
        super().__init__()
        self._connection = connection
        self._allowance = allowance

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._connection.settimeout(self._allowance.seconds())
        size = self._connection.recv_into(buffer)
        self._allowance.spend(size)
        return size


class _Imap(imaplib.IMAP4):
    """The protocol over a bounded connection; `read`, `readline` and `send` are imaplib's documented hooks."""

    def __init__(self, host: str, port: int, context: ssl.SSLContext | None, allowance: Allowance) -> None:
        self._context = context
        self._allowance = allowance
        super().__init__(host, port)

    def open(self, host: str = "", port: int = 143, timeout: float | None = None) -> None:
        super().open(host, port, timeout)
        self._incoming = io.BufferedReader(_Incoming(self.sock, self._allowance))

    def _create_socket(self, timeout: float | None) -> socket.socket:
        reachable = min(CONNECT_TIMEOUT, self._allowance.seconds())
        plain = socket.create_connection((self.host, self.port), timeout=reachable)
        return plain if self._context is None else _shake_hands(self._context, plain, self.host, self._allowance)

    def read(self, size: int) -> bytes:
        self._allowance.check(size)
        return self._incoming.read(size)

    def readline(self) -> bytes:
        return self._incoming.readline()

    def send(self, data: Any) -> None:
        self.sock.settimeout(self._allowance.seconds())
        super().send(data)


def _shake_hands(context: ssl.SSLContext, plain: socket.socket, host: str, allowance: Allowance) -> ssl.SSLSocket:
    """TLS by the deadline: a timeout of the socket would begin again with each piece."""
    secure = context.wrap_socket(plain, server_hostname=host, do_handshake_on_connect=False)
    secure.setblocking(False)
    try:
        while True:
            try:
                secure.do_handshake()
            except ssl.SSLWantReadError:
                wait_for(secure, selectors.EVENT_READ, allowance.seconds())
            except ssl.SSLWantWriteError:
                wait_for(secure, selectors.EVENT_WRITE, allowance.seconds())
            else:
                return secure
    except BaseException:
        secure.close()
        raise


def wait_for(connection: socket.socket, event: int, seconds: float) -> None:
    """Wait until the connection can be read or written, for that long at most."""
    with closing(selectors.DefaultSelector()) as selector:
        selector.register(connection, event)
        selector.select(seconds)


class BoundedClient(IMAPClient):  # type: ignore[misc]  # the library ships without types
    """imapclient over a bounded connection.

    Args:
        context: for TLS from the begin; None for a connection in the clear.
        allowance: renewed by the caller before each exchange.

    Raises:
        OSError, ssl.SSLError, imaplib.IMAP4.error: no connection, or no greeting that is IMAP.
    """

    def __init__(self, host: str, port: int, context: ssl.SSLContext | None, allowance: Allowance) -> None:
        self.allowance = allowance
        super().__init__(host, port, ssl=context is not None, ssl_context=context)

    def _create_IMAP4(self) -> imaplib.IMAP4:  # noqa: N802 - imapclient's name
        return _Imap(self.host, self.port, self.ssl_context, self.allowance)

    def wait_for_news(self, seconds: float) -> None:
        """IDLE until the server says something or the seconds are over; what it says is read by `noop` and a search."""
        self.idle()
        wait_for(cast("socket.socket", self.socket()), selectors.EVENT_READ, seconds)
        self.idle_done()
