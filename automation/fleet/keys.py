"""The keys of an org's table: which there are, what they set, and what their values must look like."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from automation.delivery import Target, parse_target
from automation.errors import SettingsError
from automation.fleet import references
from automation.fleet.orgs import Org, has_suffix, with_suffix
from automation.salesforce.hosts import is_my_domain, is_production
from automation.settings.app_spec import TEXTS, AppFile, problems_of_app, unknown_key
from automation.settings.table import BY_NAME, SETTINGS, Setting
from automation.settings.urls import secret_parts

REFUSED: Final = frozenset({"SF_FRONTDOOR_URL"})
"""Login methods that no scheduled job can use: a link that works once."""

OTHERS: Final = ("deadline", "allow_production", "add_suffix")
"""Keys that are no settings: seconds for this org; its host again, when it is production; whether usernames get the suffix."""


LONGEST: Final = 1_000_000
"""Seconds (eleven days) that a time limit may have at most, and the highest of all other limits too."""


SETTING_OF: Final = {
    "deliver" if setting.name == "CREDENTIALS_TO" else setting.name.removeprefix("SF_").lower(): setting
    for setting in SETTINGS
    if not setting.name.startswith("ECA_") and setting.name not in REFUSED
}
"""Key of ``[defaults]`` and ``[orgs.NAME]`` -> setting."""

KEY_OF: Final = {setting.name: key for key, setting in SETTING_OF.items()} | {name: f"app.{key}" for key, name in TEXTS.items()}


class WrongTable(Exception):
    """What is wrong with a table, one sentence each."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def require(problems: Iterable[str]) -> None:
    if found := tuple(problems):
        raise WrongTable(*found)


def require_keys(where: str, table: Any) -> None:
    """Raise WrongTable for wrong keys and types of an org's table, or of the shared one; its values are not looked at."""
    if not isinstance(table, dict):
        raise WrongTable(f"[{where}]: must be a table")
    app = table.get("app", {})
    if not isinstance(app, dict):
        raise WrongTable(f"[{where}] app: must be a table")
    known = [*SETTING_OF, *OTHERS, "app"]
    problems = [*unknown(where, table, known), *(f"[{where}.app] {problem}" for problem in problems_of_app(app))]
    problems += [_wrong_type(where, key, value) for key, value in table.items() if key in known and key != "app"]
    require(filter(None, problems))


def unknown(where: str, table: Iterable[str], known: Sequence[str], what: str = "key") -> Iterator[str]:
    """A problem for each key that there is not."""
    return (f"[{where}] {unknown_key(key, known, what)}" for key in table if key not in known)


def _wrong_type(where: str, key: str, value: Any) -> str:
    if key == "add_suffix":
        good, want = isinstance(value, bool), "true or false"
    elif key == "deadline" or key.startswith("timeout_"):
        good, want = is_number(value) and 0 < value <= LONGEST, f"a number of seconds, at most {LONGEST:,}"
    elif key == "deliver" and isinstance(value, list):
        good, want = all(isinstance(one, str) for one in value), "a list of texts"
    else:
        good, want = isinstance(value, str), "text"
    return "" if good else f"[{where}] {key}: must be {want}"


def is_number(value: Any) -> bool:
    """Whether a TOML value is a number that can be counted with: no boolean, infinity or "not a number"."""
    return isinstance(value, int | float) and not isinstance(value, bool) and (isinstance(value, int) or math.isfinite(value))


def org_of(name: str, table: Any, defaults: Mapping[str, Any], machine: Mapping[str, str], deadline: float) -> Org:
    """The org that its table describes together with the shared one and the settings of this machine. Raises WrongTable."""
    require_keys(f"orgs.{name}", table)
    app = AppFile.of({**defaults.get("app", {}), **table.get("app", {})})
    table = {**defaults, **table}
    given = {SETTING_OF[key].name: _text(value) for key, value in table.items() if key in SETTING_OF} | app.settings
    texts = {**machine, **{setting: text.replace("{name}", name) for setting, text in given.items()}}
    require(_value_problems(name, {"SF_LOGIN_URL": texts.get("SF_LOGIN_URL", "")}))
    host = BY_NAME["SF_LOGIN_URL"].rule(texts["SF_LOGIN_URL"]).removeprefix("https://")
    texts = {setting: text.replace("{host}", host) for setting, text in texts.items()}
    texts.setdefault("CREDENTIALS_TO", f"dotenv:credentials/{host}.env")
    users = [user for user in ("SF_USERNAME", "ECA_RUN_AS") if user in texts]
    if "add_suffix" not in table:
        require(
            f"[orgs.{name}] {KEY_OF[user]}: {texts[user]} already ends like the usernames of this sandbox; add_suffix = false takes"
            f" it as it is, add_suffix = true as production's, which a refresh makes {with_suffix(texts[user], host)}"
            for user in users
            if has_suffix(texts[user], host)
        )
    if table.get("add_suffix", True):
        texts |= {user: with_suffix(texts[user], host) for user in users}
    require(_value_problems(name, {setting: texts[setting] for setting in (*given, "CREDENTIALS_TO")}))
    org = Org(name, host, texts, app.switches, float(table.get("deadline", deadline)), table.get("allow_production"))
    require(_whole_problems(org))
    return org


def _text(value: Any) -> str:
    return "\n".join(value) if isinstance(value, list) else str(value)


def _value_problems(name: str, texts: Mapping[str, str]) -> Iterator[str]:
    for setting, text in texts.items():
        try:
            _check(BY_NAME[setting], text)
        except (ValueError, RuntimeError, OSError) as error:  # RuntimeError: the ~ of somebody who has no home folder
            yield f"[orgs.{name}] {KEY_OF[setting]}: {error}"


def _check(setting: Setting, text: str) -> None:
    if not setting.secret:
        setting.rule(text.strip())
    elif setting.hides is None or references.is_reference(text) or secret_parts(text):
        references.check(text)
    else:
        setting.rule(text)  # the URL of a proxy or browser without anything secret in it


def _whole_problems(org: Org) -> list[str]:
    """What is wrong with the settings taken together, in the words of the orgs file."""
    where = f"[orgs.{org.name}]"
    if not is_my_domain(org.host):
        return [f"{where} login_url: {org.host} serves every org; give this org's My Domain URL"]
    if is_production(org.host) and org.allow_production != org.host:
        return [f'{where} login_url: {org.host} may be a production org; if you mean it, add allow_production = "{org.host}"']
    try:
        targets = org.settings_to_check(resolve=False).credentials_to
    except SettingsError as error:
        return [f"{where} {_in_keys(line)}" for line in error.message.split("\n") if not line.endswith("are not right:")]
    if not any(target.can_read for target in targets):
        again = "every run would reveal key and secret again; add a place that can be read, such as keyring:, dotenv: or a vault"
        return [f"{where} deliver: nothing there can be read again, so {again}"]
    return []


def _in_keys(line: str) -> str:
    name, colon, rest = line.strip().partition(":")
    text = f"{KEY_OF.get(name, name)}{colon}{rest}"
    for setting, key in KEY_OF.items():
        text = text.replace(setting, key)
    return text.removesuffix(".").replace(" (from the environment)", "")


@dataclass(frozen=True)
class ProductionAccess:
    """How the production org is asked about its sandboxes: with a token, or with the pair of an app of its own."""

    host: str
    access_token: str | None
    credentials: Target | None


def production_of(table: Mapping[str, Any]) -> ProductionAccess:
    """The table ``[production]``. Raises WrongTable."""
    known = ("login_url", "access_token", "credentials")
    wrong_types = (f"[production] {key}: must be text" for key in known if not isinstance(table.get(key, ""), str))
    require([*unknown("production", table, known), *wrong_types])
    token, credentials = table.get("access_token"), table.get("credentials")
    if (token is None) == (credentials is None):
        raise WrongTable("[production]: give either access_token or credentials")
    key = "login_url"
    try:
        host = BY_NAME["SF_LOGIN_URL"].rule(table.get("login_url", "")).removeprefix("https://")
        key = "access_token" if token is not None else "credentials"
        if token is not None:
            references.check(token)
        target = parse_target(credentials.strip()) if credentials is not None else None
    except (ValueError, RuntimeError, OSError) as error:
        raise WrongTable(f"[production] {key}: {error}") from None
    return ProductionAccess(host, token, target)
