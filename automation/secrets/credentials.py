"""The pair that the whole run is about, always kept together with where and when it is valid."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from automation.secrets import Secret


@dataclass(frozen=True)
class Credentials:
    """Consumer key and secret as one unit with their org.

    Attributes:
        client_id: the consumer key.
        client_secret: the consumer secret.
        token_url: ``https://<My Domain>/services/oauth2/token``.
        instance_url: ``https://<My Domain>``.
        org_id: 18 characters when proven, else None.
        host: My Domain host name.
        app: API name of the External Client App.
        created_at: when the pair was read, ISO 8601 in UTC.
    """

    client_id: Secret
    client_secret: Secret
    token_url: str
    instance_url: str
    org_id: str | None
    host: str
    app: str
    created_at: str

    @property
    def fingerprint(self) -> str:
        """First 12 hex digits of the key's SHA-256: distinguishes pairs without showing them."""
        return hashlib.sha256(self.client_id.reveal().encode()).hexdigest()[:12]
