"""A browser without a browser: follows the replica's pages over HTTP, for tests of its rules."""

from __future__ import annotations

import functools
import html
import json
import re
import ssl
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

import httpx

if TYPE_CHECKING:
    from automation.replica import OrgHandle, Replica

PASSING = re.compile(r"window\.location\.replace\((\"[^)]*\")\);</script></body>")
CODE = re.compile(r": (\d{6})\b")

APP: dict[str, Any] = {
    "label": "ServiceMax Service Board Sync",
    "developerName": "ServiceMax_Service_Board_Sync",
    "contactEmail": "admin@acme.example",
    "distributionState": "Local",
    "oauth": {
        "enabled": True,
        "callbackUrl": "https://acme.serviceboard.example/oauth",
        "scopes": ["id", "api"],
        "flows": {"clientCredentials": True},
    },
}
"""What the create form sends for the document's app."""


@functools.cache
def _trust(ca_file: str) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=ca_file)


def client(replica: Replica) -> httpx.Client:
    """An HTTP client that reaches the replica as a company's machine would."""
    return httpx.Client(
        proxy=replica.proxy_url, verify=_trust(str(replica.ca_file)), trust_env=False, follow_redirects=True, timeout=20
    )


class Visitor:
    """One browser: cookies, the page it is on, forms. ``page`` is the last answer."""

    def __init__(self, org: OrgHandle) -> None:
        self.org = org
        self.http = client(org.replica)
        self.page: httpx.Response = httpx.Response(204)

    @property
    def path(self) -> str:
        """The path of the page."""
        return self.page.url.path

    @property
    def host(self) -> str:
        """The host of the page."""
        return self.page.url.host

    def open(self, url: str) -> httpx.Response:
        """Open an address (a path: on My Domain), through redirects and passing-through pages."""
        return self._arrive(self.http.get(urljoin(self.org.login_url, url)))

    def _arrive(self, answer: httpx.Response) -> httpx.Response:
        while found := PASSING.search(answer.text):
            answer = self.http.get(json.loads(found[1]))
        self.page = answer
        return answer

    def submit(self, **fields: str) -> httpx.Response:
        """Send the page's form with its hidden values and ``fields``."""
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)"[^>]*? value="([^"]*)"', self.page.text))
        action = re.search(r'<form[^>]* action="([^"]*)"', self.page.text)
        target = urljoin(str(self.page.url), html.unescape(action[1]) if action else "")
        values = {name: html.unescape(value) for name, value in hidden.items()} | fields
        return self._arrive(self.http.post(target, data=values))

    def sign_in(self, start: str = "", username: str = "", password: str = "") -> httpx.Response:
        """Type username and password into the login page of ``start``, on one or two pages."""
        self.open(start or "/")
        name, word = username or self.org.admin.username, password or self.org.admin.password
        if 'name="pw"' not in self.page.text:
            self.submit(username=name)
            return self.submit(pw=word)
        return self.submit(username=name, pw=word)

    def code(self) -> str:
        """The newest code in the org's emails."""
        return str(CODE.findall(self.org.mail()[-1]["text"])[-1])

    def log_in(self, start: str = "/lightning/setup/SetupOneHome/home") -> httpx.Response:
        """Log in with an emailed code, if one is asked for."""
        self.sign_in(start)
        return self.submit(emc=self.code()) if 'id="emc"' in self.page.text else self.page

    def error(self) -> str:
        """The visible error text of the page."""
        found = re.search(r'<div (?:id="error" class="loginError" ?|class="errorMsg"[^>]*)>([^<]+)<', self.page.text)
        return html.unescape(found[1]) if found else ""

    def aura(self, action: str, **params: Any) -> dict[str, Any]:
        """Call one action of the Setup pages."""
        url = f"{self.org.login_url.replace('.my.salesforce.com', '.my.salesforce-setup.com')}/aura"
        answer: dict[str, Any] = self.http.post(url, params={"action": action}, json={"params": params}).json()
        return answer

    def create_app(self, **changes: Any) -> str:
        """Create the document's app and return its id."""
        made = self.aura("createApp", app=APP | changes)
        return str(made["value"]["id"])

    def set_policies(self, app_id: str, **changes: Any) -> dict[str, Any]:
        """Save the document's policies, or others."""
        wanted = {"clientCredentialsEnabled": True, "runAs": self.org.run_as, "ipRelaxation": "Bypass"} | changes
        return self.aura("savePolicies", id=app_id, policies=wanted)

    def token(self, **fields: str) -> httpx.Response:
        """Ask for a token with the first app's real pair; an empty field is left out."""
        app = self.org.truth()["apps"][0]
        form = {"grant_type": "client_credentials", "client_id": app["key"], "client_secret": app["secret"]} | fields
        wanted = {name: value for name, value in form.items() if value}
        return self.http.post(f"{self.org.login_url}/services/oauth2/token", data=wanted)

    def query(self, token: str, soql: str) -> Any:
        """The records of a SOQL query, or the errors."""
        url = f"{self.org.login_url}/services/data/v67.0/query"
        answer = self.http.get(url, params={"q": soql}, headers={"Authorization": f"Bearer {token}"}).json()
        return answer["records"] if isinstance(answer, dict) else answer
