"""One org of the fleet: its settings, with secrets looked up only when they are needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from automation.fleet import references
from automation.salesforce.hosts import sandbox_name
from automation.settings import Settings, load_settings
from automation.settings.app_spec import DEFAULT_NAME, AppFile, AppSpec
from automation.settings.rules import api_name_for
from automation.settings.table import BY_NAME

ON_THE_WAY: Final = frozenset({"HTTPS_PROXY"})
"""Secret settings that are needed to ask the org anything at all."""

UNNEEDED: Final = frozenset({"SF_TOTP_SECRET", "BROWSER_WS", "BROWSER_CDP"})
"""Secret settings that nothing depends on until a browser starts."""

PLACEHOLDER: Final = "-"
"""Used for a password that is not looked up; too short to be searched for by the scrubber."""


@dataclass(frozen=True)
class Org:
    """An org as the orgs file describes it.

    Attributes:
        name: its table's name.
        texts: setting name to text; a secret's text is a reference.
        switches: the app's Security boxes, see `app_spec.SWITCHES`.
        deadline: seconds that a run on it may take.
        allow_production: the host, confirmed as production; None for sandboxes.
    """

    name: str
    host: str
    texts: Mapping[str, str] = field(repr=False)
    switches: Mapping[str, bool]
    deadline: float
    allow_production: str | None = None

    def settings(self) -> Settings:
        """All settings, with every secret looked up. Raises SettingsError."""
        return load_settings(
            {name: references.resolve(text) if self._refers(name) else text for name, text in self.texts.items()}, None
        )

    def settings_to_check(self, *, resolve: bool = True) -> Settings:
        """What a check needs; passwords stay where they are, and everything without ``resolve``. Raises SettingsError."""
        texts: dict[str, str] = {}
        for name, text in self.texts.items():
            if not self._refers(name):
                texts[name] = text
            elif name in ON_THE_WAY:
                texts |= {name: references.resolve(text)} if resolve else {}
            elif name not in UNNEEDED:
                texts[name] = PLACEHOLDER
        return load_settings(texts, None)

    def spec(self, settings: Settings, *, exact: bool = False) -> AppSpec:
        """The configured app; ``exact``: what it has beyond that is removed."""
        return AppSpec.from_settings(settings, exact=exact, app=AppFile({}, dict(self.switches)))

    @property
    def app_name(self) -> str:
        return self.texts.get("ECA_NAME") or DEFAULT_NAME

    @property
    def app(self) -> str:
        """API name of the configured app."""
        return self.texts.get("ECA_API_NAME") or api_name_for(self.app_name)

    @property
    def mailbox(self) -> str | None:
        """A digest that distinguishes mailboxes for verification codes; None when the org uses none."""
        if "SF_IMAP_URL" not in self.texts:
            return None
        from automation.access.codes.sources import mailbox_key

        return mailbox_key(self.texts["SF_IMAP_URL"], self.texts.get("SF_IMAP_USERNAME", ""))

    def _refers(self, name: str) -> bool:
        return BY_NAME[name].secret and references.is_reference(self.texts[name])


def with_suffix(username: str, host: str) -> str:
    """The username as a refresh leaves it in that sandbox: ``.<sandbox name>`` is appended to every one (`org-access` 6.1)."""
    suffix = sandbox_name(host)
    return username if suffix is None else f"{username}.{suffix.lower()}"


def has_suffix(username: str, host: str) -> bool:
    """Whether a username ends like those of that sandbox: then nobody knows whether it still gets the suffix."""
    suffix = sandbox_name(host)
    return suffix is not None and username.lower().endswith(f".{suffix.lower()}")
