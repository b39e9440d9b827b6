"""What to do about a certificate that is not trusted, by whether SF_CA_FILE is set: it may be set, and to the wrong authority."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    import httpx

_CA_FILES: WeakKeyDictionary[httpx.Client, Path] = WeakKeyDictionary()


def certificate_cure(host: str, ca_file: Path | None) -> str:
    """The advice for an untrusted certificate of ``host``; ``ca_file`` is what SF_CA_FILE names."""
    if ca_file is None:
        return "Behind a company proxy, set SF_CA_FILE to the company's authority (PEM); otherwise somebody may be listening."
    return (
        f"SF_CA_FILE ({ca_file}) does not vouch for {host}: it does not hold the authority that signed this certificate. "
        "Ask your network people for the right file; otherwise somebody may be listening."
    )


def remember_ca_file(client: httpx.Client, ca_file: Path | None) -> None:
    """Note which file a client was made to trust, for the advice when that is not enough."""
    if ca_file is not None:
        _CA_FILES[client] = ca_file


def ca_file_of(client: httpx.Client) -> Path | None:
    """The file that was noted for a client."""
    return _CA_FILES.get(client)
