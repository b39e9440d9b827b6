"""The orgs file (TOML): every org of the fleet, what they share, and how the job goes about it.

Errors name table and key, and all of them come at once. No secret may be in the file; `references` says how to refer
to one.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from automation.errors import SettingsError
from automation.fleet import keys
from automation.fleet.orgs import Org
from automation.secrets.text_files import read_toml
from automation.settings.dotenv import read_dotenv
from automation.settings.table import SETTINGS

TABLES: Final = ("defaults", "orgs", "production", "limits", "notify")
EVENTS: Final = ("failure", "change", "always")
MACHINE: Final = ("Browser", "Network", "Labels and time limits (seconds)")
"""Groups of settings that the environment or ``.env`` may give for all orgs: they belong to the machine, not to an org."""

LARGEST: Final = 4_000_000
"""Bytes that an orgs file may have."""

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True)
class Limits:
    """What the job keeps to. See ``LIMITS`` for the meaning of each."""

    logins: int = 2
    emails_per_hour: int = 60
    deadline: float = 1800.0
    checks: int = 8
    keep_days: int = 90


MOST: Final = 1_000_000
"""The largest limit that means something; infinity and not-a-number are none."""

LIMITS: Final[Mapping[str, str]] = {
    "logins": "browsers logging in at the same time",
    "emails_per_hour": "verification emails that one mailbox may receive per hour",
    "deadline": "seconds that one org may take",
    "checks": "orgs checked at the same time",
    "keep_days": "days that run folders and the history are kept; 0 keeps them for ever",
}
LEAST: Final[Mapping[str, int]] = {"keep_days": 0}


@dataclass(frozen=True)
class ProductionAccess:
    """How the production org is asked about its sandboxes: with a token, or with the pair of an app of its own."""

    host: str
    access_token: str | None
    credentials: str | None


@dataclass(frozen=True)
class OrgsFile:
    """A checked orgs file. ``notify``: event (failure, change, always) to targets, see `notify`."""

    path: Path
    orgs: tuple[Org, ...]
    limits: Limits
    production: ProductionAccess | None
    notify: Mapping[str, tuple[str, ...]]

    @classmethod
    def read(cls, path: Path) -> OrgsFile:
        """Read and check. Raises SettingsError with everything that is wrong, by table and key."""
        tree = _tree(path)
        problems = [f"[{name}]: there is no such table; there are {', '.join(TABLES)}" for name in tree if name not in TABLES]
        problems += [f"[{name}]: must be a table" for name in TABLES if not isinstance(tree.get(name, {}), dict)]
        made = None if problems else _made(path, tree, problems)
        if made is None or problems:
            lines = "\n".join(f"  {problem}" for problem in problems)
            raise SettingsError(f"{path} has errors:\n{lines}", next="Correct the orgs file; orgs.example.toml explains every key.")
        return made

    def org(self, name: str) -> Org:
        """The org of that name. Raises SettingsError when there is none."""
        for org in self.orgs:
            if org.name == name:
                return org
        raise SettingsError(f"{self.path} has no table [orgs.{name}].", next="Check the name, or the orgs file of this machine.")


def _tree(path: Path) -> dict[str, Any]:
    if not path.exists():
        raise SettingsError(f"There is no orgs file {path}.", next="Copy orgs.example.toml, or name yours with --orgs.")
    return read_toml(path, "orgs file", next="Correct the file at that place; orgs.example.toml explains every key.")


def _made(path: Path, tree: Mapping[str, Any], problems: list[str]) -> OrgsFile:
    limits = _limits(tree.get("limits", {}), problems)
    orgs = _orgs(tree, limits, problems)
    problems += _clashes(orgs)
    return OrgsFile(
        path, tuple(orgs), limits, _production(tree.get("production"), problems), _notify(tree.get("notify", {}), problems)
    )


def _orgs(tree: Mapping[str, Any], limits: Limits, problems: list[str]) -> list[Org]:
    tables = tree.get("orgs", {})
    if not tables:
        problems.append("[orgs]: no org is named; give each a table such as [orgs.dev] with its login_url")
    defaults = tree.get("defaults", {})
    before = len(problems)
    machine = _machine()
    problems += keys.problems_of("defaults", defaults)
    if len(problems) > before:
        return []
    made = [_org(name, table, defaults, machine, limits, problems) for name, table in tables.items()]
    return [org for org in made if org is not None]


def _org(
    name: str, table: Any, defaults: Mapping[str, Any], machine: Mapping[str, str], limits: Limits, problems: list[str]
) -> Org | None:
    where = f"orgs.{name}"
    if not _NAME.fullmatch(name):
        problems.append(f"[{where}]: a name is made of letters, digits, dots, hyphens and underscores, at most 64")
        return None
    found = keys.problems_of(where, table)
    if not found:
        org, found = keys.org_of(name, keys.merged(defaults, table), machine, limits.deadline)
        if not found and org is not None:
            return org
    problems += found
    return None


def _machine() -> dict[str, str]:
    """What ``.env`` and the environment say about browser and network."""
    given = {name: text for name, text in read_dotenv(Path(".env")).items() if text} | dict(os.environ)
    names = [setting.name for setting in SETTINGS if setting.group in MACHINE]
    texts = {name: given.get(name) or (given.get(name.lower()) if name.endswith("_PROXY") else None) for name in names}
    return {name: text for name, text in texts.items() if text}


def _clashes(orgs: list[Org]) -> list[str]:
    """Two tables for one app of one org, or one place for two pairs."""
    from automation.delivery import parse_target

    seen: dict[str, str] = {}
    problems = []
    for org in orgs:
        parts = [part for part in org.texts["CREDENTIALS_TO"].split("\n") if not part.startswith("command:")]
        targets = [(target.name, "deliver", target.place) for target in map(parse_target, parts)]  # ./x.env and x.env are one place
        app = f"{org.host} with the app {org.app}"
        for what, key, place in [(app, "login_url", app), *targets]:
            other = seen.setdefault(place.lower(), org.name)
            if other != org.name:
                problems.append(f"[orgs.{org.name}] {key}: {what} is already that of [orgs.{other}]")
    return problems


def _limits(table: Mapping[str, Any], problems: list[str]) -> Limits:
    good = {}
    for key, value in table.items():
        if key not in LIMITS:
            problems.append(f"[limits] {key}: there is no such key; there are {', '.join(LIMITS)}")
        elif not keys.is_number(value) or not LEAST.get(key, 1) <= value <= keys.LONGEST:
            problems.append(f"[limits] {key}: must be a number from {LEAST.get(key, 1)} to {keys.LONGEST:,} ({LIMITS[key]})")
        else:
            good[key] = float(value) if key == "deadline" else int(value)
    return Limits(**good)  # type: ignore[arg-type]  # each key gets the type of its field


def _production(table: Any, problems: list[str]) -> ProductionAccess | None:
    if table is None:
        return None
    found, access = keys.production_of(table)
    problems += found
    return None if access is None else ProductionAccess(*access)


def _notify(table: Mapping[str, Any], problems: list[str]) -> dict[str, tuple[str, ...]]:
    from automation.fleet.notify import check

    wanted: dict[str, tuple[str, ...]] = {}
    for event, targets in table.items():
        listed = [targets] if isinstance(targets, str) else targets
        if event not in EVENTS:
            problems.append(f"[notify] {event}: there is no such event; there are {', '.join(EVENTS)}")
        elif not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
            problems.append(f"[notify] {event}: must be a list of targets")
        else:
            problems += [f"[notify] {event}: {problem}" for one in listed if (problem := check(one))]
            wanted[event] = tuple(listed)
    return wanted
