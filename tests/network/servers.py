"""Servers on loopback that behave badly, each for one connection."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Self

from automation.network.proxy import Proxy


class Server:
    """Takes one connection and lets ``serve`` answer it; the connection ends with the context."""

    def __init__(self, serve: Callable[[Server], None], context: ssl.SSLContext | None = None) -> None:
        self._serve, self._context = serve, context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.url = f"http{'s' if context else ''}://localhost:{self.port}/"
        self.proxy = Proxy(tls=False, host="127.0.0.1", port=self.port)
        self.over, self.asked = threading.Event(), b""
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        with suppress(OSError):
            self.peer, _ = self._listener.accept()
            if self._context is not None:
                self.peer = self._context.wrap_socket(self.peer, server_side=True)
            with self.peer:
                self.asked = self.peer.recv(65536)
                self._serve(self)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self._listener.close()
        self._thread.join(5)


def dripping(first: bytes) -> Callable[[Server], None]:
    """``first`` at once, then one byte every 20 ms."""

    def serve(server: Server) -> None:
        server.peer.sendall(first)
        while not server.over.wait(0.02):
            server.peer.sendall(b"H")

    return serve


def silent(server: Server) -> None:
    """Takes the request and says nothing."""
    server.over.wait(10)


def flooding(server: Server) -> None:
    """An answer without end."""
    server.peer.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while not server.over.is_set():
        server.peer.sendall(bytes(2**16))


def answering(data: bytes, packing: str) -> Callable[[Server], None]:
    """One answer with that ``Content-Encoding``."""

    def serve(server: Server) -> None:
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(data)}\r\nContent-Encoding: {packing}\r\n\r\n"
        server.peer.sendall(head.encode() + data)

    return serve
