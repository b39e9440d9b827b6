"""``aws-secretsmanager:NAME[?region=REGION]``: the unit as one version of a secret in AWS Secrets Manager (extra ``aws``).

Access and, without ``region``, the region come from where boto3 looks: environment, ``~/.aws``, the machine's role. The old
version keeps the label AWSPREVIOUS.
"""

from __future__ import annotations

import hashlib
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs

from automation.delivery import unit
from automation.delivery.extras import failed
from automation.delivery.limits import limit
from automation.delivery.target import Target
from automation.delivery.unit import Held
from automation.secrets.credentials import Credentials

if TYPE_CHECKING:
    from collections.abc import Callable

MISSING: Final = "ResourceNotFoundException"
TRIES = 5
"""How often boto3 tries a request that was throttled or hit a fault of the service; it waits longer each time."""


class SecretsManager(Target):
    """A secret of AWS Secrets Manager; made when it is not there."""

    def __init__(self, text: str) -> None:
        self.secret, _, options = text.partition("?")
        given = parse_qs(options, strict_parsing=bool(options))
        if not self.secret or set(given) - {"region"}:
            raise ValueError(f"{text!r} names no secret with at most a region")
        self.region = given["region"][0] if "region" in given else None
        self.name = f"aws-secretsmanager:{self.secret}" + (f"?region={self.region}" if self.region else "")

    def _held(self) -> Held:
        answer = self._call("read", lambda client: client.get_secret_value(SecretId=self.secret), MISSING)
        if answer is None:
            return Held()
        return unit.held_in_text(answer.get("SecretString") or answer.get("SecretBinary") or b"", answer.get("VersionId"))

    def _put(self, credentials: Credentials, held: Held) -> None:
        text = unit.to_text(credentials, held.rest)
        # The token lets the service know a repeated request from a second one.
        value = {"SecretString": text, "ClientRequestToken": hashlib.sha256(text.encode()).hexdigest()}
        put = self._call("written", lambda client: client.put_secret_value(SecretId=self.secret, **value), MISSING)
        if put is None:
            self._call("written", lambda client: client.create_secret(Name=self.secret, **value))
        elif held.version not in (None, put.get("VersionId")):
            self._require_nothing_between(held.version)

    def _require_nothing_between(self, version: str) -> None:
        """The version before ours must be the one that was read: the service has no condition for writing."""
        before = self._call(
            "read", lambda client: client.get_secret_value(SecretId=self.secret, VersionStage="AWSPREVIOUS"), MISSING
        )
        if before is not None and before.get("VersionId") != version:
            raise failed(f"AWS secret {self.secret}", "written", "check-and-set: another version came in between")

    def _call(self, what: str, request: Callable[[Any], Any], none_for: str = "") -> Any:
        """One request; None when the service answers with the error code ``none_for``."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            with closing(_client(self.region)) as client:
                return request(client)
        except ClientError as error:
            problem = error.response.get("Error", {})
            code, message = str(problem.get("Code", "")), str(problem.get("Message", ""))
            if code == none_for:
                return None
        except BotoCoreError as error:
            code, message = type(error).__name__, str(error)
        raise failed(f"AWS secret {self.secret}", what, f"{code}: {message}", code)


def _client(region: str | None) -> Any:
    import boto3
    from botocore.config import Config

    config = Config(retries={"total_max_attempts": TRIES, "mode": "standard"}, connect_timeout=15, read_timeout=30)
    client = boto3.client("secretsmanager", region_name=region, config=config)
    limit(client._endpoint.http_session._manager)  # noqa: SLF001 - the library has no limit of its own, nor a public way to one
    return client
