"""What production says about its sandboxes: which one is being copied, and when one is ready.

Tooling ``SandboxProcess`` tells of copies; ``Completed`` is no proof that the sandbox answers, as its end may be told before
sign-in works. Readiness is that ``sandboxAuth`` no longer answers ``INVALID_STATUS`` (`org-access` 6.2, after sfdx-core).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self

from automation.delivery import parse
from automation.errors import OrgUnavailable, RunbookError, SettingsError
from automation.fleet import references
from automation.fleet.orgs import Org, sandbox_name
from automation.fleet.orgs_file import OrgsFile
from automation.network.failures import Failure
from automation.network.http import decoded, send
from automation.org_api import NotReadable, Rest, Token, request_token, revoke
from automation.org_api.rest import NO_RECORDS
from automation.secrets import Secret

if TYPE_CHECKING:
    import httpx

QUERY: Final = (
    "SELECT SandboxName, SandboxOrganization, Status, CopyProgress, StartDate FROM SandboxProcess ORDER BY CreatedDate DESC"
)
"""Every refresh adds a row, so the newest come first: no limit of pages may lose them."""
OVER: Final = ("Completed",)
DROPPED: Final = ("Del", "Discard", "Stopped")
"""Beginnings of states of copies that came to nothing: the sandbox is as it was before. sfdx-core drops "Del" alike;
the two others are a guess by their names."""

CLI_CLIENT: Final = "PlatformCLI"
"""The client id that the Salesforce CLI gives to ``sandboxAuth``; the answer's code is thrown away unused."""


@dataclass(frozen=True)
class Copy:
    """The newest copy of a sandbox. ``org_id``: 15 characters; ``status``: Salesforce's word, ``progress``: percent."""

    sandbox: str
    org_id: str | None
    status: str
    progress: int

    @property
    def running(self) -> bool:
        """Whether the copy is still under way."""
        return self.status not in OVER


class Production:
    """The production org, while the job asks it. A context manager, which takes its own token back at the end."""

    def __init__(self, client: httpx.Client, rest: Rest, copies: dict[str, Copy], *, own_token: bool) -> None:
        self._client, self._rest, self._copies, self._own = client, rest, copies, own_token

    @classmethod
    def open(cls, fleet: OrgsFile) -> Production | None:
        """Ask for all copies; None where no access is configured.

        Raises:
            RunbookError: production does not answer, or does not let this user see its sandboxes.
        """
        access = fleet.production
        if access is None:
            return None
        client = fleet.orgs[0].settings_to_look().network.client()
        try:
            token = _token(client, access.access_token, access.credentials)
            rest = Rest(client, access.host, token)
            return cls(client, rest, _copies(rest), own_token=access.credentials is not None)
        except BaseException:
            client.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._own:
            revoke(self._client, self._rest.host, self._rest.token.value)
        self._client.close()

    def copy_of(self, org: Org) -> Copy | None:
        """The newest copy of this sandbox; None when it is no sandbox of this production org."""
        name = sandbox_name(org.host)
        company = self._rest.host.partition(".")[0]
        if name is None or org.host.rpartition("--")[0] != company:
            return None
        return self._copies.get(name.lower())

    def ready(self, copy: Copy) -> bool:
        """Whether the sandbox can be signed in to. Where production does not tell, it is taken to be."""
        path = f"/services/data/v{self._rest.version}/tooling/sandboxAuth"
        body = {"sandboxName": copy.sandbox, "clientId": CLI_CLIENT, "callbackUrl": "http://localhost:1717/OauthRedirect"}
        headers = {"Authorization": f"Bearer {self._rest.token.value.reveal()}"}
        answer = send(self._client, "POST", f"https://{self._rest.host}{path}", json=body, headers=headers)
        told = None if isinstance(answer, Failure) else decoded(answer)
        if isinstance(told, dict) and isinstance(told.get("authCode"), str):
            Secret(told["authCode"])  # a way into the sandbox: not used, never to be shown
        return "INVALID_STATUS" not in _codes(told)


def _codes(told: Any) -> list[str]:
    return [str(one.get("errorCode", "")) for one in told if isinstance(one, dict)] if isinstance(told, list) else []


def _token(client: httpx.Client, reference: str | None, target: str | None) -> Token:
    if reference is not None:
        value = references.resolve(reference)
        if value.startswith("[REDACTED]"):  # what newer versions of the CLI print instead of a token
            raise SettingsError(
                "[production] access_token: the Salesforce CLI hid the token.",
                next="Use: command:sf org auth show-access-token --no-prompt --target-org ALIAS",
            )
        return Token(Secret(_checked(value)), None, None, ())
    pair = parse(str(target)).read()
    if pair is None:
        raise SettingsError(f"[production] credentials: {parse(str(target)).name} holds no pair.")
    return request_token(client, pair)


def _checked(value: str) -> str:
    from automation.settings_rules import token

    try:
        return token(value.strip())
    except ValueError as error:
        raise SettingsError(f"[production] access_token: {error}.") from None


def _copies(rest: Rest) -> dict[str, Copy]:
    """The newest copy of each sandbox, by lower-case name."""
    answer = rest.records(f"/services/data/v{rest.version}/tooling/query", QUERY)
    if isinstance(answer, NotReadable) and answer.code == NO_RECORDS:
        raise OrgUnavailable(f"{rest.host} gave no list of sandboxes.")
    if isinstance(answer, NotReadable):
        raise SettingsError(
            f"{rest.host} does not let this user see its sandboxes ({answer.code}).",
            next="Give the user of [production] the permissions to view Setup and to manage sandboxes.",
        )
    newest: dict[str, Copy] = {}
    for row in sorted(answer, key=_begun, reverse=True):
        copy = _copy(row)
        if copy is not None and not copy.status.startswith(DROPPED):
            newest.setdefault(copy.sandbox.lower(), copy)
    return newest


def _copy(row: dict[str, Any]) -> Copy | None:
    """A row as a copy; None for one without name or state."""
    name, status, org_id, progress = (row.get(key) for key in ("SandboxName", "Status", "SandboxOrganization", "CopyProgress"))
    if not isinstance(name, str) or not isinstance(status, str):
        return None
    percent = int(progress) if isinstance(progress, int | float) and 0 <= progress <= 100 else 0
    return Copy(name, org_id if isinstance(org_id, str) else None, status, percent)


def _begun(row: dict[str, Any]) -> str:
    """When a copy began, for sorting; one that has not begun yet is the newest."""
    return str(row.get("StartDate") or "9999")


def opened(fleet: OrgsFile) -> tuple[Production | None, RunbookError | None]:
    """`Production.open`, with its failure as a value: the job goes on without, as a sandbox in refresh refuses tokens anyway."""
    try:
        return Production.open(fleet), None
    except RunbookError as error:
        return None, error
