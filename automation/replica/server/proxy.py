"""The company proxy on loopback: the only way to the replica's hosts, and a dead end for everything else."""

from __future__ import annotations

import asyncio
import base64
import contextlib
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from automation.replica.org import hosts

REFUSED = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
LOGIN_FIRST = (
    b'HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="company"\r\n'
    b"Content-Length: 0\r\nConnection: close\r\n\r\n"
)
BAD = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
CONNECTED = b"HTTP/1.1 200 Connection established\r\n\r\n"
HEAD_LIMIT = 65536
IDLE_BYTES = 65536


@dataclass
class Proxy:
    """``CONNECT host:443`` for known names goes to the TLS port, ``GET http://host/`` to the plain port.

    ``refused`` lists the names that were asked for and refused, so that a test can see a stray request.
    """

    tls_port: int
    plain_port: int
    login: str = ""
    """``user:password`` that the proxy demands; empty: nothing."""
    refused: list[str] = field(default_factory=list)
    server: asyncio.Server | None = None
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)

    async def start(self) -> int:
        """Listen on a free loopback port and return it."""
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=HEAD_LIMIT)
        port: int = self.server.sockets[0].getsockname()[1]
        return port

    async def stop(self) -> None:
        """Close the port and every connection."""
        if self.server is not None:
            self.server.close()
        for writer in list(self._writers):
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError):
            await self._handle(reader, writer)
        writer.close()
        self._writers.discard(writer)

    async def _handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        line, _, rest = head.partition(b"\r\n")
        words = line.decode("latin-1").split(" ")
        if len(words) != 3:
            writer.write(BAD)
            return
        method, target, version = words
        if not self._welcome(rest):
            writer.write(LOGIN_FIRST)
            return
        if method == "CONNECT":
            await self._tunnel(target, reader, writer)
        else:
            await self._plain(method, target, version, rest, reader, writer)

    def _welcome(self, rest: bytes) -> bool:
        """Whether the headers hold the login that is demanded."""
        if not self.login:
            return True
        wanted = base64.b64encode(self.login.encode())
        for line in rest.split(b"\r\n"):
            name, _, value = line.partition(b":")
            if name.lower() == b"proxy-authorization":
                return value.split()[-1:] == [wanted]
        return False

    async def _tunnel(self, target: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        name, _, port = target.partition(":")
        if port != "443" or hosts.parse(name) is None:
            self._refuse(name, writer)
            return
        upstream_reader, upstream = await asyncio.open_connection("127.0.0.1", self.tls_port)
        writer.write(CONNECTED)
        await self._join(reader, writer, upstream_reader, upstream)

    async def _plain(
        self, method: str, target: str, version: str, rest: bytes,
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter,
    ) -> None:  # fmt: skip
        url = urlsplit(target)
        if url.scheme != "http" or url.port not in (None, 80) or hosts.parse(url.hostname or "") is None:
            self._refuse(url.hostname or target, writer)
            return
        path = (url.path or "/") + (f"?{url.query}" if url.query else "")
        upstream_reader, upstream = await asyncio.open_connection("127.0.0.1", self.plain_port)
        upstream.write(f"{method} {path} {version}\r\nConnection: close\r\n".encode("latin-1") + _without_hop(rest))
        await self._join(reader, writer, upstream_reader, upstream)

    async def _join(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter,
        upstream_reader: asyncio.StreamReader, upstream: asyncio.StreamWriter,
    ) -> None:  # fmt: skip
        """Copy both ways until both sides are done."""
        self._writers.add(upstream)
        try:
            await asyncio.gather(_copy(reader, upstream), _copy(upstream_reader, writer))
        finally:
            self._writers.discard(upstream)
            upstream.close()

    def _refuse(self, name: str, writer: asyncio.StreamWriter) -> None:
        self.refused.append(name)
        writer.write(REFUSED)


def _without_hop(rest: bytes) -> bytes:
    """The header block without the headers that belong to the hop to the proxy."""
    lines = rest.split(b"\r\n")
    kept = [line for line in lines if not line.lower().startswith((b"proxy-", b"connection:"))]
    return b"\r\n".join(kept)


async def _copy(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError, OSError):
        while data := await source.read(IDLE_BYTES):
            sink.write(data)
            await sink.drain()
    with contextlib.suppress(ConnectionError, OSError):
        if sink.can_write_eof():
            sink.write_eof()
