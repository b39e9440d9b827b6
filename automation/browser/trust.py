"""Making a browser trust SF_CA_FILE without switching its certificate checks off.

Chromium on Linux reads a user's own certificates from ``$HOME/.pki/nssdb``. So the browser gets a home folder of its
own with such a database, made by NSS's ``certutil``. Elsewhere, or without ``certutil``, the public keys of exactly
those servers are named to it whose certificates our own TLS handshake verified with that file; every other host is
still checked in the usual way.
"""

from __future__ import annotations

import base64
import hashlib
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from automation.errors import SettingsError
from automation.network.failures import Failure
from automation.network.http import Network, send
from automation.salesforce.hosts import LOGIN_HOSTS, lightning_host, setup_host
from automation.secrets.child_environment import child_environment

if TYPE_CHECKING:
    import httpx

    from automation.settings import Settings

HANDSHAKE_TIMEOUT: Final = 15.0
"""Seconds for one answer of a server whose certificate is wanted."""

_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----\n?", re.DOTALL)


@dataclass(frozen=True)
class Trust:
    """What a launch needs to trust the file: variables for its environment, flags for its command line."""

    environment: dict[str, str] = field(default_factory=dict)
    flags: tuple[str, ...] = ()


@contextmanager
def trusting(settings: Settings, folder: Path | None = None) -> Iterator[Trust]:
    """What makes a browser trust SF_CA_FILE, for as long as the context lasts.

    Args:
        folder: where the browser's home folder is made; by default where temporary files go.

    Raises:
        SettingsError: the file has no certificate, or this browser can't be made to trust it.
        OrgUnavailable: the login host did not answer the handshake that the second way needs.
    """
    if settings.sf_ca_file is None:
        yield Trust()
    elif sys.platform.startswith("linux") and shutil.which("certutil"):
        with TemporaryDirectory(prefix="browser-home-", dir=folder) as home:
            _make_database(Path(home), settings.sf_ca_file)
            yield Trust(environment={"HOME": home})
    else:
        yield Trust(flags=(f"--ignore-certificate-errors-spki-list={','.join(verified_keys(settings))}",))


def _make_database(home: Path, ca_file: Path) -> None:
    certificates = _CERTIFICATE.findall(ca_file.read_text(encoding="latin-1"))
    database = home / ".pki" / "nssdb"
    database.mkdir(parents=True, mode=0o700)
    _certutil(database, "-N", "--empty-password")
    for number, pem in enumerate(certificates, 1):
        one = home / f"{number}.pem"
        one.write_text(pem, encoding="latin-1")
        _certutil(database, "-A", "-n", f"own-{number}", "-t", "C,,", "-i", str(one))


def _certutil(database: Path, *arguments: str) -> None:
    command = ["certutil", "-d", f"sql:{database}", *arguments]
    done = subprocess.run(command, env=child_environment(), capture_output=True, text=True, check=False, timeout=30)
    if done.returncode != 0:
        raise SettingsError(f"SF_CA_FILE: certutil did not accept a certificate: {done.stderr.strip()[:200]}.")


def verified_keys(settings: Settings) -> list[str]:
    """Base64 of the SHA-256 of the public keys of the org's servers, each verified with SF_CA_FILE and its host name.

    Servers whose certificates the system already trusts are in the list too, which changes nothing for them.
    """
    if settings.host in LOGIN_HOSTS:
        raise SettingsError(
            "SF_CA_FILE: this browser can't be given a CA here without knowing the org's hosts.",
            next="Set SF_LOGIN_URL to the org's My Domain, or on Linux install certutil (Debian: libnss3-tools).",
        )
    hosts = (settings.host, setup_host(settings.host), lightning_host(settings.host))
    return sorted({_public_key(_certificate(settings.network, host)) for host in hosts})


def _public_key(der: bytes) -> str:
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    key = x509.load_der_x509_certificate(der).public_key()
    spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(spki).digest()).decode()


def _certificate(network: Network, host: str) -> bytes:
    """The certificate (DER) that ``host`` shows to our own HTTP, which verifies it."""
    found: list[bytes] = []

    def keep(response: httpx.Response) -> None:
        found.append(response.extensions["network_stream"].get_extra_info("ssl_object").getpeercert(True))

    with network.client(HANDSHAKE_TIMEOUT) as client:
        client.event_hooks["response"].append(keep)
        answer = send(client, "HEAD", f"https://{host}/")
    if isinstance(answer, Failure):
        raise answer.error(host, "for its certificate")
    return found[0]
