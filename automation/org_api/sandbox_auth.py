"""Asking a production org for a code into one of its sandboxes: ``POST tooling/sandboxAuth``.

This is what the Salesforce CLI does after ``sf org refresh sandbox`` (sfdx-core ``org.ts``: ``sandboxSignupComplete``). While the
sandbox can't be signed in to yet, the answer is ``INVALID_STATUS``, also after its copy is ``Completed``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from automation.errors import OrgUnavailable
from automation.network.failures import Failure
from automation.network.http import decoded, send
from automation.org_api.rest import Rest
from automation.salesforce import hosts
from automation.secrets import Secret, quoted

if TYPE_CHECKING:
    import httpx

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

    Raises OrgUnavailable when it does not answer, ProofFailed when it refuses the token (while it names its API versions).
    """
    url = f"https://{rest.host}/services/data/v{rest.version}/tooling/sandboxAuth"
    body = {"clientId": CLIENT, "sandboxName": sandbox, "callbackUrl": CALLBACK}
    tree = exchange(rest.client, "POST", url, rest.token.value, "for a code into its sandbox", json=body)
    code = tree.get("authCode") if isinstance(tree, dict) else None
    if isinstance(code, str) and code:
        return SandboxAuth(Secret(code), str(tree.get("instanceUrl", "")), str(tree.get("loginUrl", "")))
    return SandboxAuth(Secret(""), codes=error_codes(tree) or ("an answer of unknown form",))


def exchange(client: httpx.Client, method: str, url: str, token: Secret | None, purpose: str, **content: Any) -> Any:
    """Decoded JSON of any answer below 500; None where it is none.

    Raises OrgUnavailable for no answer or an error of the server; it names the host alone, as the rest of the URL may be secret.
    """
    headers = {"Authorization": f"Bearer {token.reveal()}"} if token is not None else {}
    host = hosts.parse_url(url).host
    answer = send(client, method, url, headers=headers, **content)
    if isinstance(answer, Failure):
        raise answer.error(host, purpose)
    if answer.status_code >= 500:
        raise OrgUnavailable(f"{host} answers with an error (HTTP {answer.status_code}).")
    return decoded(answer)


def error_codes(tree: Any) -> tuple[str, ...]:
    """The error codes of a REST answer (a list) or of an OAuth answer (an object)."""
    if isinstance(tree, dict):
        return tuple(quoted(tree[key]) for key in ("error", "error_description") if key in tree)
    return tuple(quoted(one.get("errorCode", "")) for one in tree[:5] if isinstance(one, dict)) if isinstance(tree, list) else ()
