"""What production says about its sandboxes: which one is being copied, and when one is ready.

Tooling ``SandboxProcess`` reports copies; ``Completed`` is no proof that the sandbox answers, as its end may be reported before
sign-in works. Readiness is that ``sandboxAuth`` no longer answers ``INVALID_STATUS`` (`org-access` 6.2, after sfdx-core).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from automation.delivery import Target
from automation.errors import OrgUnavailable, RunbookError, SettingsError
from automation.fleet import references
from automation.fleet.orgs import Org
from automation.fleet.orgs_file import OrgsFile
from automation.fleet.pool import TimeIsUp, bounded
from automation.org_api.rest import NO_RECORDS, NotReadable, Rest
from automation.org_api.sandbox_auth import ask_for_sandbox
from automation.org_api.token import NoToken, Token, ask, revoke
from automation.salesforce.hosts import sandbox_name
from automation.salesforce.ids import is_id
from automation.secrets import Secret
from automation.settings.rules import token

if TYPE_CHECKING:
    import httpx

QUERY: Final = (
    "SELECT SandboxName, SandboxOrganization, Status, CopyProgress, CreatedDate FROM SandboxProcess ORDER BY CreatedDate DESC"
)
OPENING: Final = 120.0
"""Seconds that production may take to list its sandboxes."""
CLOSING: Final = 2.0
"""Seconds that it may take to revoke the token."""

COPYING: Final = ("Pending", "Pending Remote Creation", "Processing", "Sampling", "Activating")
"""States in which a sandbox is left alone. In all others but Completed (Pending Activation, Locked, Suspended, unknown ones) the
sandbox of before serves until somebody activates the copy (help, "Sandbox status"), and is checked."""
OVER: Final = ("Completed",)
DROPPED: Final = ("Del", "Discard", "Stopped")
"""Beginnings of states of copies that came to nothing: the sandbox is as it was before. sfdx-core drops "Del" alike;
the two others are a guess by their names."""


@dataclass(frozen=True)
class Copy:
    """The newest copy of a sandbox. ``org_id``: 15 characters; ``status``: Salesforce's word, ``progress``: percent."""

    sandbox: str
    org_id: str | None
    status: str
    progress: int

    @property
    def copying(self) -> bool:
        """Whether the sandbox is being copied just now, so that nobody is to be let in."""
        return self.status in COPYING

    @property
    def over(self) -> bool:
        """Whether the copy is what serves now."""
        return self.status in OVER

    def __str__(self) -> str:
        return f"production says that its copy is {self.status} ({self.progress} %)"


class Production:
    """The production org, while the job asks it; see `asked`."""

    def __init__(self, rest: Rest, copies: dict[str, Copy], *, own_token: bool) -> None:
        self._rest, self._copies, self._own = rest, copies, own_token

    @classmethod
    def open(cls, fleet: OrgsFile) -> Production | None:
        """Ask for all copies; None where no access is configured.

        Raises RunbookError: production does not answer, or does not let this user see its sandboxes.
        """
        access = fleet.production
        if access is None:
            return None
        client = fleet.orgs[0].settings_to_check().network.client()
        try:
            rest = Rest(client, access.host, _token(client, access.access_token, access.credentials))
            return cls(rest, _copies(rest), own_token=access.credentials is not None)
        except BaseException:
            client.close()
            raise

    def close(self) -> None:
        """Revoke the token that was made for this job."""
        if self._own:
            revoke(self._rest.client, self._rest.host, self._rest.token.value)
        self._rest.client.close()

    def copy_of(self, org: Org) -> Copy | None:
        """The newest copy of this sandbox; None when it is no sandbox of this production org."""
        name = sandbox_name(org.host)
        company = self._rest.host.partition(".")[0]
        if name is None or org.host.rpartition("--")[0] != company:
            return None
        return self._copies.get(name.lower())

    def ready(self, copy: Copy) -> bool:
        """Whether the sandbox can be signed in to. Where production does not say, it is taken to be."""
        try:
            return ask_for_sandbox(self._rest, copy.sandbox).ready
        except RunbookError:
            return True


def _token(client: httpx.Client, reference: str | None, target: Target | None) -> Token:
    if reference is not None:
        value = references.resolve(reference)
        if value.startswith("[REDACTED]"):  # what newer versions of the CLI print instead of a token
            raise SettingsError(
                "[production] access_token: the Salesforce CLI hid the token.",
                next="Use: command:sf org auth show-access-token --no-prompt --target-org ALIAS",
            )
        try:
            return Token(Secret(token(value.strip())), None, None, ())
        except ValueError as error:
            raise SettingsError(f"[production] access_token: {error}.") from None
    pair = target.read() if target is not None else None
    if target is None or pair is None:
        raise SettingsError(f"[production] credentials: {target and target.name} holds no pair.")
    answer = ask(client, pair)
    if isinstance(answer, NoToken):
        raise answer.error
    return answer


def _copies(rest: Rest) -> dict[str, Copy]:
    """The newest copy of each sandbox, by lower-case name."""
    newest: dict[str, Copy] = {}
    for row in _rows(rest):
        copy = _copy(row)
        if copy is not None and not copy.status.startswith(DROPPED):
            newest.setdefault(copy.sandbox.lower(), copy)
    return newest


def _rows(rest: Rest) -> list[dict[str, Any]]:
    answer = rest.records(f"/services/data/v{rest.version}/tooling/query", QUERY)
    if not isinstance(answer, NotReadable):
        return answer
    if answer.code == NO_RECORDS:
        raise OrgUnavailable(f"{rest.host} gave no list of sandboxes.")
    raise SettingsError(
        f"{rest.host} does not let this user see its sandboxes ({answer.code}).",
        next="Give the user of [production] the permissions to view Setup and to manage sandboxes.",
    )


def _copy(row: Any) -> Copy | None:
    """A row as a copy; None for one without name or state."""
    texts = [row.get(name) for name in ("SandboxName", "Status", "SandboxOrganization")] if isinstance(row, dict) else [None]
    if not isinstance(texts[0], str) or not isinstance(texts[1], str):
        return None
    progress = row.get("CopyProgress")
    org_id = texts[2] if isinstance(texts[2], str) and is_id(texts[2]) else None
    return Copy(texts[0], org_id, texts[1], progress if isinstance(progress, int) else 0)


@contextmanager
def asked(fleet: OrgsFile, note: Callable[[str], None]) -> Iterator[Production | None]:
    """`Production.open`; None where there is no access, or where production can't be asked, which is noted.

    The job goes on without, as a sandbox in refresh refuses tokens anyway. Production has `OPENING` seconds.
    """
    production = None
    try:
        production = bounded(OPENING, lambda: Production.open(fleet), "production")
    except (RunbookError, TimeIsUp) as error:
        note(f"Production could not be asked about its sandboxes: {str(error).removesuffix('.')}. Continuing without it.")
    try:
        yield production
    finally:
        if production is not None:
            with suppress(TimeIsUp):
                bounded(CLOSING, production.close, "production")
