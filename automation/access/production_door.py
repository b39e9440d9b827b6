"""The production org as a way into a freshly refreshed sandbox, without a password of that sandbox.

``POST tooling/sandboxAuth`` on production answers with a code that the sandbox exchanges for a token of the same
person; ``singleaccess`` turns the token into a one-time link. This is what the Salesforce CLI does after
``sf org refresh sandbox`` (sfdx-core ``org.ts``: ``sandboxSignupComplete``, ``writeSandboxAuthFile``, ``getFrontDoorUrl``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from playwright.sync_api import Page

from automation.access import hosts
from automation.access.cli import SENTINEL
from automation.access.doors import ENTRANCE, DoorShut
from automation.access.named_org import NamedOrg
from automation.access.navigation import open_address
from automation.errors import ForeignHost, OrgBusy, OrgUnavailable
from automation.secrets import Secret

if TYPE_CHECKING:
    import httpx

    from automation.settings import Settings

CLIENT: Final = "PlatformCLI"
CALLBACK: Final = "http://localhost:1717/OauthRedirect"
"""Client id and callback of the Salesforce CLI, which every org knows. Nothing listens there: the code comes in JSON."""
NOT_READY: Final = "INVALID_STATUS"
RENEW: Final = "Get a fresh token of production, for example: sf org auth show-access-token --no-prompt --target-org ALIAS"


class ProductionDoor:
    """A sandbox, opened by its production org.

    Args:
        production_url: ``https://<My Domain of production>``.
        token: access token of production, with the scopes ``api`` and ``web`` or ``full``.
        settings: the sandbox is that of ``SF_LOGIN_URL``.
    """

    name = "the production org of SF_PRODUCTION_URL"
    types_password = False
    opens_again = True  # with a fresh link each time

    def __init__(self, production_url: str, token: Secret, settings: Settings) -> None:
        self._production = hosts.parse(production_url).host
        self._token = token
        self._settings = settings

    def open(self, page: Page) -> None:
        """Have a link made and open it at once."""
        open_address(page, self.link().reveal(), self._settings.timeout_page, self._settings.sf_ca_file)

    def link(self) -> Secret:
        """A fresh one-time link into the sandbox.

        Raises:
            DoorShut: production refuses the token, or does not know the sandbox.
            OrgBusy: the sandbox is not ready yet.
            OrgUnavailable: one of the orgs does not answer.
            ForeignHost: an answer names a host that is not the sandbox's.
        """
        from automation.http import client

        if self._token.reveal().startswith(SENTINEL):
            raise DoorShut("SF_PRODUCTION_TOKEN holds no token: the Salesforce CLI hid it.", next=RENEW)
        with client(self._settings) as http:
            told = self._ask_production(http)
            self._require_sandbox(str(told.get("instanceUrl", "")))
            token = self._exchange(http, str(told.get("loginUrl", "")), Secret(str(told.get("authCode", ""))))
            return self._single_access(http, token)

    def _ask_production(self, http: httpx.Client) -> dict[str, Any]:
        name = hosts.sandbox_name(self._settings.host)
        if name is None:
            raise DoorShut(f"{self._settings.host} names no sandbox, so production can't open it.")
        path = f"/services/data/v{self._version(http)}/tooling/sandboxAuth"
        body = {"clientId": CLIENT, "sandboxName": name, "callbackUrl": CALLBACK}
        told = self._send(http, "POST", f"https://{self._production}{path}", self._token, json=body)
        if isinstance(told, dict) and told.get("authCode"):
            return told
        raise self._refusal(name, _codes(told))

    def _refusal(self, name: str, codes: list[str]) -> OrgBusy | DoorShut:
        if NOT_READY in codes:
            return OrgBusy(f'The sandbox "{name}" can\'t be signed in to yet; its copy or activation is not over.')
        if "INVALID_SESSION_ID" in codes:
            return DoorShut("Production refuses SF_PRODUCTION_TOKEN.", next=RENEW)
        said = ", ".join(codes) or "an answer of unknown form"
        return DoorShut(f'Production does not open the sandbox "{name}": {said}.', next=_CHECK)

    def _version(self, http: httpx.Client) -> str:
        """The newest API version of production; this list is public."""
        told = self._send(http, "GET", f"https://{self._production}/services/data/", None)
        versions = (
            [str(one["version"]) for one in told if isinstance(one, dict) and "version" in one] if isinstance(told, list) else []
        )
        if not versions:
            raise OrgUnavailable(f"{self._production} did not name its API versions.")
        return max(versions, key=float)

    def _require_sandbox(self, instance_url: str) -> None:
        if hosts.parse(instance_url).host != self._settings.host:
            raise ForeignHost(f"Production names another host than {self._settings.host} for the sandbox.", next=_CHECK)

    def _exchange(self, http: httpx.Client, login_url: str, code: Secret) -> Secret:
        if not hosts.is_password_host(login_url) or hosts.parse(login_url).host not in (*hosts.LOGIN_HOSTS, self._settings.host):
            raise ForeignHost("Production names a login host that is not Salesforce's, or another org's.")
        form = {"grant_type": "authorization_code", "client_id": CLIENT, "redirect_uri": CALLBACK, "code": code.reveal()}
        told = self._send(http, "POST", f"{login_url.rstrip('/')}/services/oauth2/token", None, data=form)
        token = Secret(str(told.get("access_token") or "")) if isinstance(told, dict) else Secret("")
        if not token:
            raise DoorShut(f"The sandbox did not take production's code: {', '.join(_codes(told)) or 'no token'}.")
        return token

    def _single_access(self, http: httpx.Client, token: Secret) -> Secret:
        url = f"https://{self._settings.host}/services/oauth2/singleaccess"
        told = self._send(http, "GET", url, token, params={"redirect_uri": ENTRANCE})
        link = Secret(str(told.get("frontdoor_uri") or "")) if isinstance(told, dict) else Secret("")
        if not link:
            raise DoorShut("The sandbox gives no link for production's token (scope web or full is needed).")
        NamedOrg(self._settings.host).require_link(link.reveal(), "The sandbox's own link")
        return link

    def _send(self, http: httpx.Client, method: str, url: str, token: Secret | None, **content: Any) -> Any:
        """Decoded JSON of any status; None for anything else. The error holds the host alone: the rest may be secret."""
        import httpx

        headers = {"Authorization": f"Bearer {token.reveal()}"} if token is not None else {}
        try:
            answer = http.request(method, url, headers=headers, **content)
        except httpx.HTTPError as error:
            raise OrgUnavailable(f"{urlsplit(url).hostname} can't be reached ({type(error).__name__}).") from None
        if answer.status_code >= 500:
            raise OrgUnavailable(f"{urlsplit(url).hostname} answers with an error (HTTP {answer.status_code}).")
        try:
            return answer.json()
        except ValueError:
            return None


_CHECK: Final = "Check SF_PRODUCTION_URL, and that SF_LOGIN_URL is the My Domain URL of one of its sandboxes."


def _codes(told: Any) -> list[str]:
    """Error codes of a REST answer (a list) or of an OAuth answer (an object)."""
    if isinstance(told, dict):
        return [str(told[key]) for key in ("error", "error_description") if key in told]
    return [str(one.get("errorCode", "")) for one in told if isinstance(one, dict)] if isinstance(told, list) else []
