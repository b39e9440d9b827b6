"""The orgs file (TOML): every org of the fleet, what they share, and how the job goes about it.

Errors name table and key, and all of them come at once. No secret may be in the file; `references` says how to refer
to one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from automation.errors import SettingsError
from automation.fleet import keys
from automation.fleet.notify import EVENTS, check
from automation.fleet.orgs import Org
from automation.fleet.references import withhold_variables
from automation.secrets.child_environment import given_environment
from automation.secrets.text_files import read_toml
from automation.settings import rules
from automation.settings.dotenv import read_dotenv
from automation.settings.table import SETTINGS

TABLES: Final = ("defaults", "orgs", "production", "limits", "notify")
MACHINE: Final = ("Browser", "Network", "Labels and time limits (seconds)")
"""Groups of settings that the environment or ``.env`` may give for all orgs: they belong to the machine, not to an org."""

LONGEST_KEPT: Final = 36_500
"""Days: a date that is thousands of years back can't be counted with. 0 means for ever."""

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True)
class Limits:
    """What the job keeps to.

    Attributes:
        logins: browsers logging in at the same time.
        emails_per_hour: verification emails that one mailbox may receive per hour.
        deadline: seconds that one org may take.
        checks: orgs checked at the same time.
        keep_days: days that run folders and the history are kept; 0 keeps them for ever.
    """

    logins: int = 2
    emails_per_hour: int = 60
    deadline: float = 1800.0
    checks: int = 8
    keep_days: int = 90


@dataclass(frozen=True)
class OrgsFile:
    """A checked orgs file. ``notify``: events (failure, change, always) with a target each, see `notify`."""

    path: Path
    orgs: tuple[Org, ...]
    limits: Limits
    production: keys.ProductionAccess | None
    notify: Sequence[tuple[str, str]]

    @classmethod
    def read(cls, path: Path) -> OrgsFile:
        """Read and check. Raises SettingsError with everything that is wrong, by table and key."""
        if not path.exists():
            raise SettingsError(f"There is no orgs file {path}.", next="Copy orgs.example.toml, or name yours with --orgs.")
        tree = read_toml(path, "orgs file", next="Correct the file at that place; orgs.example.toml explains every key.")
        problems: list[str] = []
        with _kept(problems):
            keys.require(f"[{name}]: there is no such table; there are {', '.join(TABLES)}" for name in tree if name not in TABLES)
            keys.require(f"[{name}]: must be a table" for name in TABLES if not isinstance(tree.get(name, {}), dict))
            made = _made(path, tree, problems)
        if problems:
            lines = "\n".join(f"  {problem}" for problem in problems)
            raise SettingsError(f"{path} has errors:\n{lines}", next="Correct the orgs file; orgs.example.toml explains every key.")
        withhold_variables(tree)
        return made

    def org(self, name: str) -> Org:
        """The org of that name. Raises SettingsError when there is none."""
        for org in self.orgs:
            if org.name == name:
                return org
        raise SettingsError(f"{self.path} has no table [orgs.{name}].", next="Check the name, or the orgs file of this machine.")


@contextmanager
def _kept(problems: list[str]) -> Iterator[None]:
    """Keep what is wrong with a table, and go on behind it: all problems come at once."""
    try:
        yield
    except keys.WrongTable as wrong:
        problems += wrong.problems


def _made(path: Path, tree: Mapping[str, Any], problems: list[str]) -> OrgsFile:
    limits, production = Limits(), None
    with _kept(problems):
        limits = _limits(tree.get("limits", {}))
    orgs = _orgs(tree, limits, problems)
    problems += _clashes(orgs)
    with _kept(problems):
        production = keys.production_of(tree["production"]) if "production" in tree else None
    return OrgsFile(path, tuple(orgs), limits, production, _notify(tree.get("notify", {}), problems))


def _orgs(tree: Mapping[str, Any], limits: Limits, problems: list[str]) -> list[Org]:
    tables, defaults = tree.get("orgs", {}), tree.get("defaults", {})
    if not tables:
        problems.append("[orgs]: no org is named; give each a table such as [orgs.dev] with its login_url")
    machine, orgs = _machine(), []
    with _kept(problems):
        keys.require_keys("defaults", defaults)
        for name, table in tables.items():
            with _kept(problems):
                if not _NAME.fullmatch(name):
                    raise keys.WrongTable(
                        f"[orgs.{name}]: a name is made of letters, digits, dots, hyphens and underscores, at most 64"
                    )
                orgs.append(keys.org_of(name, table, defaults, machine, limits.deadline))
    return orgs


def _machine() -> dict[str, str]:
    """What ``.env`` and the environment say about browser and network."""
    given = {name: text for name, text in read_dotenv(Path(".env")).items() if text} | given_environment()
    names = [setting.name for setting in SETTINGS if setting.group in MACHINE]
    texts = {name: given.get(name) or (given.get(name.lower()) if name.endswith("_PROXY") else None) for name in names}
    return {name: text for name, text in texts.items() if text}


def _clashes(orgs: list[Org]) -> list[str]:
    """Two tables for one app of one org, or one place for two pairs."""
    seen: dict[str, str] = {}
    problems = []
    for org in orgs:
        places = [target for target in rules.targets(org.texts["CREDENTIALS_TO"]) if not target.name.startswith("command:")]
        app = f"{org.host} with the app {org.app}"
        for what, key, place in [(app, "login_url", app), *((one.name, "deliver", one.place) for one in places)]:
            other = seen.setdefault(place.lower(), org.name)
            if other != org.name:
                problems.append(f"[orgs.{org.name}] {key}: {what} is already that of [orgs.{other}]")
    return problems


def _limits(table: Mapping[str, Any]) -> Limits:
    kinds = {name: type(value) for name, value in asdict(Limits()).items()}
    least, most = dict.fromkeys(kinds, 1) | {"keep_days": 0}, dict.fromkeys(kinds, keys.LONGEST) | {"keep_days": LONGEST_KEPT}
    problems = [*keys.unknown("limits", table, list(kinds))]
    problems += [
        f"[limits] {key}: must be a number from {least[key]} to {most[key]:,}"
        for key, value in table.items()
        if key in kinds and not (keys.is_number(value) and least[key] <= value <= most[key])
    ]
    keys.require(problems)
    return Limits(**{key: kinds[key](value) for key, value in table.items()})


def _notify(table: Mapping[str, Any], problems: list[str]) -> list[tuple[str, str]]:
    wanted: list[tuple[str, str]] = []
    problems += keys.unknown("notify", table, EVENTS, "event")
    for event, targets in table.items():
        listed = [targets] if isinstance(targets, str) else targets
        if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
            problems.append(f"[notify] {event}: must be a list of targets")
        else:
            problems += [f"[notify] {event}: {problem}" for one in listed if (problem := check(one))]
            wanted += [(event, one) for one in listed]
    return wanted
