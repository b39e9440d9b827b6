"""Reading an org over REST with the proof token. Reads only; answers "not allowed" apart from "not there"."""

from __future__ import annotations

import urllib.parse
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from automation.errors import OrgBusy, OrgUnavailable, ProofFailed, RunbookError
from automation.network.backoff import Patience
from automation.network.certificates import ca_file_of
from automation.network.failures import Trouble
from automation.org_api.token import Token
from automation.secrets import scrub

if TYPE_CHECKING:
    import httpx

NOT_ALLOWED: Final = frozenset(
    {"INVALID_TYPE", "INVALID_FIELD", "INSUFFICIENT_ACCESS", "INSUFFICIENT_ACCESS_OR_READONLY", "NOT_FOUND",
     "FUNCTIONALITY_NOT_ENABLED", "INVALID_QUERY_FILTER_OPERATOR", "MALFORMED_QUERY"}
)  # fmt: skip
"""Error codes that mean: this user does not see that. Salesforce hides an object by pretending that it is not there."""

READING: Final = Patience(limit=20.0)

OLD_VERSION: Final = "60.0"
"""Spring '24, the first with the client credentials flow in the policies; for an org that does not name its versions."""


@dataclass(frozen=True)
class NotReadable:
    """The org does not let this user read something, or does not have it. ``code`` is Salesforce's ``errorCode``."""

    code: str
    message: str


def newest_version(answer: object) -> str | None:
    """The newest of the versions in the answer of ``GET /services/data/``; None when it is no such answer."""
    listed = answer if isinstance(answer, list) else []
    versions = [str(one["version"]) for one in listed if isinstance(one, dict) and "version" in one]
    return max(versions, key=_number, default=None)


def _number(version: str) -> float:
    return float(version) if version.replace(".", "", 1).isdigit() else 0.0


@dataclass
class Rest:
    """The REST API of one org as the user of ``token``. ``host`` is the My Domain host the token came from."""

    client: httpx.Client
    host: str
    token: Token
    patience: Patience = READING
    known_version: str | None = None

    @property
    def version(self) -> str:
        """The newest API version of the org, such as ``67.0`` (``GET /services/data/``), or one that every org has."""
        if self.known_version is None:
            self.known_version = newest_version(self.get("/services/data/")) or OLD_VERSION
        return self.known_version

    def query(self, soql: str) -> list[dict[str, Any]] | NotReadable:
        """The records of a query (first page: up to 2,000), or why this user may not ask."""
        answer = self.get(f"/services/data/v{self.version}/query", {"q": soql})
        if isinstance(answer, NotReadable):
            return answer
        records = answer.get("records") if isinstance(answer, dict) else None
        return list(records) if isinstance(records, list) else NotReadable("NO_RECORDS", "the answer has no records")

    def describe(self, name: str) -> dict[str, Any] | NotReadable:
        """What this user may do with an object: ``queryable``, ``createable``, ``updateable``, ``deletable``, ``fields``."""
        answer = self.get(f"/services/data/v{self.version}/sobjects/{urllib.parse.quote(name)}/describe")
        return answer if isinstance(answer, dict | NotReadable) else NotReadable("NO_OBJECT", "the answer is no object")

    def describe_all(self) -> dict[str, dict[str, Any]] | NotReadable:
        """The same rights for all objects that this user sees, by API name, in one request (Describe Global)."""
        answer = self.get(f"/services/data/v{self.version}/sobjects")
        if isinstance(answer, NotReadable):
            return answer
        found = answer.get("sobjects") if isinstance(answer, dict) else None
        if not isinstance(found, list):
            return NotReadable("NO_OBJECTS", "the answer names no objects")
        return {str(one["name"]): one for one in found}

    def userinfo(self) -> dict[str, Any] | NotReadable:
        """``GET /services/oauth2/userinfo``. Whether a token with ``api`` alone may ask is not known; both are handled."""
        answer = self.get("/services/oauth2/userinfo")
        return answer if isinstance(answer, dict) else NotReadable("NO_USERINFO", "userinfo gave no object")

    def get(self, path: str, params: dict[str, str] | None = None) -> Any:
        """Decoded JSON, or NotReadable. Reading is repeated while the org is unreachable or answers 5xx.

        Raises:
            OrgUnavailable: still so when patience ended.
            ProofFailed: the token is not good for the REST API at all.
        """
        tries = self.patience.start()
        while True:
            answer = self._get_once(path, params)
            if not isinstance(answer, OrgUnavailable):
                return answer
            delay = tries.again()
            if delay is None:
                raise answer
            self.patience.wait(delay)

    def _get_once(self, path: str, params: dict[str, str] | None) -> Any:
        import httpx

        headers = {"Authorization": f"Bearer {self.token.value.reveal()}", "Accept": "application/json"}
        try:
            response = self.client.get(f"https://{self.host}{path}", params=params, headers=headers, follow_redirects=False)
        except httpx.HTTPError as error:
            trouble = Trouble.of(error, self.host, ca_file_of(self.client))
            return OrgUnavailable(f"{self.host} could not be reached over REST: {trouble.text}.", next=trouble.cure)
        return self._decode(response, path)

    def _decode(self, response: httpx.Response, path: str) -> Any:
        if response.status_code >= 500:
            return OrgUnavailable(f"{self.host} answered {response.status_code} to a REST request.")
        try:
            body = response.json()
        except ValueError:
            body = None
        if response.status_code == 200 and body is not None:
            return body
        return self._refused(response.status_code, body, path)

    def _refused(self, status: int, body: Any, path: str) -> NotReadable:
        first = body[0] if isinstance(body, list) and body and isinstance(body[0], dict) else {}
        code = str(first.get("errorCode", ""))
        message = scrub(str(first.get("message", "")))[:200]
        fatal = self._fatal(status, code, message) if path.startswith("/services/data") else None
        if fatal is not None:
            raise fatal
        return NotReadable(code or f"HTTP_{status}", message)

    def _fatal(self, status: int, code: str, message: str) -> RunbookError | None:
        """What makes all further reading pointless; anything else means only that this one thing is not readable."""
        if "not valid for use with the REST API" in message or code == "API_DISABLED_FOR_ORG":
            return ProofFailed(
                f"{self.host} gave a token that may not use the REST API ({message or code}).",
                next="Select the scope api for the app, and give the Run As user the permission API Enabled.",
            )
        if status == 401:
            return ProofFailed(
                f"{self.host} gave a token and then refused it ({code or status}).",
                next="Check the session policies of the app and of the Run As user's profile, then run again.",
            )
        if code == "REQUEST_LIMIT_EXCEEDED":
            return OrgBusy(f"{self.host} has used up its API requests of the last 24 hours.")
        return None
