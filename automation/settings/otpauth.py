"""Reading an authenticator seed: base32 letters, or the ``otpauth://`` URI that a QR code holds."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs

if TYPE_CHECKING:
    from pyotp import TOTP

SHORTEST: Final = 23
"""Letters of a seed: 112 bits, the least that RFC 4226 calls enough and that pyotp accepts."""

ALGORITHMS: Final = ("sha1", "sha256", "sha512")
_KIND: Final = re.compile(r"otpauth(?P<migration>-migration)?://(?P<kind>[A-Za-z]*)", re.IGNORECASE)


def read_seed(text: str) -> TOTP:
    """The authenticator that a seed is for, read as authenticator apps do; label and issuer do not matter.

    The URI is described by https://github.com/google/google-authenticator/wiki/Key-Uri-Format. Raises ValueError with a sentence
    that fits after the setting's name and never repeats the value.
    """
    import pyotp  # late: most runs need no code

    stripped = text.strip().lstrip("\ufeff").strip()
    if not stripped.lower().startswith("otpauth"):
        return pyotp.TOTP(_secret(stripped))
    found = _KIND.match(stripped)
    kind = found["kind"].lower() if found else ""
    if found and found["migration"]:
        raise ValueError("is an export of several accounts (otpauth-migration); give the seed of this one account")
    if kind == "hotp":
        raise ValueError("is of the counter kind (HOTP); Salesforce uses time-based codes")
    if kind != "totp":
        raise ValueError("is no otpauth:// URI that can be read; it begins with otpauth://totp/")
    given = _parameters(stripped.rpartition("?")[2].replace("&amp;", "&"))
    return pyotp.TOTP(
        _secret(given["secret"]),
        digits=_number(given.get("digits", "6"), "digits", 6, 8),
        digest=_algorithm(given.get("algorithm", "sha1")),
        interval=_number(given.get("period", "30"), "period", 1, 300),
    )


def _parameters(query: str) -> dict[str, str]:
    try:
        given = {name.lower(): values[0] for name, values in parse_qs(query, max_num_fields=50).items()}
    except ValueError:
        raise ValueError("is no otpauth:// URI that can be read") from None
    if "secret" not in given:
        raise ValueError("is an otpauth:// URI without a secret")
    if given.get("encoder", "").lower() == "steam":
        raise ValueError("is a Steam seed (encoder=steam), whose codes are letters; Salesforce uses digits")
    return given


def _secret(text: str) -> str:
    compact = re.sub(r"[\s-]", "", text).rstrip("=").upper()
    if len(compact) < SHORTEST or re.fullmatch(r"[A-Z2-7]+", compact) is None:
        raise ValueError(f"is not an authenticator seed; give its letters A-Z and digits 2-7, at least {SHORTEST} of them")
    if len(compact) % 8 in (1, 3, 6):  # no number of bytes has that many letters
        raise ValueError("is not an authenticator seed: a letter is missing or too many")
    return compact


def _number(text: str, name: str, least: int, most: int) -> int:
    """A whole number, also as ``30.0``."""
    found = re.fullmatch(r"\s*(\d{1,4})(?:\.0*)?\s*", text, re.ASCII)
    if found is None or not least <= int(found[1]) <= most:
        raise ValueError(f"is an otpauth:// URI whose {name} is not a number from {least} to {most}")
    return int(found[1])


def _algorithm(text: str) -> Any:
    name = text.strip().lower().replace("-", "").replace("_", "").removeprefix("hmac")
    if name not in ALGORITHMS:
        raise ValueError(f"is an otpauth:// URI with an algorithm that is not one of {', '.join(ALGORITHMS)}")
    return getattr(hashlib, name)
