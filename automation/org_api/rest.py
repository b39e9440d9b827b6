"""Reading an org over REST with the proof token. Reads only; keeps "not allowed" apart from "not there"."""

from __future__ import annotations

import re
import urllib.parse
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from automation.errors import OrgBusy, OrgUnavailable, ProofFailed, RunbookError
from automation.network.backoff import Patience
from automation.network.failures import Failure
from automation.network.http import decoded, send
from automation.org_api.token import Token
from automation.salesforce import hosts
from automation.secrets import scrub

if TYPE_CHECKING:
    import httpx

NO_RECORDS: Final = "NO_RECORDS"
"""Our own code for an answer to a query that is none."""

READING: Final = Patience(limit=20.0)

OLD_VERSION: Final = "60.0"
"""Spring '24, the first with the client credentials flow in the policies; for an org that does not name its versions."""


@dataclass(frozen=True)
class NotReadable:
    """The org does not let this user read something, or does not have it. ``code`` is Salesforce's ``errorCode``."""

    code: str
    message: str


VERSION_TIMEOUT: Final = 10.0
"""Seconds for the list of API versions: a slow answer must not hold up a proof, for which an old version does as well."""

MOST_PAGES: Final = 25
"""Pages of a query that are read: 50,000 records."""


def text_of(value: object) -> str | None:
    """A value of an answer, if it is a text that is not empty."""
    return value if isinstance(value, str) and value else None


def newest_version(answer: object) -> str | None:
    """The newest of the versions in the answer of ``GET /services/data/``; None when it is no such answer."""
    listed = answer if isinstance(answer, list) else []
    named = (one.get("version") for one in listed if isinstance(one, dict))
    versions = [one for one in named if isinstance(one, str) and re.fullmatch(r"[0-9]{1,4}\.[0-9]{1,2}", one)]
    return max(versions, key=float, default=None)


def ask_version(client: httpx.Client, host: str) -> str | None:
    """The newest API version of an org, which needs no token; None when the org answers something else.

    Where it does not answer in time, `OLD_VERSION`: asking again would take as long.
    """
    answer = send(client, "GET", f"https://{host}/services/data/", timeout=VERSION_TIMEOUT)
    if isinstance(answer, Failure):
        return OLD_VERSION
    return newest_version(decoded(answer)) if answer.status_code == 200 else None


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
            self.known_version = ask_version(self.client, self.host) or OLD_VERSION
        return self.known_version

    def query(self, soql: str) -> list[dict[str, Any]] | NotReadable:
        """All records of a query, or why this user may not ask."""
        return self.records(f"/services/data/v{self.version}/query", soql)

    def records(self, path: str, soql: str) -> list[dict[str, Any]] | NotReadable:
        """As `query`, for any resource that answers in pages (``tooling/query``). Pages have up to 2,000 records.

        Only the path of a next page is used, and only below ``/services/data/``: the token goes to no other host.
        """
        found: list[dict[str, Any]] = []
        answer = self.get(path, {"q": soql})
        for _ in range(MOST_PAGES):
            if isinstance(answer, NotReadable):
                return answer
            records = answer.get("records") if isinstance(answer, dict) else None
            if not isinstance(records, list) or not all(isinstance(one, dict) for one in records):
                return NotReadable(NO_RECORDS, "the answer has no records")
            found += records
            following = _next_page(answer, self.host)
            if following is None:
                return found
            answer = self.get(following)
        return found

    def describe(self, name: str) -> dict[str, Any] | NotReadable:
        """What this user may do with an object: ``queryable``, ``createable``, ``updateable``, ``deletable``, ``fields``."""
        return self._object(f"/services/data/v{self.version}/sobjects/{urllib.parse.quote(name)}/describe")

    def describe_all(self) -> dict[str, dict[str, Any]] | NotReadable:
        """The same rights for all objects that this user sees, by API name, in one request (Describe Global)."""
        answer = self._object(f"/services/data/v{self.version}/sobjects")
        if isinstance(answer, NotReadable):
            return answer
        found = answer.get("sobjects")
        if not isinstance(found, list):
            return NotReadable("NO_OBJECTS", "the answer names no objects")
        named = [one for one in found if isinstance(one, dict) and isinstance(one.get("name"), str)]
        return {one["name"]: one for one in named}

    def userinfo(self) -> dict[str, Any] | NotReadable:
        """``GET /services/oauth2/userinfo``. Whether a token with ``api`` alone may ask is not known; both are handled."""
        answer = self.get("/services/oauth2/userinfo")
        return answer if isinstance(answer, dict) else NotReadable("NO_USERINFO", "userinfo gave no object")

    def _object(self, path: str) -> dict[str, Any] | NotReadable:
        answer = self.get(path)
        return answer if isinstance(answer, dict | NotReadable) else NotReadable("NO_OBJECT", "the answer is no object")

    def get(self, path: str, params: dict[str, str] | None = None) -> Any:
        """Decoded JSON, or NotReadable. Reading is repeated while the org is unreachable or answers 5xx.

        Raises OrgUnavailable when it is so until patience ended, ProofFailed when the token is not good for the REST API at all.
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
        headers = {"Authorization": f"Bearer {self.token.value.reveal()}", "Accept": "application/json"}
        response = send(self.client, "GET", f"https://{self.host}{path}", params=params, headers=headers)
        if isinstance(response, Failure):
            return response.error(self.host, "over REST")
        if response.status_code >= 500:
            return OrgUnavailable(f"{self.host} answered {response.status_code} to a REST request.")
        body = decoded(response)
        if response.status_code == 200 and body is not None:
            return body
        return self._refused(response.status_code, body, path)

    def _refused(self, status: int, body: Any, path: str) -> NotReadable:
        first = body[0] if isinstance(body, list) and body and isinstance(body[0], dict) else {}
        code, message = (scrub(one)[:200] if isinstance(one := first.get(key), str) else "" for key in ("errorCode", "message"))
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


def _next_page(answer: dict[str, Any], host: str) -> str | None:
    """The path of the next page of a query, which the org names as a path or as a URL of its own host; None for the last."""
    named = answer.get("nextRecordsUrl")
    page = hosts.parse_url(named) if isinstance(named, str) else None
    own = page is not None and (page.scheme, page.host) in {("", ""), ("https", host)}
    if page is None or answer.get("done") is True or not own or not page.path.startswith("/services/data/"):
        return None
    return page.path
