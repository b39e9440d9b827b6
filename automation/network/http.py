"""Our own HTTP client: the same proxy and certificates as the browser's."""

from __future__ import annotations

import functools
import ssl
from pathlib import Path
from typing import TYPE_CHECKING, Final

from automation.errors import SettingsError
from automation.network.certificates import remember_ca_file

if TYPE_CHECKING:
    import httpx

    from automation.settings import Settings

CONNECT_TIMEOUT: Final = 15.0
"""Seconds until a connection stands."""

READ_TIMEOUT: Final = 60.0
"""Seconds between two pieces of an answer; Salesforce may think for long about a token."""


def ssl_context(ca_file: Path | None) -> ssl.SSLContext:
    """Trust the system's certificates, those of certifi, and those in ``ca_file`` (PEM); checks stay on.

    Raises:
        SettingsError: ``ca_file`` holds something that is no certificate.
    """
    changed = ca_file.stat().st_mtime_ns if ca_file is not None and ca_file.is_file() else 0
    return _context(ca_file, changed)


@functools.lru_cache(maxsize=8)
def _context(ca_file: Path | None, _changed: int) -> ssl.SSLContext:
    """Made once per file and time of change: reading all certificates takes longer than a request."""
    import certifi  # late, as httpx below

    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    if ca_file is not None:
        try:
            context.load_verify_locations(ca_file)
        except (ssl.SSLError, OSError):
            raise SettingsError(f"SF_CA_FILE: {ca_file} holds no certificate that can be read.") from None
    return context


def client(settings: Settings) -> httpx.Client:
    """A client for the org's REST and token endpoints.

    It goes through HTTPS_PROXY but for the hosts of NO_PROXY, never follows a redirect, and reads no variable of the
    environment by itself, so that ``.env`` and the environment mean the same.
    """
    import httpx

    from automation.report.time_spent import hooks

    context = ssl_context(settings.sf_ca_file)
    direct = httpx.HTTPTransport(verify=context)
    mounts: dict[str, httpx.BaseTransport] = {}
    if settings.https_proxy is not None and "*" not in no_proxy_hosts(settings.no_proxy):
        address = settings.https_proxy.reveal()
        proxy = httpx.Proxy(address, ssl_context=context if address.startswith("https:") else None)
        mounts["https://"] = httpx.HTTPTransport(verify=context, proxy=proxy)
        for pattern in no_proxy_patterns(settings.no_proxy):
            mounts[f"https://{pattern}"] = direct
    made = httpx.Client(
        transport=direct,
        mounts=mounts,
        trust_env=False,
        follow_redirects=False,
        timeout=httpx.Timeout(READ_TIMEOUT, connect=CONNECT_TIMEOUT),
        headers={"User-Agent": "external-client-app-runbook"},
        event_hooks=hooks(),
    )
    remember_ca_file(made, settings.sf_ca_file)
    return made


def no_proxy_hosts(no_proxy: str | None) -> list[str]:
    """The entries of NO_PROXY: ``localhost``, ``.acme.internal``, ``10.0.0.1``, or ``*`` for all hosts."""
    return [entry.strip() for entry in (no_proxy or "").split(",") if entry.strip()]


def no_proxy_patterns(no_proxy: str | None) -> list[str]:
    """NO_PROXY in httpx's words: ``acme.com`` and ``.acme.com`` both cover the host and everything below it, as in curl."""
    patterns: list[str] = []
    for entry in no_proxy_hosts(no_proxy):
        host = entry.lstrip("*").lstrip(".")
        patterns += [host, f"*.{host}"] if host else []
    return patterns


def bypasses_proxy(no_proxy: str | None, host: str) -> bool:
    """Whether ``host`` is reached without the proxy."""
    if "*" in no_proxy_hosts(no_proxy):
        return True
    plain = [pattern for pattern in no_proxy_patterns(no_proxy) if not pattern.startswith("*.")]
    return any(host == one or host.endswith(f".{one}") for one in plain)
