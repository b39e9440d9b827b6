"""``aws-secretsmanager:NAME[?region=REGION]``: the unit as one version of a secret in AWS Secrets Manager (extra ``aws``).

Access and, without ``region``, the region come from where boto3 looks: environment, ``~/.aws``, the machine's role. The old
version keeps the label AWSPREVIOUS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import parse_qs

from automation.credentials import Credentials
from automation.delivery import unit
from automation.delivery.extras import failed, request_token, require

if TYPE_CHECKING:
    from collections.abc import Callable

TRIES = 5
"""How often boto3 tries a request that was throttled or hit a fault of the service; it waits longer each time."""


class SecretsManager:
    """A secret of AWS Secrets Manager; made when it is not there."""

    can_read: ClassVar[bool] = True

    def __init__(self, text: str) -> None:
        require("boto3", "aws")
        self.secret, _, options = text.partition("?")
        given = parse_qs(options, strict_parsing=bool(options))
        if not self.secret or set(given) - {"region"}:
            raise ValueError(f"{text!r} names no secret with at most a region")
        self.region = given["region"][0] if "region" in given else None

    @property
    def name(self) -> str:
        return f"aws-secretsmanager:{self.secret}" + (f"?region={self.region}" if self.region else "")

    def read(self) -> Credentials | None:
        answer = self._call("read", lambda client: client.get_secret_value(SecretId=self.secret), "ResourceNotFoundException")
        return None if answer is None else unit.from_text(answer.get("SecretString") or "")

    def write(self, credentials: Credentials) -> None:
        value = {"SecretString": unit.to_text(credentials), "ClientRequestToken": request_token(credentials)}
        put = self._call(
            "written", lambda client: client.put_secret_value(SecretId=self.secret, **value), "ResourceNotFoundException"
        )
        if put is None:
            self._call("written", lambda client: client.create_secret(Name=self.secret, **value))

    def _call(self, what: str, request: Callable[[Any], Any], none_for: str = "") -> Any:
        """One request; None when the service answers with the error code ``none_for``."""
        import boto3
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            config = Config(retries={"total_max_attempts": TRIES, "mode": "standard"})
            return request(boto3.client("secretsmanager", region_name=self.region, config=config))
        except ClientError as error:
            code, message = error.response["Error"]["Code"], error.response["Error"].get("Message", "")
            if code == none_for:
                return None
        except BotoCoreError as error:
            code, message = type(error).__name__, str(error)
        raise failed(f"AWS secret {self.secret}", what, f"{code}: {message}", code)
