"""``github-actions:OWNER/REPO[?name=NAME]``: the unit as one encrypted Actions secret of a repository (extra ``github``).

The secret is one JSON text, by default named SALESFORCE_CREDENTIALS, so that a workflow never sees a mixed pair:
``fromJSON(secrets.SALESFORCE_CREDENTIALS).client_id``. As GitHub masks only the whole text in logs, a workflow that takes it
apart has to ``::add-mask::`` the parts. GitHub never gives a secret back, so a second secret, ``NAME_OF_<mark>``, says by
its name whose pair it is. Access: ``GITHUB_TOKEN`` or ``GH_TOKEN`` with the permission "Secrets: write"; the workflow's own
token never has it. PyGithub would be a second HTTP client for five requests, and leaves no way to limit the size of an answer.
"""

from __future__ import annotations

import base64
import os
import re
import time
from typing import TYPE_CHECKING, Any, ClassVar, Final
from urllib.parse import parse_qs, urljoin, urlsplit

from automation.delivery import unit
from automation.delivery.extras import failed, said
from automation.delivery.limits import redirected
from automation.delivery.target import Target
from automation.delivery.unit import Held, mark
from automation.errors import DeliveryFailed
from automation.network.backoff import Patience
from automation.network.http import retry_after, ssl_context
from automation.secrets.credentials import Credentials
from automation.secrets.text_files import json_object

if TYPE_CHECKING:
    import httpx

DEFAULT_NAME: Final = "SALESFORCE_CREDENTIALS"
PATIENCE: Final = Patience(limit=60.0, first=1.0, factor=2.0)
LARGEST: Final = 1 << 20
"""Bytes of an answer. A hundred secrets, all that a repository may have, are listed in far less."""
REDIRECTS: Final = 3
"""A renamed repository answers with one, on the same host."""
_BUSY: Final = frozenset({429, 500, 502, 503, 504})


class ActionsSecret(Target):
    """A repository secret. It can't be read; the names of a repository's secrets can."""

    can_read: ClassVar[bool] = False

    def __init__(self, text: str, patience: Patience = PATIENCE) -> None:
        self.repository, _, options = text.partition("?")
        given = parse_qs(options, strict_parsing=bool(options))
        self.secret = given.get("name", [DEFAULT_NAME])[0]
        if re.fullmatch(r"[A-Za-z0-9_.-]+/(?!\.\.?$)[A-Za-z0-9_.-]+", self.repository) is None or set(given) - {"name"}:
            raise ValueError(f"{text!r} is not OWNER/REPO with at most a name")
        if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", self.secret) is None or self.secret.upper().startswith("GITHUB_"):
            raise ValueError(f"{self.secret!r} is not a name for a secret (ASCII letters, digits, underscores; not GITHUB_...)")
        self.patience = patience
        self.name = f"github-actions:{self.repository}" + ("" if self.secret == DEFAULT_NAME else f"?name={self.secret}")
        self._marked = f"{self.secret.upper()}_OF_"

    @property
    def place(self) -> str:
        return f"github-actions:{self.repository}?name={self.secret}".lower()

    def _held(self) -> Held:
        listed = self._call("GET", "?per_page=100").get("secrets")
        if not isinstance(listed, list):
            raise self._failed("read", "an answer that is no list of secrets")
        names = [str(one.get("name", "")).upper() for one in listed if isinstance(one, dict)]
        marks = tuple(name.removeprefix(self._marked) for name in names if name.startswith(self._marked))
        missing = self.secret.upper() not in names
        unmarked = "a secret of that name that this tool did not put there" if not missing and not marks else None
        return Held(other=unmarked, marks=marks, missing=missing)

    def _put(self, credentials: Credentials, held: Held) -> None:
        marked = f"/{self._marked}{mark(credentials.host, credentials.app)}"
        key = self._call("GET", "/public-key")
        self._call("PUT", marked, _sealed(key, credentials.app))
        now = self._held().foreign(credentials.host, credentials.app)
        if now is not None and not self.replaces:  # somebody else came at the same moment: both see both marks
            self._call("DELETE", marked)
            raise self._failed("written", f"somebody else put {now} there at the same moment")
        for old in held.marks if self.replaces else ():
            if not marked.endswith(old):
                self._call("DELETE", f"/{self._marked}{old}")
        self._call("PUT", f"/{self.secret}", _sealed(key, unit.to_text(credentials)))

    def _call(self, method: str, what: str, body: dict[str, str] | None = None) -> dict[str, Any]:
        """One request, repeated while GitHub is busy: every one may be made twice without harm."""
        import httpx

        url = f"{os.environ.get('GITHUB_API_URL', 'https://api.github.com')}/repos/{self.repository}/actions/secrets{what}"
        tries = self.patience.start()
        with httpx.Client(timeout=30.0, headers=_headers(), verify=ssl_context(None)) as client:
            while True:
                status: int | None = None
                try:
                    response, data = _answered(client, method, url, body)
                except httpx.HTTPError as error:
                    trouble, wait = said(error), 0.0
                else:
                    if response.is_success:
                        return self._object(data) if data else {}
                    status, trouble, wait = response.status_code, _said(response, data), _asked_to_wait(response)
                delay = tries.again(at_least=wait) if status is None or status in _BUSY or wait else None
                if delay is None:
                    raise self._failed("read" if method == "GET" else "written", trouble, 429 if wait else status)
                self.patience.wait(delay)

    def _object(self, data: bytes) -> dict[str, Any]:
        tree = json_object(data)
        if tree is None:
            raise self._failed("read", "an answer that is no JSON object, as a login portal or proxy gives")
        return tree

    def _failed(self, what: str, trouble: str, status: int | None = None) -> DeliveryFailed:
        return failed(f"GitHub secret {self.secret} of {self.repository}", what, trouble, status)


def _answered(client: httpx.Client, method: str, url: str, body: dict[str, str] | None) -> tuple[httpx.Response, bytes]:
    """An answer and its body, up to `LARGEST`. A redirect is followed on the same host alone, as it carries token and pair."""
    for _ in range(REDIRECTS):
        with client.stream(method, url, json=body) as response:
            data = b""
            for piece in response.iter_bytes(1 << 16):
                data += piece
                if len(data) > LARGEST:
                    raise DeliveryFailed(f"GitHub's answer is larger than {LARGEST} bytes.", next="Check what answers there.")
        if not response.has_redirect_location:
            return response, data
        there = urljoin(url, response.headers["location"])
        if urlsplit(there)[:2] != urlsplit(url)[:2]:
            raise redirected(there)
        url = there
    raise DeliveryFailed(f"GitHub redirects more than {REDIRECTS} times.", next="Name the repository as it is called now.")


def _headers() -> dict[str, str]:
    token = os.environ.get("GITHUB_TOKEN") or os.environ.get("GH_TOKEN")
    if not token or not token.isascii() or not token.isprintable():
        wrong = "GITHUB_TOKEN holds characters that no token has" if token else "neither GITHUB_TOKEN nor GH_TOKEN is set"
        raise failed("The GitHub secret", "written", wrong, 401)
    return {
        "Accept": "application/vnd.github+json",
        "Authorization": f"Bearer {token}",
        "X-GitHub-Api-Version": "2022-11-28",
    }


def _sealed(key: dict[str, Any], text: str) -> dict[str, str]:
    """The body of a request for a secret: encrypted for the repository alone, by a libsodium sealed box."""
    from nacl.exceptions import CryptoError
    from nacl.public import PublicKey, SealedBox

    try:
        box = SealedBox(PublicKey(base64.b64decode(key["key"])))
        return {"encrypted_value": base64.b64encode(box.encrypt(text.encode())).decode(), "key_id": str(key["key_id"])}
    except (KeyError, TypeError, ValueError, CryptoError):
        raise failed("The GitHub secret", "written", "GitHub gave no public key that can be used") from None


def _said(response: httpx.Response, data: bytes) -> str:
    return f"{response.status_code} {(json_object(data) or {}).get('message', '')}".strip()


def _asked_to_wait(response: httpx.Response) -> float:
    """Seconds that a rate limit asks for: 403 or 429 with ``Retry-After``, or with the second at which the limit ends."""
    if (wait := retry_after(response)) or response.headers.get("x-ratelimit-remaining") != "0":
        return wait
    reset = re.fullmatch(r"[0-9]{1,11}", response.headers.get("x-ratelimit-reset", ""))
    return max(1.0, float(reset[0] if reset else 0) - time.time())
