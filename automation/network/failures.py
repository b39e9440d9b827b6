"""Why a host could not be reached, in words that hold no secret, and whether waiting may cure it."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from automation.network.certificates import certificate_cure
from automation.secrets import scrub

if TYPE_CHECKING:
    import httpx


@dataclass(frozen=True)
class Trouble:
    """What to tell of a connection that failed. ``cure`` is None where the error's own advice fits."""

    text: str
    passing: bool = True
    cure: str | None = None

    @classmethod
    def of(cls, error: httpx.HTTPError, host: str, ca_file: Path | None) -> Trouble:
        """Look into an error of httpx and what caused it.

        An untrusted certificate and a proxy that refuses stay as they are; everything else (no route, no name, time-outs,
        resets) may pass.
        """
        import httpx

        if any(isinstance(one, ssl.SSLCertVerificationError) for one in _causes(error)):
            return cls(
                "its certificate is not trusted here",
                passing=False,
                cure=certificate_cure(host, ca_file),
            )
        if isinstance(error, httpx.ProxyError):
            said = scrub(str(error))[:100]
            return cls(
                f"the proxy refused ({said})",
                passing=said.startswith("5"),
                cure="Check HTTPS_PROXY and NO_PROXY, and whether the proxy lets this machine reach the org.",
            )
        return cls(type(error).__name__)


def _causes(error: BaseException | None) -> list[BaseException]:
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found
