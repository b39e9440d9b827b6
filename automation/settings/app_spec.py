"""The configured External Client App, as one checked value."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Iterator, Mapping, Sequence
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


FIX: Final = "Correct the app file, or the name given with --app; the README's page Settings lists the keys."


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
        tree = read_toml(path, "app file", next=FIX)
        problems = list(problems_of_app(tree))
        if problems:
            raise SettingsError(f"The app file {path} is wrong: {'; '.join(problems)}.", next=FIX)
        return cls.of(tree)

    @classmethod
    def of(cls, tree: Mapping[str, Any]) -> AppFile:
        """The same of a table without problems."""
        texts = {TEXTS[key]: "\n".join(one) if isinstance(one, list) else one for key, one in tree.items() if key in TEXTS}
        return cls(texts, {key: value for key, value in tree.items() if key in SWITCHES})


def problems_of_app(tree: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with the keys and types of a table that describes an app."""
    for key, value in tree.items():
        if key in SWITCHES:
            good, want = isinstance(value, bool), "true or false"
        elif key in TEXTS:
            texts = value if key == "scopes" and isinstance(value, list) else [value]
            good, want = all(isinstance(text, str) for text in texts), "text"
        else:
            yield unknown_key(key, [*TEXTS, *SWITCHES])
            continue
        if not good:
            yield f"{key}: must be {want}"


def unknown_key(key: str, known: Sequence[str], what: str = "key") -> str:
    """That there is no such key; names the one that may be meant, or all."""
    near = difflib.get_close_matches(key, known, n=1)
    return f"{key}: there is no such {what}; {f'did you mean {near[0]}?' if near else 'there are ' + ', '.join(known)}"
