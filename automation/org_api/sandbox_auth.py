"""Asking a production org for a code into one of its sandboxes: ``POST tooling/sandboxAuth``.

This is what the Salesforce CLI does after ``sf org refresh sandbox`` (sfdx-core ``org.ts``: ``sandboxSignupComplete``). While the
sandbox can't be signed in to yet, the answer is ``INVALID_STATUS``, also after its copy is ``Completed``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from automation.errors import OrgUnavailable
from automation.network.failures import Failure
from automation.network.http import decoded, send
from automation.org_api.rest import Rest
from automation.secrets import Secret

CLIENT: Final = "PlatformCLI"
CALLBACK: Final = "http://localhost:1717/OauthRedirect"
"""Client id and callback of the Salesforce CLI, which every org knows. Nothing listens there: the code comes in JSON."""
NOT_READY: Final = "INVALID_STATUS"


@dataclass(frozen=True)
class SandboxAuth:
    """Production's answer. ``codes``: Salesforce's error codes; without any, ``code`` is good at ``login_url``."""

    code: Secret
    instance_url: str = ""
    login_url: str = ""
    codes: tuple[str, ...] = ()

    @property
    def ready(self) -> bool:
        """Whether the sandbox can be signed in to. Where production does not say, it is taken to be."""
        return NOT_READY not in self.codes


def ask_for_sandbox(rest: Rest, sandbox: str) -> SandboxAuth:
    """Ask production for a code into a sandbox.

    Raises:
        OrgUnavailable: production does not answer.
        ProofFailed: production refuses the token (while it names its API versions).
    """
    url = f"https://{rest.host}/services/data/v{rest.version}/tooling/sandboxAuth"
    body = {"clientId": CLIENT, "sandboxName": sandbox, "callbackUrl": CALLBACK}
    headers = {"Authorization": f"Bearer {rest.token.value.reveal()}"}
    answer = send(rest.client, "POST", url, json=body, headers=headers)
    if isinstance(answer, Failure):
        raise answer.error(rest.host, "for a code into its sandbox")
    if answer.status_code >= 500:
        raise OrgUnavailable(f"{rest.host} answers with an error (HTTP {answer.status_code}).")
    return _auth(decoded(answer))


def _auth(tree: Any) -> SandboxAuth:
    code = tree.get("authCode") if isinstance(tree, dict) else None
    if isinstance(code, str) and code:
        return SandboxAuth(Secret(code), str(tree.get("instanceUrl", "")), str(tree.get("loginUrl", "")))
    return SandboxAuth(Secret(""), codes=error_codes(tree) or ("an answer of unknown form",))


def error_codes(tree: Any) -> tuple[str, ...]:
    """The error codes of a REST answer (a list) or of an OAuth answer (an object)."""
    if isinstance(tree, dict):
        return tuple(str(tree[key]) for key in ("error", "error_description") if key in tree)
    return tuple(str(one.get("errorCode", "")) for one in tree if isinstance(one, dict)) if isinstance(tree, list) else ()
