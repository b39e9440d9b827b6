"""Certificates from a throw-away CA made at start, one leaf per host name on first use."""

from __future__ import annotations

import base64
import hashlib
import ssl
import tempfile
from pathlib import Path

import trustme
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


class Certificates:
    """A CA and the TLS contexts of every host name it was asked for.

    The CA is sent along with each leaf, so that a browser may pin the CA's public key
    (``--ignore-certificate-errors-spki-list``) and go on checking everything else.
    """

    def __init__(self, folder: Path) -> None:
        self._ca = trustme.CA(organization_name="Replica of Salesforce (throw-away CA)")
        self.ca_pem = self._ca.cert_pem.bytes()
        self.ca_file = folder / "ca.pem"
        self.ca_file.write_bytes(self.ca_pem)
        self._contexts: dict[str, ssl.SSLContext] = {}

    @property
    def spki(self) -> str:
        """Base64 SHA-256 of the CA's public key, as Chromium's pin list wants it."""
        key = x509.load_pem_x509_certificate(self.ca_pem).public_key()
        der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return base64.b64encode(hashlib.sha256(der).digest()).decode()

    def context(self, name: str) -> ssl.SSLContext:
        """The server context with a certificate for a host name (one serves all its siblings) or an IP address."""
        subject = _wildcard(name)
        if subject not in self._contexts:
            self._contexts[subject] = self._issue(subject)
        return self._contexts[subject]

    def _issue(self, name: str) -> ssl.SSLContext:
        leaf = self._ca.issue_cert(name)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with tempfile.TemporaryDirectory() as folder:
            chain = Path(folder) / "chain.pem"
            chain.touch(mode=0o600)
            chain.write_bytes(leaf.private_key_and_cert_chain_pem.bytes() + self.ca_pem)
            context.load_cert_chain(chain)
        return context

    def by_name(self) -> ssl.SSLContext:
        """A context that presents the certificate of whatever host name the client asks for."""
        front = self._issue("localhost")

        def choose(sock: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
            if name:
                sock.context = self.context(name)

        front.sni_callback = choose
        return front


def _wildcard(name: str) -> str:
    """``*.sandbox.my.salesforce.com`` for a sandbox's host; short names and IP addresses stand for themselves."""
    head, _, parent = name.partition(".")
    return f"*.{parent}" if parent.count(".") >= 1 and not head.isdigit() else name
