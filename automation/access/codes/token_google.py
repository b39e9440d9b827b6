"""Tokens for a Google Workspace mailbox: a service account with domain-wide delegation, by Google's own library.

https://developers.google.com/identity/protocols/oauth2/service-account
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

from automation.access.codes.tokens import Tokens
from automation.errors import VerificationNeeded
from automation.secrets import Secret, quoted

if TYPE_CHECKING:
    import httpx

SCOPE: Final = "https://mail.google.com/"
"""The scope for IMAP (https://developers.google.com/gmail/imap/xoauth2-protocol)."""

_DELEGATION: Final = (
    "In the Google Admin console, under Security > Access and data control > API controls > Domain-wide delegation, "
    f"enter the service account's client ID with exactly the scope {SCOPE}; it takes up to a day to work."
)
_ADVICE: Final = {
    "unauthorized_client": _DELEGATION,
    "access_denied": _DELEGATION,
    "invalid_scope": _DELEGATION,
    "invalid_grant": "Check that SF_IMAP_USERNAME is the primary address of a user of this Workspace domain, that the key "
    "was not deleted, and that this machine's clock is right.",
    "invalid_client": "The service account is not known: was it deleted, or the key file cut?",
}
"""What to do about the errors of Google's token endpoint."""


@dataclass
class GoogleTokens(Tokens):
    """Access tokens that let a service account, by its key file (JSON), act as one user's mailbox."""

    key: Secret
    mailbox: str
    http: Callable[[], httpx.Client]

    def token(self) -> Secret:
        """The last token while it is valid, else a fresh one. Raises VerificationNeeded: Google gave none; it quotes why."""
        from google.auth.exceptions import RefreshError  # an optional extra; the settings' check looked for it

        try:
            if not self._credentials.valid:
                self._credentials.refresh(self._ask)
            return Secret(str(self._credentials.token))
        except RefreshError as error:
            raise _refused(error) from None
        except Exception as error:  # noqa: BLE001 - a key that is none, and what the HTTP client raises
            raise VerificationNeeded(
                f"No token could be had from Google: {quoted(error)}.",
                next="Check SF_IMAP_GOOGLE_KEY, and that this machine reaches oauth2.googleapis.com (HTTPS_PROXY, SF_CA_FILE).",
            ) from None

    @cached_property
    def _credentials(self) -> Any:
        from google.oauth2 import service_account

        kind: Any = service_account.Credentials  # the library's own types are not complete
        return kind.from_service_account_info(json.loads(self.key.reveal()), scopes=[SCOPE], subject=self.mailbox)

    def _ask(
        self, url: str, method: str = "GET", body: bytes | None = None, headers: Any = None, timeout: Any = None, **_: Any
    ) -> Any:
        """google-auth's transport interface over our client; it knows a response by three attributes."""
        with self.http() as http:
            answer = http.request(method, url, content=body, headers=headers)
            return SimpleNamespace(status=answer.status_code, headers=answer.headers, data=answer.content)


def _refused(error: Exception) -> VerificationNeeded:
    details = next((part for part in error.args if isinstance(part, dict)), {})
    kind = str(details.get("error") or "")
    words = str(details.get("error_description") or error)
    return VerificationNeeded(
        f"Google gave no token for the mailbox: {quoted(f'{kind}: {words}' if kind and kind not in words else words)}.",
        next=_ADVICE.get(kind, "Compare the service account and its delegation with docs/mailboxes.md."),
    )
