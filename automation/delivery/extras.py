"""What the targets that need a client library of their own have in common."""

from __future__ import annotations

import hashlib
import importlib.util

from automation.credentials import Credentials
from automation.delivery import unit
from automation.errors import DeliveryFailed
from automation.secrets import scrub


class MissingExtra(ValueError):
    """A target's client library is not installed."""


def require(package: str, extra: str) -> None:
    """Make sure that a library is there, without loading it. Raises MissingExtra with the way to install it."""
    try:
        found = importlib.util.find_spec(package) is not None
    except ModuleNotFoundError:  # a parent package is missing
        found = False
    if not found:
        raise MissingExtra(f"needs {package}; install it with: pip install 'external-client-app-runbook[{extra}]'")


def failed(store: str, what: str, trouble: str, status: int | str | None = None) -> DeliveryFailed:
    """The error for a store's refusal.

    Args:
        store: the store and the entry, as in ``Vault secret/acme``.
        what: ``read`` or ``written``.
        trouble: what the store said; scrubbed and cut here.
        status: its code or HTTP status, which decides about the advice.
    """
    said = scrub(trouble).strip().replace("\n", " ")[:200]
    advice = _ADVICE.get(str(status))
    return DeliveryFailed(f"{store} could not be {what}: {said or 'no reason given'}.", next=advice)


_DENIED = "Give this machine's identity the right to read and write this entry, then run again; the pair is kept until then."
_SLOW = "The store asks for fewer requests: run again later; the pair is kept until then."
_ADVICE = {
    **dict.fromkeys(("401", "403", "AccessDeniedException", "UnrecognizedClientException", "NoCredentialsError"), _DENIED),
    **dict.fromkeys(("429", "503", "ThrottlingException", "LimitExceededException"), _SLOW),
}


def request_token(credentials: Credentials) -> str:
    """A name for this very write, so that a store which knows it can tell a repeated request from a second one."""
    return hashlib.sha256(unit.to_text(credentials).encode()).hexdigest()
