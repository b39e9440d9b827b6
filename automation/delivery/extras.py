"""What the targets that need a client library of their own have in common: whether it is there, and errors of stores."""

from __future__ import annotations

import re
from importlib.util import find_spec

from automation.errors import DeliveryFailed
from automation.secrets import quoted, scrub


def missing_library(extra: str, *modules: str) -> str | None:
    """How to install what an extra brings, if one of its modules is not there. None of them is loaded."""
    missing = next((module for module in modules if not _is_there(module)), None)
    return missing and f"needs {missing}; install it with: pip install 'external-client-app-runbook[{extra}]'"


def _is_there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # a parent package is missing
        return False


def said(error: BaseException) -> str:
    """An error in one line of at most 300 characters, without secrets: of nested ones the innermost, as it names the cause."""
    lines = scrub(str(error)).strip().splitlines()
    text = re.sub(r"^.*\(Caused by (.*)\)$", r"\1", lines[0]) if lines else ""
    return f"{type(error).__name__}{f': {text}' if text else ''}"[:300].rstrip(".")


def failed(store: str, what: str, trouble: str, status: int | str | None = None) -> DeliveryFailed:
    """The error for a store's refusal.

    Args:
        store: the store and the entry, as in ``Vault secret/acme``.
        what: ``read`` or ``written``.
        trouble: what the store said; scrubbed and cut here. Words of it decide about the advice.
        status: its code or HTTP status, which decides where no word does.
    """
    said = quoted(trouble, 300)
    advice = next((fix for word, fix in _BY_WORD.items() if word.lower() in said.lower()), None) or _BY_STATUS.get(str(status))
    return DeliveryFailed(f"{store} could not be {what}: {said or 'no reason given'}.", next=advice)


_DENIED = "Give this machine's identity the right to read and write this entry, then run again; the pair is kept until then."
_SLOW = "The store asks for fewer requests: run again later; the pair is kept until then."
_CHANGED = "Somebody else {} the entry at the same moment: check it, then run again."
_WITHOUT_IDENTITY = "Sign this machine in to the store, or set the variables that its client library reads; then run again."
_UNREACHABLE = "Check the store's URL, the proxy and NO_PROXY, and whether this machine may connect; then run again."
_BY_WORD = {
    "deleted but recoverable": "Recover or purge the deleted secret in the vault, or name another one; then run again.",
    **dict.fromkeys(("marked for deletion", "scheduled for deletion"), "Restore the secret, or name another one; then run again."),
    "ForbiddenByFirewall": "Allow this machine's IP address in the vault's firewall, or use its private endpoint.",
    "Client address is not authorized": "Allow this machine's IP address in the vault's firewall; then run again.",
    "immutable": "Delete the immutable Secret, which can't be changed, or name another one; then run again.",
    "namespaces ": "Create the namespace, or correct its name in the target; then run again.",
    "CERTIFICATE_VERIFY_FAILED": "Name the store's CA in the variable that its client library reads (VAULT_CACERT, AWS_CA_BUNDLE, "
    "REQUESTS_CA_BUNDLE, certificate-authority in kubeconfig).",
    **dict.fromkeys(("check-and-set", "the object has been modified"), _CHANGED.format("changed")),
    **dict.fromkeys(("ResourceExistsException", "AlreadyExists"), _CHANGED.format("made")),
    **dict.fromkeys(("ProxyError", "NewConnectionError", "ConnectError", "Name or service not known"), _UNREACHABLE),
    "NoRegion": "Add ?region=REGION to the target, or set AWS_DEFAULT_REGION.",
    "SERVICE_DISABLED": "Turn on the Secret Manager API for the project, then run again.",
}
_BY_STATUS = {
    **dict.fromkeys(("401", "NoCredentialsError", "UnrecognizedClientException", "InvalidClientTokenId"), _WITHOUT_IDENTITY),
    **dict.fromkeys(("403", "AccessDeniedException"), _DENIED),
    **dict.fromkeys(("429", "503", "ThrottlingException", "LimitExceededException"), _SLOW),
}
