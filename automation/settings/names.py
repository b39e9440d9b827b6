"""Which names in ``.env`` and the environment are ours, nearly ours (an error), or someone else's."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Final

from automation.settings.table import BY_NAME, SECRET_FILES

OURS: Final = BY_NAME.keys() | SECRET_FILES.keys()

LEFT_ALONE: Final = frozenset(
    {"HTTP_PROXY", "ALL_PROXY", "FTP_PROXY", "BROWSER", "SF_TARGET_ORG", "SF_ORG_INSTANCE_URL", "SF_LOG_LEVEL"}
)
"""Names of others that come close to ours: the usual proxy variables and the Salesforce CLI's."""

MISTAKEN: Final[Mapping[str, str]] = {
    "SF_USER": "SF_USERNAME",
    "SF_LOGIN": "SF_LOGIN_URL",
    "SF_URL": "SF_LOGIN_URL",
    "SF_HOST": "SF_LOGIN_URL",
    "SF_PASS": "SF_PASSWORD",
    "SF_PWD": "SF_PASSWORD",
    "SF_MFA_SECRET": "SF_TOTP_SECRET",
    "SF_TOTP": "SF_TOTP_SECRET",
    "SF_IMAP_USER": "SF_IMAP_USERNAME",
    "SF_IMAP_HOST": "SF_IMAP_URL",
    "SF_IMAP_METHOD": "SF_IMAP_AUTH",
    "SF_IMAP_OAUTH": "SF_IMAP_AUTH",
    "SF_IMAP_AUTHENTICATION": "SF_IMAP_AUTH",
    "SF_IMAP_ACCESS_TOKEN": "SF_IMAP_TOKEN",
    "SF_IMAP_TENANT": "SF_IMAP_MICROSOFT_TENANT",
    "SF_IMAP_CLIENT_ID": "SF_IMAP_MICROSOFT_CLIENT_ID",
    "SF_IMAP_CLIENT_SECRET": "SF_IMAP_MICROSOFT_CLIENT_SECRET",
    "SF_IMAP_GOOGLE_FILE": "SF_IMAP_GOOGLE_KEY_FILE",
    "SF_IMAP_SERVICE_ACCOUNT": "SF_IMAP_GOOGLE_KEY",
    "SF_RUN_AS": "ECA_RUN_AS",
    "SF_CALLBACK_URL": "ECA_CALLBACK_URL",
    "ECA_EMAIL": "ECA_CONTACT_EMAIL",
    "ECA_USERNAME": "ECA_RUN_AS",
    "CREDENTIALS": "CREDENTIALS_TO",
    "CREDENTIAL_TO": "CREDENTIALS_TO",
}
"""Names that people are likely to write and that letters alone do not lead to the right one."""

NEAR: Final = 0.88
"""Likeness (difflib ratio) from which a name counts as ours misspelt; one wrong letter in ten gives 0.9."""

_PREFIXES: Final = ("SF_", "ECA_", "CREDENTIALS_", "BROWSER_", "HTTPS_", "LABELS_", "TIMEOUT_")


def problem_with(name: str) -> str | None:
    """What is wrong with a name that is not ours, in one sentence; None when it is ours or clearly another's."""
    if name in OURS or name.upper() in ("HTTPS_PROXY", "NO_PROXY") or name in LEFT_ALONE:
        return None
    if name.endswith("_FILE") and name.removesuffix("_FILE") in BY_NAME:
        return f"{name}: only secrets can be given as files; set {name.removesuffix('_FILE')} itself"
    right = _right_name(name)
    if right is not None:
        return f"{name}: there is no such setting; did you mean {right}?"
    if name.startswith("ECA_"):
        known = ", ".join(sorted(one for one in BY_NAME if one.startswith("ECA_")))
        return f"{name}: there is no such setting; the ECA_ settings are {known}"
    return None


def _right_name(name: str) -> str | None:
    upper = name.upper().replace("-", "_")
    if upper in MISTAKEN:
        return MISTAKEN[upper]
    if upper in OURS:
        return upper
    squeezed = {known.replace("_", ""): known for known in OURS}.get(upper.replace("_", ""))
    if squeezed is not None or not upper.startswith(_PREFIXES):
        return squeezed
    return next(iter(difflib.get_close_matches(upper, sorted(OURS), n=1, cutoff=NEAR)), None)
