"""The fields of an External Client App, the same on the create form and on the Settings tab."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flows.pages.base import Region
from flows.pages.checkbox import Checkbox
from flows.pages.choice import Choice
from flows.pages.dual_list import DualList
from flows.pages.fields import TextField
from flows.pages.labels import Labels
from flows.pages.snapshot import Snapshot, take


@dataclass(frozen=True)
class AppFields:
    """Locators of the documented fields inside a region (steps 1.4 to 1.6)."""

    region: Region
    labels: Labels
    timeout: float
    seen: Snapshot | None = None

    def as_seen(self) -> AppFields:
        """The same fields with what is there now, so that reading them all is one round trip. Not for use after a change."""
        return replace(self, seen=take(self.region))

    def _text(self, key: str) -> TextField:
        return TextField(self.region, self.labels, key, self.timeout, self.seen)

    def _box(self, key: str) -> Checkbox:
        return Checkbox(self.region, self.labels, key, self.timeout, self.seen)

    @property
    def name(self) -> TextField:
        return self._text("create.name")

    @property
    def api_name(self) -> TextField:
        return self._text("create.api_name")

    @property
    def contact_email(self) -> TextField:
        return self._text("create.contact_email")

    @property
    def distribution_state(self) -> Choice:
        return Choice(self.region, self.labels, "create.distribution_state", self.timeout, self.seen)

    @property
    def enable_oauth(self) -> Checkbox:
        return self._box("create.enable_oauth")

    @property
    def callback_url(self) -> TextField:
        return self._text("create.callback_url")

    @property
    def scopes(self) -> DualList:
        return DualList(self.region, self.labels, self.timeout, self.seen)

    @property
    def client_credentials(self) -> Checkbox:
        return self._box("create.client_credentials")

    @property
    def other_flows(self) -> dict[str, Checkbox]:
        """The flows that the document does not enable, by label key."""
        keys = ("create.code_credentials", "create.device", "create.jwt_bearer", "create.token_exchange")
        return {key: self._box(key) for key in keys}

    @property
    def secret_web_server(self) -> Checkbox:
        return self._box("create.secret_web_server")

    @property
    def secret_refresh_token(self) -> Checkbox:
        return self._box("create.secret_refresh_token")

    @property
    def pkce(self) -> Checkbox:
        return self._box("create.pkce")
