"""The machine: Python, packages, folders, browser."""

from __future__ import annotations

import os
import sys
import tomllib
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import TYPE_CHECKING, Final

from automation.doctor import Check, failed, from_error, passed, skipped, tried
from automation.errors import RunbookError, SettingsError, UsageError

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright

    from automation.settings import Settings

PROJECT: Final = "external-client-app-runbook"


def python() -> Check:
    """Python's version."""
    here = ".".join(map(str, sys.version_info[:3]))
    return passed("machine.python", f"Python {here}")  # an older one than is needed does not get this far


def packages() -> Check:
    """Whether all packages of a run are installed."""
    missing = [name for name in _needed() if _version(name) is None]
    if missing:
        fix = 'Run: python -m pip install -e "."  (or make, which makes .venv)'
        return failed("machine.packages", f"Packages are missing: {', '.join(missing)}.", fix, SettingsError.exit_code)
    return passed("machine.packages", f"all packages are installed; playwright {_version('playwright')}")


def _needed() -> Iterable[str]:
    try:
        lines = requires(PROJECT) or []
    except PackageNotFoundError:  # run from a checkout that was never installed
        project = Path(__file__).parents[2] / "pyproject.toml"
        lines = tomllib.loads(project.read_text(encoding="utf-8"))["project"]["dependencies"] if project.is_file() else []
    return [line.split(";")[0].split(">")[0].split("=")[0].strip() for line in lines if "extra ==" not in line]


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def folders(settings: Settings | None) -> Iterator[Check]:
    """Whether runs, locks and deliveries can be written where they belong. Nothing is created."""
    from automation.delivery.files import FileTarget

    places = {"runs": Path("runs"), "state": _state()}
    for target in settings.credentials_to if settings is not None else ():
        if isinstance(target, FileTarget):
            places[f"delivery ({target.name})"] = target.path.parent
    bad = [f"{what}: {reason}" for what, folder in places.items() if (reason := _not_writable(folder)) is not None]
    if bad:
        fix = "Give this user write permission there, or name another place (--output, XDG_STATE_HOME, CREDENTIALS_TO)."
        yield failed("machine.folders", f"Can't be written: {'; '.join(bad)}.", fix, UsageError.exit_code)
    else:
        yield passed("machine.folders", f"folders for {', '.join(places)} can be written")


def _state() -> Path | None:
    from automation.secrets.files import state_path

    try:
        return state_path()
    except RuntimeError:
        return None


def _not_writable(folder: Path | None) -> str | None:
    """Why a folder can't be written, or can't be made in the nearest one that is there; None when it can."""
    if folder is None:
        return "this user has no home folder"
    there = next((one for one in (folder, *folder.absolute().parents) if os.path.exists(one)), Path("/"))  # noqa: PTH110  never raises
    if not os.path.isdir(there):  # noqa: PTH112  as above
        return f"{there} is not a folder"
    return None if os.access(there, os.W_OK | os.X_OK) else f"{there} is not writable for this user"


def browser_found(playwright: Playwright, settings: Settings) -> Check:
    """Which browser a run would start."""
    from automation.browser.find import find_browser

    def find() -> str:
        if settings.browser_ws is not None or settings.browser_cdp is not None:
            return "a remote browser is set"
        found = find_browser(settings, Path(playwright.chromium.executable_path), headed=False)
        return f"{found.executable or found.channel or 'Chromium'} ({found.why})"

    return tried("machine.browser_found", find)


def browser_started(browser: Browser | RunbookError | None) -> Check:
    """Whether it starts; it is started once, for this and for the login."""
    if browser is None:
        return skipped("machine.browser_started", "there is no browser to start")
    if isinstance(browser, RunbookError):
        return from_error("machine.browser_started", browser)
    return passed("machine.browser_started", f"it starts: {browser.browser_type.name} {browser.version}")
