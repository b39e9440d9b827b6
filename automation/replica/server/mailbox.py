"""A real IMAP server (pymap) for the mailboxes that the org's verification codes go to.

Two loopback ports: implicit TLS with the replica's CA, and plain. One mailbox per address, made when it is first opened
or written to; new mail shows up at once in open sessions (IDLE).
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import ssl
import time
from datetime import UTC, datetime
from typing import Any

from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.dict import Config, Identity, Login
from pymap.backend.dict.filter import FilterSet
from pymap.backend.dict.mailbox import MailboxSet
from pymap.concurrent import Subsystem
from pymap.exceptions import InvalidAuth
from pymap.imap import IMAPServer
from pymap.parsing.message import AppendMessage
from pymap.user import UserMetadata
from pysasl.creds.server import ServerCredentials
from pysasl.identity import ClearIdentity

from automation.replica.org.mails import Mail
from automation.replica.org.world import World

_ARGUMENTS = argparse.Namespace(
    host="127.0.0.1", port=0, debug=False, cert=None, key=None, tls=False, proxy_protocol=None, passlib_cfg=None,
    demo_data=False, demo_user="", demo_password="", inherited_sockets=None,
)  # fmt: skip


class _Login(Login):
    """Logs in by the world's mailbox passwords."""

    def __init__(self, config: Config, world: World) -> None:
        super().__init__(config)
        self._world = world

    async def authenticate(self, credentials: ServerCredentials) -> Identity:
        """Compare with the world's password for that address."""
        name = credentials.authcid
        password = self._world.mailbox_passwords.get(name)
        if password is None or not credentials.verify(ClearIdentity(name, password)):
            raise InvalidAuth
        self.users_dict.setdefault(name, UserMetadata(self.config, name))
        return Identity(name, self, None, frozenset())


class Mailboxes:
    """The mail server. ``post`` is what the world sends through."""

    def __init__(self, world: World) -> None:
        self._config = Config.from_args(
            _ARGUMENTS, invalid_user_sleep=0.0, reject_dnsbl=False, cpu_subsystem=Subsystem.for_asyncio()
        )
        self._server = IMAPServer(_Login(self._config, world), self._config)
        self._servers: list[asyncio.Server] = []
        self._writers: set[asyncio.StreamWriter] = set()
        self._pending: set[asyncio.Task[None]] = set()
        world.post = self.post

    async def start(self, context: ssl.SSLContext) -> tuple[int, int]:
        """Open the TLS port and the plain port; return both numbers."""
        self._config.apply_context()
        return await self._open(context), await self._open(None)

    async def _open(self, context: ssl.SSLContext | None) -> int:
        serve = ProxyProtocolReader(self._config.proxy_protocol).get_callback(self._server)

        async def tracked(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self._writers.add(writer)
            with contextlib.suppress(ConnectionError, EOFError):
                await serve(reader, writer)
            self._writers.discard(writer)

        server = await asyncio.start_server(tracked, "127.0.0.1", 0, ssl=context)
        self._servers.append(server)
        number: int = server.sockets[0].getsockname()[1]
        return number

    async def stop(self) -> None:
        """Close the ports and drop what is still on its way."""
        for task in self._pending:
            task.cancel()
        for server in self._servers:
            server.close()
        for writer in list(self._writers):
            writer.transport.abort()

    def post(self, mail: Mail, delay: float) -> None:
        """Deliver a mail ``delay`` seconds from now. Called on the server's loop."""
        task = asyncio.get_running_loop().create_task(self._deliver(mail, delay))
        self._pending.add(task)
        task.add_done_callback(self._pending.discard)

    async def _deliver(self, mail: Mail, delay: float) -> None:
        if delay > 0:
            await asyncio.sleep(delay)
        inbox = await self._mailbox_set(mail.to).get_mailbox("INBOX")
        arrived = datetime.fromtimestamp(min(mail.at, time.time()), UTC)
        await inbox.append(AppendMessage(bytes(mail.message), arrived, frozenset()), recent=True)

    def _mailbox_set(self, address: str) -> Any:
        """The mailboxes of an address: the same objects that its IMAP sessions see."""
        cache = self._config.set_cache
        if address not in cache:
            cache[address] = (MailboxSet(), FilterSet())
        return cache[address][0]
