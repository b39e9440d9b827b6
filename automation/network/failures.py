"""The one place that turns an error of the network into words without a secret, and into advice."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from automation.errors import OrgUnavailable
from automation.secrets import scrub

Kind = Literal["certificate", "proxy login", "proxy", "name", "too long", "request", "no answer"]


@dataclass(frozen=True)
class Failure:
    """Why a host gave no answer.

    Attributes:
        text: what happened, to go behind "HOST could not be reached:".
        next: what to do.
        passing: whether waiting may help.
    """

    kind: Kind
    text: str
    next: str
    passing: bool = True

    @classmethod
    def of(cls, error: Exception) -> Failure:
        """Look into an error of httpx, or one that it let pass, and into what caused it."""
        import httpx

        from automation.network.transport import TooLong, Untrusted

        if isinstance(error, Untrusted):
            return cls("certificate", f"its certificate is not trusted ({error})", error.advice, passing=False)
        if isinstance(error, httpx.ProxyError):
            return _proxy(scrub(str(error))[:100])
        if any(isinstance(one, socket.gaierror) for one in causes(error)):
            return cls("name", "its name, or that of the proxy, is not known", _NAME)
        if isinstance(error, TooLong | httpx.DecodingError):
            return cls("too long", str(error), _NOT_AN_ORG, passing=False)
        if not isinstance(error, httpx.TransportError):
            return cls("request", f"the request could not be made ({type(error).__name__})", _REQUEST, passing=False)
        return cls("no answer", type(error).__name__, _NETWORK)

    def error(self, host: str, purpose: str) -> OrgUnavailable:
        """As an error: ``HOST could not be reached PURPOSE: ...``."""
        return OrgUnavailable(f"{host} could not be reached {purpose}: {self.text}.", next=self.next)


def certificate_advice(host: str, ca_file: Path | None) -> str:
    """The advice for an untrusted certificate of ``host``; ``ca_file`` is what SF_CA_FILE names."""
    if ca_file is None:
        return "Behind a company proxy, set SF_CA_FILE to the company's CA (PEM); otherwise the connection may be intercepted."
    return (
        f"SF_CA_FILE ({ca_file}) does not contain the CA that signed the certificate of {host}. "
        "Ask your network team for the right file; otherwise the connection may be intercepted."
    )


_NAME = "Check the My Domain in SF_LOGIN_URL; where only a proxy resolves names, set HTTPS_PROXY."
_NETWORK = "Check SF_LOGIN_URL, the network of this machine, and whether it needs a proxy (HTTPS_PROXY)."
_NOT_AN_ORG = "Check that SF_LOGIN_URL is the org's own URL and that no proxy or login portal answers instead."
_REQUEST = "Check the settings for characters that a URL or a token can't have, then run again."
_LOGIN = "Put the username and password of the proxy into HTTPS_PROXY: http://user:password@host:port."
_REFUSED = "Check HTTPS_PROXY and NO_PROXY, and have the proxy allow *.salesforce.com and *.salesforce-setup.com."


def _proxy(said: str) -> Failure:
    if said.startswith("407"):
        return Failure("proxy login", "the proxy asks for a username and password", _LOGIN, passing=False)
    return Failure("proxy", f"the proxy refused ({said})", _REFUSED, passing=said.startswith("5"))


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """An error, what caused it, and so on; each once."""
    seen: list[BaseException] = []
    while error is not None and error not in seen:
        seen.append(error)
        yield error
        error = error.__cause__ or error.__context__
