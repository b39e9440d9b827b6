"""The production org as a login method for a freshly refreshed sandbox, without a password of that sandbox.

``POST tooling/sandboxAuth`` on production answers with a code that the sandbox exchanges for a token of the same
person; ``singleaccess`` turns the token into a one-time link. This is what the Salesforce CLI does after
``sf org refresh sandbox`` (sfdx-core ``org.ts``: ``sandboxSignupComplete``, ``writeSandboxAuthFile``, ``getFrontDoorUrl``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from automation.access.login_methods import ENTRANCE, LoginMethod, LoginMethodFailed
from automation.access.named_org import NamedOrg
from automation.errors import ForeignHost, OrgBusy, ProofFailed
from automation.org_api.rest import Rest, text_of
from automation.org_api.sandbox_auth import CALLBACK, CLIENT, SandboxAuth, ask_for_sandbox, error_codes, exchange
from automation.org_api.token import Token
from automation.salesforce import hosts
from automation.secrets import Secret

if TYPE_CHECKING:
    import httpx

    from automation.settings import Settings

RENEW: Final = "Get a fresh token of production, for example: sf org auth show-access-token --no-prompt --target-org ALIAS"


class ProductionLogin(LoginMethod):
    """A sandbox, opened by its production org.

    Args:
        production_url: ``https://<My Domain of production>``.
        token: access token of production, with the scopes ``api`` and ``web`` or ``full``.
        settings: the sandbox is that of ``SF_LOGIN_URL``.
    """

    name = "the production org of SF_PRODUCTION_URL"

    def __init__(self, production_url: str, token: Secret, settings: Settings) -> None:
        super().__init__(settings)
        self._production = hosts.parse_url(production_url).host
        self._token = token

    def url(self) -> str:
        """A fresh one-time link into the sandbox.

        Raises:
            LoginMethodFailed: production refuses the token, or does not know the sandbox.
            OrgBusy: the sandbox is not ready yet.
            OrgUnavailable: one of the orgs does not answer.
            ForeignHost: an answer names a host that is not the sandbox's.
        """
        with self._settings.network.client() as http:
            found = self._ask_production(http)
            if hosts.parse_url(found.instance_url).host != self._settings.host:
                raise ForeignHost(f"Production names another host than {self._settings.host} for the sandbox.", next=_CHECK)
            return self._single_access(http, self._exchange(http, found.login_url, found.code))

    def _ask_production(self, http: httpx.Client) -> SandboxAuth:
        name = hosts.sandbox_name(self._settings.host)
        if name is None:
            raise LoginMethodFailed(f"{self._settings.host} names no sandbox, so production can't open it.")
        try:
            found = ask_for_sandbox(Rest(http, self._production, Token(self._token, None, None, ())), name)
        except ProofFailed:
            raise LoginMethodFailed("Production refuses SF_PRODUCTION_TOKEN.", next=RENEW) from None
        if found.codes:
            raise self._refusal(name, found)
        return found

    def _refusal(self, name: str, found: SandboxAuth) -> OrgBusy | LoginMethodFailed:
        if not found.ready:
            return OrgBusy(f'The sandbox "{name}" can\'t be signed in to yet; its copy or activation is not over.')
        if "INVALID_SESSION_ID" in found.codes:
            return LoginMethodFailed("Production refuses SF_PRODUCTION_TOKEN.", next=RENEW)
        return LoginMethodFailed(f'Production does not open the sandbox "{name}": {", ".join(found.codes)}.', next=_CHECK)

    def _exchange(self, http: httpx.Client, login_url: str, code: Secret) -> Secret:
        ours = hosts.LOGIN_HOSTS | {self._settings.host}
        if not hosts.is_password_host(login_url) or hosts.parse_url(login_url).host not in ours:
            raise ForeignHost("Production names a login host that is not Salesforce's, or another org's.")
        form = {"grant_type": "authorization_code", "client_id": CLIENT, "redirect_uri": CALLBACK, "code": code.reveal()}
        answer = exchange(http, "POST", f"{login_url.rstrip('/')}/services/oauth2/token", None, _PURPOSE, data=form)
        token = Secret(_field(answer, "access_token"))
        if not token:
            raise LoginMethodFailed(f"The sandbox did not take production's code: {', '.join(error_codes(answer)) or 'no token'}.")
        return token

    def _single_access(self, http: httpx.Client, token: Secret) -> str:
        url = f"https://{self._settings.host}/services/oauth2/singleaccess"
        answer = exchange(http, "GET", url, token, _PURPOSE, params={"redirect_uri": ENTRANCE})
        link = Secret(_field(answer, "frontdoor_uri"))
        if not link:
            raise LoginMethodFailed("The sandbox gives no link for production's token (scope web or full is needed).")
        NamedOrg(self._settings.host).require_link(link.reveal(), "The sandbox's own link")
        return link.reveal()


_PURPOSE: Final = "to open the sandbox"
_CHECK: Final = "Check SF_PRODUCTION_URL, and that SF_LOGIN_URL is the My Domain URL of one of its sandboxes."


def _field(answer: Any, key: str) -> str:
    """A text of a JSON object; empty where there is none."""
    return (text_of(answer.get(key)) if isinstance(answer, dict) else None) or ""
