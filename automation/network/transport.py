"""One limit for all that our own HTTP reads: bytes, also after decompression, and seconds for a whole exchange.

httpx's time-outs hold between two pieces, so a server that sends a byte a second could go on for ever, and a small gzip
can unpack to gigabytes. Here the read time-out of a request is the time for all of it: connection, handshake with proxy
and server, headers and body.
"""

from __future__ import annotations

import ssl
import time
import zlib
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from pathlib import Path
from typing import Any, Final

import httpcore
import httpx

from automation.network.failures import causes, certificate_advice
from automation.network.proxy import Proxy, bypasses_proxy

MOST_BYTES: Final = 32 * 2**20
"""An org's largest answer that we ask for, its list of all objects, has a tenth of this."""

PIECE: Final = 64 * 2**10
"""Bytes that are unpacked at once."""

_deadline: ContextVar[float] = ContextVar("deadline", default=float("inf"))
"""When the exchange that this thread is in has to be over, by `time.monotonic`."""


class TooLong(httpx.TransportError):
    """An answer is longer than `MOST_BYTES`."""


class Untrusted(httpx.ConnectError):
    """A certificate is not trusted, and what to do about that."""

    def __init__(self, reason: str, advice: str) -> None:
        super().__init__(reason)
        self.advice = advice


class Transport(httpx.BaseTransport):
    """By the proxy or directly, as NO_PROXY says, and within the limits.

    Raises httpx.TransportError: also `TooLong`, `Untrusted`, and a time-out of httpx when the whole takes too long.
    """

    def __init__(self, context: ssl.SSLContext, proxy: Proxy | None, no_proxy: str | None, ca_file: Path | None) -> None:
        self._no_proxy, self._ca_file = no_proxy, ca_file
        self._direct = _within_deadline(httpx.HTTPTransport(verify=context))
        self._by_proxy = None if proxy is None else _within_deadline(_through(proxy, context))

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        by_proxy = None if bypasses_proxy(self._no_proxy, request.url.host, request.url.port or 443) else self._by_proxy
        chosen = by_proxy or self._direct
        _deadline.set(time.monotonic() + request.extensions["timeout"]["read"])
        try:
            return bounded(chosen.handle_request(request))
        except httpx.ConnectError as error:
            for cause in causes(error):
                if isinstance(cause, ssl.SSLCertVerificationError):
                    raise Untrusted(cause.verify_message, certificate_advice(request.url.host, self._ca_file)) from error
            raise

    def close(self) -> None:
        self._direct.close()
        if self._by_proxy is not None:
            self._by_proxy.close()


def _through(proxy: Proxy, context: ssl.SSLContext) -> httpx.HTTPTransport:
    auth = None if proxy.username is None else (proxy.username, proxy.password)
    upstream = httpx.Proxy(proxy.url, auth=auth, ssl_context=context if proxy.tls else None)
    return httpx.HTTPTransport(verify=context, proxy=upstream)


def _within_deadline(transport: httpx.HTTPTransport) -> httpx.HTTPTransport:
    transport._pool._network_backend = _Backend()  # noqa: SLF001  httpx has no parameter for it; a test holds that it counts
    return transport


def _left(timeout: float | None) -> float:
    """Seconds that the next piece may take."""
    left = _deadline.get() - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("the whole took too long")
    return left if timeout is None else min(timeout, left)


class _Backend(httpcore.SyncBackend):
    def connect_tcp(self, host: str, port: int, timeout: float | None = None, *args: Any, **more: Any) -> httpcore.NetworkStream:
        return _Stream(super().connect_tcp(host, port, _left(timeout), *args, **more))


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(timeout))

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, _left(timeout)))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

    def close(self) -> None:
        self._stream.close()


def bounded(response: httpx.Response) -> httpx.Response:
    """The same answer, unpacked, whose reading ends with `TooLong` at `MOST_BYTES`."""
    packing = response.headers.get("content-encoding", "identity").strip().lower()
    left_out = ("content-encoding", "content-length") if packing != "identity" else ()
    headers = [(name, value) for name, value in response.headers.multi_items() if name.lower() not in left_out]
    stream = _Bounded(response, packing)
    return httpx.Response(response.status_code, headers=headers, stream=stream, extensions=response.extensions)


class _Bounded(httpx.SyncByteStream):
    def __init__(self, response: httpx.Response, packing: str) -> None:
        self._response, self._packing = response, packing

    def __iter__(self) -> Iterator[bytes]:
        raw = _counted(self._response.stream)  # type: ignore[arg-type]  # of a synchronous transport
        yield from raw if self._packing == "identity" else _counted(_unpacked(raw, self._packing))

    def close(self) -> None:
        self._response.close()


def _counted(pieces: Iterable[bytes]) -> Iterator[bytes]:
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > MOST_BYTES:
            raise TooLong(f"the answer is longer than {MOST_BYTES // 2**20} MB")
        yield piece


def _unpacked(pieces: Iterable[bytes], packing: str) -> Iterator[bytes]:
    if packing not in ("gzip", "x-gzip", "deflate"):
        raise httpx.DecodingError("the answer is packed in a way that was not asked for")
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 32)  # gzip and zlib alike
    try:
        for piece in pieces:
            while piece and not unpacker.eof:
                yield unpacker.decompress(piece, PIECE)
                piece = unpacker.unconsumed_tail  # noqa: PLW2901
        yield unpacker.flush()
    except zlib.error:
        raise httpx.DecodingError("the answer is not packed as it says") from None
