"""Settings: from ``.env``, the environment and the command line to checked values, with all problems reported at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from automation.errors import SettingsError
from automation.secrets import Secret, remember
from automation.secrets.child_environment import given_environment, withhold
from automation.secrets.text_files import LARGEST_SECRET, home_expanded, read_text
from automation.settings import rules
from automation.settings.dotenv import read_dotenv
from automation.settings.imap import problems_of_mailbox
from automation.settings.names import problem_with
from automation.settings.table import BY_NAME, SECRET_FILES, SETTINGS, Setting, Settings

ENVIRONMENT: Final = "the environment"


@dataclass(frozen=True)
class _Given:
    """A value as somebody wrote it, and where. ``whole``: nothing has taken quotes or blanks away, as a shell or ``.env`` does."""

    text: str
    where: str
    whole: bool = False


def load_settings(
    environment: Mapping[str, str] | None = None,
    dotenv: Path | None = Path(".env"),
    overrides: Mapping[str, str] | None = None,
    app: Mapping[str, str] | None = None,
) -> Settings:
    """Read and check all settings.

    Args:
        environment: by default that of the process, which no longer has the secrets afterwards.
        dotenv: read when it exists; None reads none.
        overrides: setting name to text, from the command line; they win over everything.
        app: ``ECA_*`` values of an app file; they win over the environment.

    Raises SettingsError, which names every setting that is missing, unknown or malformed, each with what is right.
    """
    problems: list[str] = []
    given: dict[str, _Given] = {}
    if environment is None:
        environment = given_environment()
        withhold(setting.name for setting in SETTINGS if setting.secret)
    layers = [(read_dotenv(dotenv), str(dotenv)), (environment, ENVIRONMENT)]
    for values, where in [*layers, (app or {}, "the app file"), (overrides or {}, "the command line")]:
        given |= _layer(values, where, problems)
    return _checked({name: one for name, one in given.items() if one.text.strip()}, problems)


def _layer(values: Mapping[str, str], where: str, problems: list[str]) -> dict[str, _Given]:
    """What one source says; within it, a value and a file for the same secret contradict each other."""
    found: dict[str, _Given] = {}
    for setting in SETTINGS:
        text = values.get(setting.name)
        if setting.group == "Network":
            text = text or values.get(setting.name.lower(), text)
        if text is not None:
            found[setting.name] = _Given(text, where, whole=where == ENVIRONMENT)
    for file_name, name in SECRET_FILES.items():
        if not values.get(file_name):
            continue
        if found.get(name, _Given("", "")).text:
            problems.append(f"{name}: both {name} and {file_name} are set in {where}; keep one")
        found[name] = _Given(_secret_file(file_name, values[file_name], problems), where, whole=True)
    problems += [f"{name}: {left}" for name, one in found.items() if one.whole and (left := _left_on(BY_NAME[name], one.text))]
    problems += [problem for problem in map(problem_with, values) if problem is not None]
    return found


def _left_on(setting: Setting, text: str) -> str | None:
    return None if setting.rule is rules.command_line else rules.left_on(text, secret=setting.secret)


def _secret_file(name: str, path: str, problems: list[str]) -> str:
    try:
        return read_text(home_expanded(path), LARGEST_SECRET).rstrip("\r\n")
    except ValueError as error:
        problems.append(f"{name}: {_shown(path)} {error}")
        return ""


def _checked(given: dict[str, _Given], problems: list[str]) -> Settings:
    values: dict[str, Any] = {}
    for setting in SETTINGS:
        one = given.get(setting.name) or (_Given(setting.default, "default") if setting.default else None)
        values[setting.name.lower()] = _value(setting, one, problems)
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
    except ValueError as error:
        problems.append(f"{setting.name}: {_shown(str(error))} (from {given.where})")
        return None
    if setting.hides is None:
        return Secret(value) if setting.secret else value
    for part in setting.hides(value):
        remember(part)
    return Secret(value, hides="")


def _complete(values: dict[str, Any], problems: list[str]) -> None:
    """Fill in what follows from other settings, and check what only makes sense together."""
    link: Secret | None = values["sf_frontdoor_url"]
    if values["sf_login_url"] is None and link is not None:
        values["sf_login_url"] = f"https://{urlsplit(link.reveal()).hostname}"
    host = urlsplit(values["sf_login_url"] or "").hostname
    if host is None and not any(problem.startswith("SF_LOGIN_URL:") for problem in problems):
        problems.append("SF_LOGIN_URL: missing; give the org's My Domain URL. Example: https://acme--dev.sandbox.my.salesforce.com")
    values["eca_api_name"] = values["eca_api_name"] or rules.api_name_for(values["eca_name"] or "")
    if not values["eca_api_name"] and values["eca_name"]:
        problems.append(
            "ECA_API_NAME: missing; ECA_NAME has no letters A-Z or digits to make one from. Example: Service_Board_Sync"
        )
    values["credentials_to"] = values["credentials_to"] or rules.targets(f"dotenv:credentials/{host}.env")
    if values["sf_username"] is not None and values["sf_username"] == values["eca_run_as"]:
        problems.append("ECA_RUN_AS: is the same user as SF_USERNAME; the integration user can't log in to the UI")
    _pairs(values, problems)


_NEEDS: Final = (
    *(("SF_PASSWORD", "SF_USERNAME"), ("SF_IMAP_URL", "SF_IMAP_USERNAME"), ("SF_IMAP_USERNAME", "SF_IMAP_URL")),
    *(("SF_PRODUCTION_URL", "SF_PRODUCTION_TOKEN"), ("SF_PRODUCTION_TOKEN", "SF_PRODUCTION_URL")),
)


def _pairs(values: dict[str, Any], problems: list[str]) -> None:
    broken = {problem.split(":")[0] for problem in problems}
    broken |= {SECRET_FILES[name] for name in broken & SECRET_FILES.keys()}  # a file that can't be read is the one fault
    for here, there in _NEEDS:
        if values[here.lower()] is not None and values[there.lower()] is None and there not in broken:
            problems.append(f"{there}: missing; {here} is set and needs it")
            broken.add(there)
    problems += [problem for problem in problems_of_mailbox(values) if problem.split(":")[0] not in broken]
    methods = ("sf_password", "sf_cli_org", "sf_frontdoor_url", "sf_storage_state", "sf_production_token")
    if not any(values[method] is not None for method in methods) and not broken & {name.upper() for name in methods}:
        problems.append(
            "SF_PASSWORD: missing; give SF_USERNAME and SF_PASSWORD, or SF_CLI_ORG, SF_FRONTDOOR_URL, SF_STORAGE_STATE "
            "or SF_PRODUCTION_TOKEN"
        )


def _shown(text: str) -> str:
    """With line ends and control characters as escapes: a value may be quoted in it."""
    return "".join(one if one.isprintable() else repr(one)[1:-1] for one in text)


def _sentence(problems: list[str]) -> str:
    if len(problems) == 1:
        return problems[0] if problems[0].endswith("?") else f"{problems[0]}."
    return f"{len(problems)} settings are wrong:\n" + "\n".join(f"  {problem}" for problem in problems)
