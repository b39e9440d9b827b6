"""Settings: from ``.env``, the environment and the command line to checked values, with all problems told at once."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from automation.errors import SettingsError
from automation.secrets import Secret, remember
from automation.settings_dotenv import read_dotenv
from automation.settings_names import problem_with
from automation.settings_table import SECRET_FILES, SETTINGS, Setting


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All settings of a run; each attribute is the setting's name in lower case. Times are seconds.

    ``sf_login_url`` is ``https://<host>``, or ``https://<host>/?login``; `host` is for other pages. Nothing here shows a
    secret: those are `Secret`.
    """

    sf_login_url: str
    eca_name: str
    eca_api_name: str
    eca_contact_email: str
    eca_distribution_state: str
    eca_callback_url: str
    eca_scopes: tuple[str, ...]
    eca_run_as: str
    eca_ip_relaxation: str
    credentials_to: tuple[str, ...]
    timeout_page: float = 90
    timeout_action: float = 15
    timeout_save: float = 60
    timeout_code: float = 180
    timeout_propagation: float = 900
    sf_username: str | None = None
    sf_password: Secret | None = None
    sf_totp_secret: Secret | None = None
    sf_passkey_file: Path | None = None
    sf_imap_url: str | None = None
    sf_imap_username: str | None = None
    sf_imap_password: Secret | None = None
    sf_code_command: str | None = None
    sf_cli_org: str | None = None
    sf_frontdoor_url: Secret | None = None
    sf_storage_state: Path | None = None
    sf_production_url: str | None = None
    sf_production_token: Secret | None = None
    browser_channel: str | None = None
    browser_executable: Path | None = None
    browser_ws: Secret | None = None
    browser_cdp: Secret | None = None
    https_proxy: Secret | None = None
    no_proxy: str | None = None
    sf_ca_file: Path | None = None
    labels_file: Path | None = None

    @property
    def host(self) -> str:
        """Host name of ``sf_login_url``."""
        return urlsplit(self.sf_login_url).hostname or ""


@dataclass(frozen=True)
class _Given:
    """A value as somebody wrote it, and where."""

    text: str
    where: str


def load_settings(
    environment: Mapping[str, str] | None = None,
    dotenv: Path | None = Path(".env"),
    overrides: Mapping[str, str] = MappingProxyType({}),
    app: Mapping[str, str] = MappingProxyType({}),
) -> Settings:
    """Read and check all settings.

    Args:
        environment: by default that of the process.
        dotenv: read when it exists; None reads none.
        overrides: setting name to text, from the command line; they win over everything.
        app: ``ECA_*`` values of an app file; they win over the environment.

    Raises:
        SettingsError: names every setting that is missing, unknown or malformed, each with what is right.
    """
    problems: list[str] = []
    given: dict[str, _Given] = {}
    layers = [(read_dotenv(dotenv), str(dotenv)), (os.environ if environment is None else environment, "the environment")]
    for values, where in [*layers, (app, "the app file"), (overrides, "the command line")]:
        given |= _layer(values, where, problems)
    return _checked({name: one for name, one in given.items() if one.text.strip()}, problems)


def _layer(values: Mapping[str, str], where: str, problems: list[str]) -> dict[str, _Given]:
    """What one source says; within it, a value and a file for the same secret contradict each other."""
    found: dict[str, _Given] = {}
    for setting in SETTINGS:
        text = values.get(setting.name, values.get(setting.name.lower()) if setting.group == "Network" else None)
        if text is not None:
            found[setting.name] = _Given(text, where)
    for file_name, name in SECRET_FILES.items():
        if not values.get(file_name):
            continue
        if found.get(name, _Given("", "")).text:
            problems.append(f"{name}: both {name} and {file_name} are set in {where}; keep one")
        found[name] = _Given(_secret_file(file_name, values[file_name], problems), where)
    problems += [problem for problem in map(problem_with, values) if problem is not None]
    return found


def _secret_file(name: str, path: str, problems: list[str]) -> str:
    try:
        return Path(path).expanduser().read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError):
        problems.append(f"{name}: {path} can't be read")
        return ""


def _checked(given: dict[str, _Given], problems: list[str]) -> Settings:
    values: dict[str, Any] = {}
    for setting in SETTINGS:
        one = given.get(setting.name) or (_Given(setting.default, "default") if setting.default else None)
        values[setting.attribute] = _value(setting, one, problems)
    _complete(values, problems)
    if problems:
        raise SettingsError(_sentence(problems))
    return Settings(**values)


def _value(setting: Setting, given: _Given | None, problems: list[str]) -> Any:
    if given is None:
        if setting.required:
            problems.append(f"{setting.name}: missing; {setting.meaning} Example: {setting.example}")
        return None
    if setting.secret and setting.hides is None:
        remember(given.text)  # before any rule can complain
    try:
        value = setting.rule(given.text if setting.secret else given.text.strip())
        hidden = setting.hides(value) if setting.hides is not None else None
    except ValueError as error:
        problems.append(f"{setting.name}: {error} (in {given.where})")
        return None
    return Secret(value, hidden) if setting.secret else value


def _complete(values: dict[str, Any], problems: list[str]) -> None:
    """Fill in what follows from other settings, and check what only makes sense together."""
    from automation.settings_rules import api_name_for

    link: Secret | None = values["sf_frontdoor_url"]
    if values["sf_login_url"] is None and link is not None:
        values["sf_login_url"] = f"https://{urlsplit(link.reveal()).hostname}"
    host = urlsplit(values["sf_login_url"] or "").hostname
    if host is None and not any(problem.startswith("SF_LOGIN_URL:") for problem in problems):
        problems.append("SF_LOGIN_URL: missing; give the org's My Domain URL. Example: https://acme--dev.sandbox.my.salesforce.com")
    values["eca_api_name"] = values["eca_api_name"] or api_name_for(values["eca_name"] or "")
    values["credentials_to"] = values["credentials_to"] or (f"dotenv:credentials/{host}.env",)
    if values["sf_username"] is not None and values["sf_username"] == values["eca_run_as"]:
        problems.append("ECA_RUN_AS: is the same user as SF_USERNAME; the integration user can't log in to the UI")
    _pairs(values, problems)


def _pairs(values: dict[str, Any], problems: list[str]) -> None:
    together = [
        ("SF_USERNAME", "SF_PASSWORD"),
        ("SF_IMAP_URL", "SF_IMAP_USERNAME"),
        ("SF_IMAP_URL", "SF_IMAP_PASSWORD"),
        ("SF_PRODUCTION_URL", "SF_PRODUCTION_TOKEN"),
    ]
    broken = {problem.split(":")[0] for problem in problems}
    for first, second in together:
        for here, there in ((first, second), (second, first)):
            lacking = values[here.lower()] is not None and values[there.lower()] is None
            if lacking and here != "SF_USERNAME" and there not in broken:
                problems.append(f"{there}: missing; {here} is set and needs it")
                broken.add(there)
    doors = ("sf_password", "sf_cli_org", "sf_frontdoor_url", "sf_storage_state", "sf_production_token")
    if not any(values[door] is not None for door in doors) and not broken & {name.upper() for name in doors}:
        problems.append(
            "SF_PASSWORD: missing; give SF_USERNAME and SF_PASSWORD, or SF_CLI_ORG, SF_FRONTDOOR_URL, SF_STORAGE_STATE "
            "or SF_PRODUCTION_TOKEN"
        )


def _sentence(problems: list[str]) -> str:
    if len(problems) == 1:
        return problems[0] if problems[0].endswith("?") else f"{problems[0]}."
    return f"{len(problems)} settings are not right:\n" + "\n".join(f"  {problem}" for problem in problems)
