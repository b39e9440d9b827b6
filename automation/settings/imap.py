"""Settings of the mailbox: what each must look like, and which belong together. See `rules` for how a rule answers."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

AUTH: Final = ("password", "xoauth2", "oauthbearer")

MICROSOFT_HOSTS: Final = ("login.microsoftonline.com", "login.microsoftonline.us", "login.partner.microsoftonline.cn")
"""Where a client secret may be sent."""

_MICROSOFT: Final = (
    "SF_IMAP_MICROSOFT_TENANT",
    "SF_IMAP_MICROSOFT_CLIENT_ID",
    "SF_IMAP_MICROSOFT_CLIENT_SECRET",
    "SF_IMAP_MICROSOFT_CERTIFICATE",
)
_WAYS: Final = ("SF_IMAP_TOKEN", "SF_IMAP_TOKEN_COMMAND", "SF_IMAP_GOOGLE_KEY", "SF_IMAP_MICROSOFT_TENANT")
"""Each is one way to get a token."""


def auth(value: str) -> str:
    """``password``, ``xoauth2`` or ``oauthbearer``, in any case."""
    found = value.strip().lower()
    if found not in AUTH:
        raise ValueError(f"{value!r} is not a way to open a mailbox; give one of: {', '.join(AUTH)}")
    return found


def token(value: str) -> str:
    """An access token: one word of printable ASCII characters."""
    found = value.strip().removeprefix("\ufeff")
    if re.fullmatch(r"[!-~]+", found) is None:
        raise ValueError("is no access token; give one word of printable ASCII characters, without 'Bearer'")
    return found


def microsoft_tenant(value: str) -> str:
    """A tenant's id or domain, or its URL on one of Microsoft's login hosts (national clouds)."""
    found = value.strip().rstrip("/")
    name = found
    if "://" in found:
        parts = urlsplit(found)
        if parts.scheme != "https" or parts.netloc not in MICROSOFT_HOSTS:
            raise ValueError(
                f"is not on a login host of Microsoft; give a tenant, or https:// and one of {', '.join(MICROSOFT_HOSTS)}"
            )
        name = parts.path.strip("/")
    if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9.-]{0,254}", name) is None:
        raise ValueError("is no tenant; give its id or one of its domains, such as acme.onmicrosoft.com")
    if name.lower() in ("common", "organizations", "consumers"):
        raise ValueError(f"is {name}, which names no tenant; app-only access needs the tenant's id or one of its domains")
    return found


def client_id(value: str) -> str:
    if re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", value) is None:
        raise ValueError("is no Application (client) ID, which looks like 11111111-2222-3333-4444-555555555555")
    return value


def microsoft_certificate(value: str) -> str:
    """A certificate and its unencrypted private key, in PEM."""
    if "-----BEGIN CERTIFICATE-----" not in value or re.search(r"-----BEGIN ([A-Z]+ )?PRIVATE KEY-----", value) is None:
        raise ValueError(
            "has not both a certificate and a private key in PEM (a key without passphrase; .pfx: see docs/mailboxes.md)"
        )
    if "ENCRYPTED" in value:
        raise ValueError("has a private key with a passphrase, which is not supported; give one without")
    return value


def google_key(value: str) -> str:
    try:
        found = json.loads(value.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        raise ValueError("is no JSON; give the key file of the service account, whole") from None
    fields = found if isinstance(found, dict) else {}
    if fields.get("type") != "service_account":
        raise ValueError('is not the key of a service account (its "type" is not service_account)')
    lacking = [name for name in ("client_email", "private_key", "token_uri") if not isinstance(fields.get(name), str)]
    if lacking:
        raise ValueError(f"lacks {', '.join(lacking)}; give the key file of the service account, whole")
    if not str(fields["token_uri"]).startswith("https://"):
        raise ValueError("has a token_uri that is not https")
    return value.removeprefix("\ufeff")


def secret_parts(value: str) -> tuple[str, ...]:
    """What of a certificate with its key, or of a Google key file, is secret: the key."""
    text = str(json.loads(value)["private_key"]) if value.lstrip().startswith("{") else value
    found = re.search(r"-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*", text)
    return (found[0] if found else text,)


def problems_of_mailbox(values: Mapping[str, Any]) -> list[str]:
    """What does not fit together among the mailbox's settings, a sentence each; an attribute is None where one is not given."""
    given = {name.upper() for name, value in values.items() if name.startswith("sf_imap") and value is not None}
    method = values.get("sf_imap_auth") or "password"
    ways = [way for way in _WAYS if way in given]
    if method == "password":
        return _with_password(given, ways)
    if "SF_IMAP_URL" not in given:
        return [f"SF_IMAP_URL: missing; {ways[0] if ways else 'SF_IMAP_AUTH'} is set and needs it"]
    found = []
    if "SF_IMAP_PASSWORD" in given:
        found.append(f"SF_IMAP_PASSWORD: is set, but SF_IMAP_AUTH={method} uses a token; remove one of them")
    if len(ways) > 1:
        found.append(f"{ways[1]}: {ways[0]} is set too; keep one way to get a token")
    if not ways and not given & set(_MICROSOFT):
        found.append(f"SF_IMAP_TOKEN: missing; SF_IMAP_AUTH={method} needs one of {', '.join(_WAYS)}")
    return found + _microsoft(given) + _missing_library(given)


def _with_password(given: set[str], ways: Sequence[str]) -> list[str]:
    found = [f"{way}: is set, but SF_IMAP_AUTH is password; set SF_IMAP_AUTH=xoauth2, or remove it" for way in ways]
    if "SF_IMAP_URL" in given and "SF_IMAP_PASSWORD" not in given and not ways:
        found.append("SF_IMAP_PASSWORD: missing; SF_IMAP_URL is set and needs it (or SF_IMAP_AUTH and a token)")
    if "SF_IMAP_PASSWORD" in given and "SF_IMAP_URL" not in given:
        found.append("SF_IMAP_URL: missing; SF_IMAP_PASSWORD is set and needs it")
    return found


def _microsoft(given: set[str]) -> list[str]:
    some = [name for name in _MICROSOFT if name in given]
    if not some:
        return []
    found = [f"{name}: missing; {some[0]} is set and needs it" for name in _MICROSOFT[:2] if name not in given]
    if not given & set(_MICROSOFT[2:]):
        found.append(f"{_MICROSOFT[2]}: missing; {some[0]} is set and needs it, or {_MICROSOFT[3]}")
    if given >= set(_MICROSOFT[2:]):
        found.append(f"{_MICROSOFT[3]}: {_MICROSOFT[2]} is set too; keep one")
    return found


def _missing_library(given: set[str]) -> list[str]:
    from automation.delivery.extras import missing_library  # late: --help does not need it

    needs = (("SF_IMAP_MICROSOFT_TENANT", "microsoft", "msal"), ("SF_IMAP_GOOGLE_KEY", "google", "google.oauth2"))
    missing = {name: missing_library(extra, module) for name, extra, module in needs if name in given}
    return [f"{name}: {how}" for name, how in missing.items() if how]
