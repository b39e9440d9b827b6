"""``github-actions:OWNER/REPO[?name=NAME]``: the unit as one encrypted Actions secret of a repository (extra ``github``).

The secret is one JSON text, by default named SALESFORCE_CREDENTIALS, so that a workflow never sees a mixed pair:
``fromJSON(secrets.SALESFORCE_CREDENTIALS).client_id``. As GitHub masks only the whole text in logs, a workflow that takes it
apart has to ``::add-mask::`` the parts. Access: ``GITHUB_TOKEN`` or ``GH_TOKEN`` with the permission "Secrets: write"; the
workflow's own token never has it.
"""

from __future__ import annotations

import base64
import os
import re
from typing import TYPE_CHECKING, Any, ClassVar, Final
from urllib.parse import parse_qs

from automation.credentials import Credentials
from automation.delivery import unit
from automation.delivery.extras import failed, require
from automation.network.backoff import Patience

if TYPE_CHECKING:
    import httpx

DEFAULT_NAME: Final = "SALESFORCE_CREDENTIALS"
PATIENCE: Final = Patience(limit=60.0, first=1.0, factor=2.0)
_BUSY: Final = frozenset({429, 500, 502, 503, 504})


class ActionsSecret:
    """A repository secret. GitHub never gives a secret back, so it can't be read."""

    can_read: ClassVar[bool] = False

    def __init__(self, text: str, patience: Patience = PATIENCE) -> None:
        require("nacl", "github")
        self.repository, _, options = text.partition("?")
        given = parse_qs(options, strict_parsing=bool(options))
        self.secret = given.get("name", [DEFAULT_NAME])[0]
        if re.fullmatch(r"[\w.-]+/[\w.-]+", self.repository) is None or set(given) - {"name"}:
            raise ValueError(f"{text!r} is not OWNER/REPO with at most a name")
        if re.fullmatch(r"[A-Za-z_]\w*", self.secret) is None:
            raise ValueError(f"{self.secret!r} is not a name for a secret")
        self.patience = patience

    @property
    def name(self) -> str:
        return f"github-actions:{self.repository}" + ("" if self.secret == DEFAULT_NAME else f"?name={self.secret}")

    def read(self) -> Credentials | None:
        return None

    def write(self, credentials: Credentials) -> None:
        key = self._call("GET", "public-key").json()
        sealed = _seal(key["key"], unit.to_text(credentials))
        self._call("PUT", self.secret, {"encrypted_value": sealed, "key_id": key["key_id"]})

    def _call(self, method: str, what: str, body: dict[str, str] | None = None) -> httpx.Response:
        """One request, repeated while GitHub is busy: both requests may be made twice without harm."""
        import httpx

        url = f"{os.environ.get('GITHUB_API_URL', 'https://api.github.com')}/repos/{self.repository}/actions/secrets/{what}"
        tries = self.patience.start()
        while True:
            status: int | None = None
            try:
                response = httpx.request(method, url, json=body, headers=_headers(), timeout=30.0)
            except httpx.HTTPError as error:
                trouble, wait = type(error).__name__, 0.0
            else:
                if response.is_success:
                    return response
                status, trouble, wait = response.status_code, _said(response), _seconds(response)
            delay = tries.again(at_least=wait) if status is None or status in _BUSY or wait else None
            if delay is None:
                raise failed(f"GitHub secret {self.secret} of {self.repository}", "written", trouble, status)
            self.patience.wait(delay)


def _headers() -> dict[str, str]:
    token = os.environ.get("GITHUB_TOKEN") or os.environ.get("GH_TOKEN")
    if not token:
        raise failed("The GitHub secret", "written", "neither GITHUB_TOKEN nor GH_TOKEN is set", 401)
    return {
        "Accept": "application/vnd.github+json",
        "Authorization": f"Bearer {token}",
        "X-GitHub-Api-Version": "2022-11-28",
    }


def _seal(public_key: str, text: str) -> str:
    """Encrypt for the repository alone: a libsodium sealed box, base64."""
    from nacl.public import PublicKey, SealedBox

    return base64.b64encode(SealedBox(PublicKey(base64.b64decode(public_key))).encrypt(text.encode())).decode()


def _said(response: httpx.Response) -> str:
    try:
        body: Any = response.json()
    except ValueError:
        body = None
    message = body.get("message", "") if isinstance(body, dict) else ""
    return f"{response.status_code} {message}".strip()


def _seconds(response: httpx.Response) -> float:
    """What a rate limit asks for; GitHub answers 403 or 429 with ``Retry-After``."""
    text = response.headers.get("retry-after", "")
    return float(text) if text.isdigit() else 0.0
