"""The configured External Client App, as one checked value."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from automation.errors import SettingsError
from automation.secrets.text_files import read_toml

if TYPE_CHECKING:
    from automation.settings import Settings

DEFAULT_NAME: Final = "ServiceMax Service Board Sync"


@dataclass(frozen=True)
class AppSpec:
    """What the app is to be.

    Attributes:
        scopes: scope tokens (``id``, ``api``), see `rules.SCOPES` for their labels.
        run_as: username of the integration user.
        ip_relaxation: API value: Enforce, Enforce_RelaxRefresh, Bypass_2factor or Bypass.
        pkce: whether ``Require Proof Key for Code Exchange`` is ticked; the procedure clears it.
        exact: remove scopes and flows that are not configured, instead of only reporting them.
    """

    name: str
    api_name: str
    contact_email: str
    callback_url: str
    run_as: str
    distribution_state: str = "Local"
    scopes: tuple[str, ...] = ("id", "api")
    ip_relaxation: str = "Bypass"
    pkce: bool = False
    require_secret_web_server: bool = True
    require_secret_refresh_token: bool = True
    exact: bool = False

    @classmethod
    def from_settings(cls, settings: Settings, *, exact: bool = False, app: AppFile | None = None) -> AppSpec:
        """The app that the settings and, for what has no setting, the app file describe."""
        values: dict[str, Any] = {key: getattr(settings, name.lower()) for key, name in TEXTS.items()}
        return cls(**values | (app.switches if app is not None else {}), exact=exact)


SWITCHES: Final = ("pkce", "require_secret_web_server", "require_secret_refresh_token")
TEXTS: Final = {one.name: f"ECA_{one.name.upper()}" for one in dataclasses.fields(AppSpec) if one.name not in (*SWITCHES, "exact")}
"""Keys of an app file and the settings whose rules they follow."""


@dataclass(frozen=True)
class AppFile:
    """An app file (``--app FILE``, TOML): one recipe, for one of the vendor's sibling procedures.

    Attributes:
        settings: setting name to text; checked together with all other settings.
        switches: the Security boxes, which have no settings.
    """

    settings: dict[str, str]
    switches: dict[str, bool]

    @classmethod
    def read(cls, path: Path) -> AppFile:
        """Read an app file. Raises SettingsError, naming the file and every key that is wrong."""
        tree = read_toml(path, "app file")
        problems = [problem for key, value in tree.items() if (problem := _problem(key, value))]
        if problems:
            raise SettingsError(f"The app file {path} is wrong: {'; '.join(problems)}.")
        texts = {TEXTS[key]: _text(value) for key, value in tree.items() if key in TEXTS}
        return cls(texts, {key: value for key, value in tree.items() if key in SWITCHES})


def _problem(key: str, value: Any) -> str | None:
    if key in SWITCHES:
        return None if isinstance(value, bool) else f"{key} must be true or false"
    if key not in TEXTS:
        return f"{key} is not known; there are {', '.join([*TEXTS, *SWITCHES])}"
    texts = value if key == "scopes" and isinstance(value, list) else [value]
    return None if all(isinstance(text, str) for text in texts) else f"{key} must be text"


def _text(value: str | list[str]) -> str:
    return value if isinstance(value, str) else "\n".join(value)
