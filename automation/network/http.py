"""Our own HTTP client: the same proxy and certificates as the browser's, and a limit for all that others send."""

from __future__ import annotations

import functools
import re
import ssl
import sys
import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from automation.errors import SettingsError
from automation.network.failures import Failure
from automation.network.proxy import Proxy, bypasses_proxy

if TYPE_CHECKING:
    import httpx

CONNECT_TIMEOUT: Final = 15.0
"""Seconds until a connection is there."""

WHOLE_TIMEOUT: Final = 90.0
"""Seconds for a whole exchange, from the connection to the last byte; Salesforce may think for long about a token."""


@dataclass(frozen=True)
class Network:
    """How this machine reaches the org: HTTPS_PROXY, NO_PROXY and SF_CA_FILE as one value."""

    proxy: Proxy | None = None
    no_proxy: str | None = None
    ca_file: Path | None = None

    def client(self, timeout: float = WHOLE_TIMEOUT) -> httpx.Client:
        """A client that never follows a redirect and reads no variable of the environment by itself.

        Args:
            timeout: seconds for each whole exchange; see `transport` for the limit of bytes.

        Raises SettingsError when SF_CA_FILE holds something that is no certificate.
        """
        import httpx

        from automation.network.transport import Transport
        from automation.steps.time_spent import hooks

        return httpx.Client(
            transport=Transport(ssl_context(self.ca_file), self.proxy, self.no_proxy, self.ca_file),
            trust_env=False,
            follow_redirects=False,
            timeout=httpx.Timeout(timeout, connect=min(timeout, CONNECT_TIMEOUT)),
            headers={"User-Agent": "external-client-app-runbook", "Accept-Encoding": "gzip"},
            event_hooks=hooks(),
        )

    def proxy_for(self, host: str) -> Proxy | None:
        """The proxy by which ``host`` is reached on port 443; None for a direct connection."""
        return None if self.proxy is None or bypasses_proxy(self.no_proxy, host) else self.proxy


def ssl_context(ca_file: Path | None) -> ssl.SSLContext:
    """Trust what the system trusts, and the certificates in ``ca_file``; checks stay on. Raises SettingsError if it has none."""
    changed = ca_file.stat().st_mtime_ns if ca_file is not None and ca_file.is_file() else 0
    return _context(ca_file, changed)


@functools.lru_cache(maxsize=8)
def _context(ca_file: Path | None, _changed: int) -> ssl.SSLContext:
    """Made once per file and time of change: reading all certificates takes longer than a request."""
    context = _system_context()
    if ca_file is not None:
        try:
            context.load_verify_locations(ca_file)
        except (ssl.SSLError, OSError):
            raise SettingsError(f"SF_CA_FILE: {ca_file} holds no certificate that can be read.") from None
    return context


def _system_context() -> ssl.SSLContext:
    if sys.platform == "linux":
        import certifi  # late: --help does not need it

        context = ssl.create_default_context()
        context.load_verify_locations(certifi.where())  # a slim container has no certificates of its own
    else:  # Windows and macOS are asked themselves: OpenSSL does not know all of their store
        import truststore

        context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return context


def send(client: httpx.Client, method: str, url: str, **content: Any) -> httpx.Response | Failure:
    """One exchange on a client of `Network.client`, or why there was no answer; raises nothing. A redirect is not followed."""
    import httpx

    try:
        return client.request(method, url, follow_redirects=False, **content)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, RuntimeError) as error:
        # ValueError: a header or URL that can't be sent; RuntimeError: the client was closed at the end of the program.
        return Failure.of(error)


def decoded(response: httpx.Response) -> Any:
    """The JSON of an answer; None where it is none: other text, cut off, badly encoded, or nested without end."""
    try:
        return response.json()
    except (ValueError, LookupError, RecursionError):
        return None


def retry_after(response: httpx.Response) -> float:
    """Seconds that an answer asks to wait (``Retry-After`` as seconds or as a date); 0 where it asks nothing that can be read."""
    text = response.headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,9}", text):
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError, IndexError, OSError):
        return 0.0
