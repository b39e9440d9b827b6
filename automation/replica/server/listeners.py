"""All of the replica's listeners in one background thread: proxy, TLS and plain sites, control API, IMAP."""

from __future__ import annotations

import asyncio
import concurrent.futures
import logging
import socket
import ssl
import tempfile
import threading
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

import uvicorn

from automation.replica.org.world import World
from automation.replica.server.control import control_app
from automation.replica.server.mailbox import Mailboxes
from automation.replica.server.proxy import Proxy
from automation.replica.server.site import Site
from automation.replica.server.tls import Certificates

T = TypeVar("T")


class Server:
    """Runs everything on one event loop in a daemon thread. Each listener takes a free loopback port."""

    def __init__(self, control_port: int = 0) -> None:
        self.world = World()
        self.folder = tempfile.TemporaryDirectory(prefix="replica-")
        self.certificates = Certificates(Path(self.folder.name))
        self._control_port = control_port
        self.ports: dict[str, int] = {}
        self.loop = asyncio.new_event_loop()
        self._uvicorns: list[uvicorn.Server] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._thread = threading.Thread(target=self._run, name="replica", daemon=True)

    def start(self) -> None:
        """Start the thread and return when every port is open."""
        self._thread.start()
        self.wait(self._open())

    def stop(self) -> None:
        """Close all ports and end the thread."""
        if self._thread.is_alive():
            self.wait(self._close())
            self.loop.call_soon_threadsafe(self.loop.stop)
            self._thread.join(10)
        self.folder.cleanup()

    def wait(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the server's loop and return its result to this thread."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(30)

    def call(self, action: Callable[[], T]) -> T:
        """Run a function on the server's loop: the only thread that may touch the world."""
        done: concurrent.futures.Future[T] = concurrent.futures.Future()

        def run() -> None:
            try:
                done.set_result(action())
            except BaseException as problem:  # noqa: BLE001  handed to the calling thread, nothing is swallowed
                done.set_exception(problem)

        self.loop.call_soon_threadsafe(run)
        return done.result(30)

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()
        self.loop.close()

    async def _open(self) -> None:
        logging.getLogger("uvicorn.error").addFilter(_worth_logging)
        front = self.certificates.by_name()
        self.ports["tls"] = await self._listen(Site(self.world), front)
        self.ports["plain"] = await self._listen(Site(self.world, plain=True))
        self.ports["control"] = await self._listen(control_app(self.world), port=self._control_port)
        self.proxy = Proxy(self.ports["tls"], self.ports["plain"])
        self.ports["proxy"] = await self.proxy.start()
        self.mailboxes = Mailboxes(self.world)
        context = self.certificates.context("127.0.0.1")
        self.ports["imaps"], self.ports["imap"] = await self.mailboxes.start(context)

    async def _listen(self, app: Any, context: ssl.SSLContext | None = None, port: int = 0) -> int:
        """One uvicorn server; with TLS it takes our own context, which picks certificates by name."""
        config = uvicorn.Config(
            app,
            log_level="error",
            log_config=None,
            access_log=False,
            date_header=False,
            server_header=False,
            lifespan="off",
            ws="none",
            interface="asgi3",
            timeout_keep_alive=120,
            timeout_graceful_shutdown=1,
        )
        config.load()
        config.ssl = context
        listener = listening(port)
        server = uvicorn.Server(config)
        self._uvicorns.append(server)
        self._tasks.append(asyncio.get_running_loop().create_task(server.serve([listener])))
        number: int = listener.getsockname()[1]
        return number

    async def _close(self) -> None:
        await self.proxy.stop()
        await self.mailboxes.stop()
        for server in self._uvicorns:
            server.should_exit = server.force_exit = True
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._drop_rest()

    async def _drop_rest(self) -> None:
        """End what clients left open (idle mail sessions). Their cancellation is no error worth printing."""
        self.loop.set_exception_handler(lambda *_: None)
        rest = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)


def listening(port: int) -> socket.socket:
    """A listening loopback socket.

    The protocol is named because asyncio turns Nagle's algorithm off only for sockets that say they are TCP; with it on,
    every answer of two segments waits 40 ms for the client's delayed acknowledgement.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(256)
    return listener


def _worth_logging(record: logging.LogRecord) -> bool:
    """Answers that end in the middle are faults set on purpose; everything else of uvicorn's errors is a mistake of ours."""
    return "without completing response" not in record.getMessage()
