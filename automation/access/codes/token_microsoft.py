"""Tokens for Exchange Online, app-only: the client credentials flow, by Microsoft's own library (msal).

https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from automation.access.codes.tokens import Tokens
from automation.errors import VerificationNeeded
from automation.secrets import Secret, quoted

if TYPE_CHECKING:
    import httpx


CLOUDS: Final = {
    "login.microsoftonline.com": "https://outlook.office365.com/.default",
    "login.microsoftonline.us": "https://outlook.office365.us/.default",
    "login.partner.microsoftonline.cn": "https://partner.outlook.cn/.default",
}
"""Hosts that give tokens, and the scope for mailboxes there. That of the government and China clouds is a guess from
their host names."""

_ADVICE: Final = {
    "7000215": "SF_IMAP_MICROSOFT_CLIENT_SECRET is not the secret's Value (its ID was perhaps copied); make a new one.",
    "7000222": "The client secret has expired: make a new one under Certificates & secrets.",
    "700016": "Check SF_IMAP_MICROSOFT_CLIENT_ID and SF_IMAP_MICROSOFT_TENANT: the app is not registered in that tenant.",
    "90002": "Check SF_IMAP_MICROSOFT_TENANT: there is no such tenant.",
    "900023": "Check SF_IMAP_MICROSOFT_TENANT: give the tenant's id or one of its domains.",
    "700027": "The certificate is not the one that was uploaded under Certificates & secrets of the app, or has expired.",
    "500011": "Exchange Online is not known in this tenant: check SF_IMAP_MICROSOFT_TENANT and that it has mailboxes.",
    "1002012": "The scope is wrong for app-only access; it has to end in /.default.",
    "70011": "The scope is wrong for app-only access; it has to end in /.default.",
    "53003": "A Conditional Access policy of the tenant blocks this app; let it pass, or run where the policy allows it.",
}
"""What to do about the AADSTS codes that a wrong set-up gives."""


@dataclass
class MicrosoftTokens(Tokens):
    """Access tokens of an app registration with the application permission ``IMAP.AccessAsApp``.

    Attributes:
        authority: ``https://login.microsoftonline.com/TENANT``.
        credential: client secret, or a certificate and its private key, both in PEM.
    """

    authority: str
    client_id: str
    credential: Secret
    http: Callable[[], httpx.Client]
    scope: str

    @classmethod
    def of(cls, tenant: str, client_id: str, credential: Secret, http: Callable[[], httpx.Client]) -> MicrosoftTokens:
        """For a tenant as the setting names it."""
        authority = tenant if "://" in tenant else f"https://login.microsoftonline.com/{tenant}"
        return cls(authority, client_id, credential, http, CLOUDS[authority.split("/")[2]])

    def token(self) -> Secret:
        """A token from msal's memory while it is valid, else a fresh one.

        Raises:
            VerificationNeeded: Microsoft gave none; it quotes why.
        """
        try:
            answer: Any = self._app.acquire_token_for_client([self.scope])
        except Exception as error:  # noqa: BLE001 - msal raises ValueError, KeyError and what the HTTP client raises
            raise VerificationNeeded(
                f"No token could be had from {self.authority}: {quoted(error)}.",
                next="Check SF_IMAP_MICROSOFT_TENANT, and that this machine reaches that host (HTTPS_PROXY, SF_CA_FILE).",
            ) from None
        if isinstance(answer, dict) and isinstance(answer.get("access_token"), str):
            return Secret(answer["access_token"])
        raise _refused(answer if isinstance(answer, dict) else {})

    @cached_property
    def _app(self) -> Any:
        import msal  # an optional extra; the settings' check looked for it

        return msal.ConfidentialClientApplication(
            self.client_id,
            client_credential=_credential(self.credential.reveal()),
            authority=self.authority,
            http_client=_Http(self.http),
            instance_discovery=False,  # the authority is one of `CLOUDS`: no lookup is needed
        )


@dataclass
class _Http:
    """msal's idea of an HTTP client, over ours; a connection is closed after each of the few requests."""

    make: Callable[[], httpx.Client]

    def get(self, url: str, **given: Any) -> httpx.Response:
        with self.make() as http:
            return http.get(url, **given)

    def post(self, url: str, **given: Any) -> httpx.Response:
        with self.make() as http:
            return http.post(url, **given)

    def close(self) -> None:
        """Nothing is open."""


def _credential(text: str) -> str | dict[str, str]:
    """The form that msal takes: a secret is text; of a certificate it takes key and certificate apart."""
    if "-----BEGIN" not in text:
        return text
    blocks = [*re.finditer(r"-----BEGIN ([A-Z ]+)-----[^-]+-----END \1-----", text)]
    parts = {block[1]: block[0] for block in reversed(blocks)}  # the first of each kind
    key = next((part for name, part in parts.items() if name.endswith("PRIVATE KEY")), "")
    return {"private_key": key, "public_certificate": parts.get("CERTIFICATE", "")}


def _refused(answer: dict[str, Any]) -> VerificationNeeded:
    words = str(answer.get("error_description") or answer.get("error") or "no reason was given")
    code = re.search(r"AADSTS(\d{2,10})", words)
    advice = _ADVICE.get(code[1], "") if code else ""
    return VerificationNeeded(
        f"Microsoft gave no token for the mailbox: {quoted(words)}.",
        next=advice or "Look the AADSTS code up, and compare the app registration with docs/mailboxes.md.",
    )
