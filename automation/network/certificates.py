"""Which certificates are trusted, and what to do about one that is not."""

from __future__ import annotations

import functools
import ssl
import sys
from pathlib import Path

from automation.errors import SettingsError


def ssl_context(ca_file: Path | None) -> ssl.SSLContext:
    """Trust what the system trusts, and the certificates in ``ca_file`` (PEM); checks stay on.

    Raises:
        SettingsError: ``ca_file`` holds something that is no certificate.
    """
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


def certificate_advice(host: str, ca_file: Path | None) -> str:
    """The advice for an untrusted certificate of ``host``; ``ca_file`` is what SF_CA_FILE names."""
    if ca_file is None:
        return "Behind a company proxy, set SF_CA_FILE to the company's CA (PEM); otherwise the connection may be intercepted."
    return (
        f"SF_CA_FILE ({ca_file}) does not contain the CA that signed the certificate of {host}. "
        "Ask your network team for the right file; otherwise the connection may be intercepted."
    )
