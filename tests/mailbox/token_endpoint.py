"""A token endpoint on loopback: gives tokens as Microsoft and Google do, and answers Dovecot what they are good for."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

USABLE: dict[str, Any] = {"active": True, "username": "codes@acme.example", "scope": "imap"}


@dataclass
class TokenEndpoint:
    """What is issued and asked.

    Attributes:
        tokens: token to what introspection says of it.
        refusal: status and body of the next refusals of a token; None to give tokens.
        asked: the forms that token requests sent.
    """

    tokens: dict[str, dict[str, Any]] = field(default_factory=dict)
    refusal: tuple[int, Any] | None = None
    asked: list[dict[str, str]] = field(default_factory=list)
    url: str = ""
    introspection: str = ""

    def answer(self, path: str, form: dict[str, str]) -> tuple[int, Any]:
        """Status and JSON for a request."""
        if path.startswith("/introspect"):
            return 200, self.tokens.get(form.get("token", ""), {"active": False})
        if path.endswith("openid-configuration"):
            tenant = f"{self.url}/tenant"
            return 200, {"token_endpoint": f"{tenant}/token", "authorization_endpoint": f"{tenant}/authorize", "issuer": tenant}
        self.asked.append(form)
        if self.refusal is not None:
            return self.refusal
        token = f"issued-token-{len(self.tokens)}"
        self.tokens[token] = dict(USABLE)
        return 200, {"access_token": token, "token_type": "Bearer", "expires_in": 3600}


@contextmanager
def serve(context: ssl.SSLContext) -> Iterator[TokenEndpoint]:
    """Serve on two loopback ports: TLS for the product's libraries, and plain HTTP for Dovecot."""
    endpoint = TokenEndpoint()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._reply({})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            self._reply({name: values[0] for name, values in parse_qs(body).items()})

        def _reply(self, form: dict[str, str]) -> None:
            status, said = endpoint.answer(self.path, form)
            text = said.encode() if isinstance(said, str) else json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: Any) -> None:
            pass

    plain, secure = ThreadingHTTPServer(("127.0.0.1", 0), Handler), ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    secure.socket = context.wrap_socket(secure.socket, server_side=True)
    threads = [threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True) for server in (plain, secure)]
    for thread in threads:
        thread.start()
    endpoint.url = f"https://localhost:{secure.server_port}"
    endpoint.introspection = f"http://127.0.0.1:{plain.server_port}/introspect"
    yield endpoint
    for server in (plain, secure):
        server.shutdown()
        server.server_close()
