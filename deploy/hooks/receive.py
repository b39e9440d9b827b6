"""Receives the call of ``ExternalClientAppsPostCopy`` and runs the job for that sandbox. Standard library alone.

    python deploy/hooks/receive.py --orgs orgs.toml [--port 8080] [-- further arguments of refresh_sandboxes]

Put it behind whatever ends TLS. A call is believed in nothing but a name, which must be that of a table in the orgs file; the job
then finds out for itself whether there is work. While a sandbox's job runs or waits, further calls for it are taken as the same.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import threading
import tomllib
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

LONGEST = 4096
"""Bytes of a call; longer ones are refused unread."""

TRY_LATER = 75


class Receiver(ThreadingHTTPServer):
    """Takes calls, and runs one job at a time per sandbox.

    Args:
        orgs: the orgs file; read at each call, so that it may change.
        command: run with ``--only NAME`` added.
        pause: seconds after which a sandbox that is not ready yet is tried again.
        tries: how often.
    """

    daemon_threads = True

    def __init__(self, address: tuple[str, int], orgs: Path, command: list[str], pause: float = 600.0, tries: int = 24) -> None:
        self.orgs, self.command, self.pause, self.tries = orgs, command, pause, tries
        self.stopped = threading.Event()
        self._running: set[str] = set()
        self._lock = threading.Lock()
        super().__init__(address, _Call)

    def begin(self, sandbox: str) -> bool:
        """Run the job for a sandbox beside this server; False when that goes on already."""
        with self._lock:
            if sandbox in self._running:
                return False
            self._running.add(sandbox)
        threading.Thread(target=self._run, args=(sandbox,), name=sandbox).start()
        return True

    def _run(self, sandbox: str) -> None:
        try:
            for _ in range(self.tries):
                done = subprocess.run([*self.command, "--only", sandbox], check=False)
                if done.returncode != TRY_LATER or self.stopped.wait(self.pause):
                    return
        finally:
            with self._lock:
                self._running.discard(sandbox)


class _Call(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        sandbox = self._sandbox()
        if sandbox is None:
            self._answer(HTTPStatus.BAD_REQUEST)
        elif sandbox not in tomllib.loads(self.server.orgs.read_text(encoding="utf-8")).get("orgs", {}):
            self._answer(HTTPStatus.NOT_FOUND)
        else:
            self._answer(HTTPStatus.ACCEPTED if self.server.begin(sandbox) else HTTPStatus.OK)

    def _sandbox(self) -> str | None:
        """The name in the call; None for anything that is no such call."""
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > LONGEST:
            return None
        try:
            tree = json.loads(self.rfile.read(int(length)))
        except ValueError:
            return None
        name = tree.get("sandbox") if isinstance(tree, dict) else None
        return name if isinstance(name, str) and re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", name) else None

    def _answer(self, status: HTTPStatus) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        print(f"{self.address_string()} {format % args}", file=sys.stderr)


def main() -> None:
    """Serve until stopped."""
    parser = argparse.ArgumentParser(description="Run refresh_sandboxes when a refreshed sandbox calls.")
    parser.add_argument("--orgs", type=Path, default=Path("orgs.toml"))
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8080)
    parser.add_argument("more", nargs="*", help="further arguments of refresh_sandboxes, after --")
    given = parser.parse_args()
    command = [sys.executable, "-m", "automation.refresh_sandboxes", "--orgs", str(given.orgs), *given.more]
    with Receiver((given.host, given.port), given.orgs, command) as server:
        server.serve_forever()


if __name__ == "__main__":
    main()
