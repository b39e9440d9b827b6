"""Receives the call of ``ExternalClientAppsPostCopy`` and runs the job for that sandbox. Standard library alone.

    python deploy/hooks/receive.py --orgs orgs.toml --key-file FILE [--port 8080] [-- further arguments of refresh_sandboxes]

Put it behind whatever ends TLS. A call has to bring the key (``Authorization: Bearer KEY``), which keeps strangers out. It is
believed in nothing but a name, which must be that of a table in the orgs file; the job finds out for itself whether there is work.

Limits: a call has 10 seconds and 4 kB, 16 may be open at once, and ``--jobs`` jobs run at once. While a sandbox's job runs, waits
or rests for 5 minutes, further calls for it are taken as one, for which the job runs once more. SIGTERM ends the jobs as well.
"""

from __future__ import annotations

import argparse
import hmac
import json
import re
import signal
import socket
import subprocess
import sys
import threading
import tomllib
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

LONGEST = 4096
"""Bytes of a call; longer ones are refused unread."""
SECONDS = 10.0
"""For a whole call, from the connection to the answer."""
CONNECTIONS = 16
SHORTEST_KEY = 20
TRY_LATER = 75
GRACE = 25.0
"""Seconds that a job, which ends within 20, gets when the server stops."""

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class Receiver(ThreadingHTTPServer):
    """Takes calls, and runs one job at a time per sandbox.

    Args:
        orgs: the orgs file; read at each call, so that it may change.
        key: what a call has to bring.
        command: run with ``--only NAME`` added.
        jobs: how many run at the same time.
        pause: seconds after which a sandbox that is not ready yet is tried again.
        tries: how often.
        rest: seconds after the end of a sandbox's job until its next one may begin.
    """

    daemon_threads = True
    request_queue_size = CONNECTIONS

    def __init__(
        self, address: tuple[str, int], orgs: Path, key: str, command: list[str], *,
        jobs: int = 2, pause: float = 600.0, tries: int = 24, rest: float = 300.0,
    ) -> None:  # fmt: skip
        self.orgs, self.key, self.command = orgs, key.encode(), command
        self.pause, self.tries, self.rest = pause, tries, rest
        self.stopped = threading.Event()
        self._jobs = threading.Semaphore(jobs)
        self._open = threading.Semaphore(CONNECTIONS)
        self._lock = threading.Lock()
        self._attending: dict[str, threading.Thread] = {}
        self._again: set[str] = set()
        self._running: set[subprocess.Popen[bytes]] = set()
        super().__init__(address, Call)

    def process_request(self, request: socket.socket, client_address: object) -> None:  # type: ignore[override]
        """Serve a connection in a thread of its own; one too many is closed unread."""
        if self._open.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: socket.socket, client_address: object) -> None:  # type: ignore[override]
        """Serve a connection; it is cut off when its time is up, however it drips."""
        limit = threading.Timer(SECONDS, _cut, (request,))
        limit.daemon = True
        limit.start()
        try:
            super().process_request_thread(request, client_address)
        finally:
            limit.cancel()
            self._open.release()

    def handle_error(self, request: object, client_address: object) -> None:
        """One line: a client that breaks off is no fault of this server's."""
        log(f"{client_address}: {sys.exc_info()[1]!r}")

    def knows(self, sandbox: str) -> bool:
        """Whether the orgs file has a table for it. Raises ValueError when the file can't be read."""
        try:
            orgs = tomllib.loads(self.orgs.read_text(encoding="utf-8-sig")).get("orgs", {})
        except (OSError, RecursionError) as error:
            raise ValueError(type(error).__name__) from None
        return isinstance(orgs, dict) and sandbox in orgs

    def begin(self, sandbox: str) -> bool:
        """Have the job run for a sandbox; False when it is at it already: then it runs once more afterwards."""
        with self._lock:
            if sandbox in self._attending:
                self._again.add(sandbox)
                return False
            thread = threading.Thread(target=self._attend, args=(sandbox,), name=sandbox, daemon=True)
            self._attending[sandbox] = thread
        thread.start()
        return True

    def _attend(self, sandbox: str) -> None:
        while True:
            for _ in range(self.tries):
                if self._run(sandbox) != TRY_LATER or self.stopped.wait(self.pause):
                    break
            self.stopped.wait(self.rest)
            with self._lock:
                if self.stopped.is_set() or sandbox not in self._again:
                    del self._attending[sandbox]
                    return
                self._again.discard(sandbox)

    def _run(self, sandbox: str) -> int:
        with self._jobs:
            with self._lock:
                if self.stopped.is_set():
                    return 0
                try:
                    job = subprocess.Popen([*self.command, "--only", sandbox], stdin=subprocess.DEVNULL)
                except OSError as error:  # no memory or no more processes just now
                    log(f"The job for {sandbox} can't be started: {error.strerror}")
                    return TRY_LATER
                self._running.add(job)
            try:
                return job.wait()
            finally:
                with self._lock:
                    self._running.discard(job)

    def stop(self) -> None:
        """End all jobs cleanly, and take no more."""
        with self._lock:
            self.stopped.set()
            running, threads = list(self._running), list(self._attending.values())
        for job in running:
            job.terminate()
        for job in running:
            try:
                job.wait(GRACE)
            except subprocess.TimeoutExpired:
                job.kill()
        for thread in threads:
            thread.join(1.0)


class Call(BaseHTTPRequestHandler):
    """One call. HTTP/1.0, so one per connection."""

    server: Receiver
    timeout = SECONDS

    def do_POST(self) -> None:
        """202 the job begins, 200 it is at it already; 400, 401, 404 and 503 say what is wrong with the call or the orgs file."""
        given = self.headers.get("Authorization", "").encode("latin-1", "replace")
        sandbox = self._sandbox()  # read before a refusal, which would get lost with bytes unread
        if hmac.compare_digest(given, b"Bearer " + self.server.key):
            self._answer(self._begun(sandbox))
        else:
            self._answer(HTTPStatus.UNAUTHORIZED)

    def _begun(self, sandbox: str | None) -> HTTPStatus:
        if sandbox is None:
            return HTTPStatus.BAD_REQUEST
        try:
            known = self.server.knows(sandbox)
        except ValueError as error:
            log(f"The orgs file {self.server.orgs} can't be read: {error}")
            return HTTPStatus.SERVICE_UNAVAILABLE
        if not known:
            return HTTPStatus.NOT_FOUND
        return HTTPStatus.ACCEPTED if self.server.begin(sandbox) else HTTPStatus.OK

    def _sandbox(self) -> str | None:
        """The name in the call; None for anything that is no such call."""
        length = self.headers.get("Content-Length", "")
        if not re.fullmatch(r"[0-9]{1,5}", length) or int(length) > LONGEST:
            return None
        try:
            tree = json.loads(self.rfile.read(int(length)))
        except (ValueError, RecursionError):
            return None
        name = tree.get("sandbox") if isinstance(tree, dict) else None
        return name if isinstance(name, str) and NAME.fullmatch(name) else None

    def _answer(self, status: HTTPStatus) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """What the base class logs, its own errors included."""
        log(f"{self.address_string()} {format % args}")


def log(text: str) -> None:
    """One line on standard error, whatever a client has sent."""
    line = "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in text)
    print(line[:300], file=sys.stderr, flush=True)


def _cut(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


def read_key(path: Path) -> str:
    """The key in a file. Ends the program when there is none that is long enough."""
    try:
        key = path.read_text(encoding="utf-8-sig").strip()
    except (OSError, ValueError) as error:
        sys.exit(f"The key file {path} can't be read: {type(error).__name__}.")
    if len(key) < SHORTEST_KEY or not re.fullmatch(r"[!-~]+", key):
        sys.exit(f"The key in {path} must be {SHORTEST_KEY} or more visible ASCII characters; try: openssl rand -hex 32")
    return key


def main() -> None:
    """Serve until stopped."""
    parser = argparse.ArgumentParser(description="Run refresh_sandboxes when a refreshed sandbox calls.")
    parser.add_argument("--orgs", type=Path, default=Path("orgs.toml"))
    parser.add_argument("--key-file", type=Path, required=True, help="file with the key that a call has to bring")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8080)
    parser.add_argument("--jobs", type=int, default=2, help="jobs at the same time (default: %(default)s)")
    parser.add_argument("more", nargs="*", help="further arguments of refresh_sandboxes, after --")
    given = parser.parse_args()
    command = [sys.executable, "-m", "automation.refresh_sandboxes", "--orgs", str(given.orgs), *given.more]
    with Receiver((given.host, given.port), given.orgs, read_key(given.key_file), command, jobs=given.jobs) as server:
        signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
        with suppress(KeyboardInterrupt):
            server.serve_forever()
        server.stop()


if __name__ == "__main__":
    main()
