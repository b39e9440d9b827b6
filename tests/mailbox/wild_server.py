"""A mail server that answers each command with whatever a test wants, as slowly as it wants."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

Answer = Callable[[bytes, str], bytes]
"""From a command line and its tag to what is sent; None of it has to be IMAP."""

SELECTED = b"* 1 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 1] x\r\n"


def usual(line: bytes, tag: str) -> bytes:
    """A mailbox that is empty until it is asked for new emails."""
    done = f"{tag} OK done\r\n".encode()
    words = line.upper().split()
    command = b" ".join(words[1:3]) if words[1:2] == [b"UID"] else b"".join(words[1:2])
    said = {b"CAPABILITY": b"* CAPABILITY IMAP4rev1\r\n", b"EXAMINE": SELECTED, b"UID SEARCH": b"* SEARCH 5\r\n"}
    return said.get(command, b"") + done


@contextmanager
def serve(answer: Answer, *, greeting: bytes = b"* OK ready\r\n", drip: float = 0) -> Iterator[str]:
    """Serve on loopback; answers the URL.

    Args:
        answer: see `Answer`.
        drip: seconds between two bytes of an answer; 0 sends it whole.
    """
    over = threading.Event()

    def talk(connection: socket.socket) -> None:
        with suppress(OSError), connection:
            _send(connection, greeting, drip, over)
            for line in connection.makefile("rb"):
                _send(connection, answer(line, re.split(rb"\s", line, maxsplit=1)[0].decode("latin-1")), drip, over)

    def accept() -> None:
        with suppress(OSError):
            while not over.is_set():
                connection, _ = listener.accept()
                threading.Thread(target=talk, args=(connection,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=accept, daemon=True).start()
        yield f"imap://127.0.0.1:{listener.getsockname()[1]}/INBOX"
        over.set()
        listener.shutdown(socket.SHUT_RDWR)


def _send(connection: socket.socket, text: bytes, drip: float, over: threading.Event) -> None:
    if not drip:
        connection.sendall(text)
        return
    for at in range(len(text)):
        connection.sendall(text[at : at + 1])
        if over.wait(drip):
            raise OSError
