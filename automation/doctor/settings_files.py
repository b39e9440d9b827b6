"""The settings: whether they are valid, and whether others can read their secrets."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from collections.abc import Iterator, Mapping
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

from automation.doctor import Check, failed, passed, skipped, warned
from automation.errors import SettingsError
from automation.secrets.child_environment import child_environment
from automation.secrets.programs import ProgramFailed, run
from automation.secrets.text_files import is_file, read_text
from automation.settings.table import SECRET_FILES, SETTINGS

if TYPE_CHECKING:
    from automation.settings import Settings

GIT_SECONDS: Final = 10.0


def examine(
    environment: Mapping[str, str], dotenv: Path | None, settings: Settings | None, error: SettingsError | None
) -> Iterator[Check]:
    """All checks of this module; either the settings or the error that they ended in is given."""
    yield from values(error, dotenv)
    files = secret_files(environment, dotenv, settings)
    yield modes(files)
    yield tracked(files)


def values(error: SettingsError | None, dotenv: Path | None) -> Iterator[Check]:
    """One line for each setting that is not valid."""
    if error is None:
        there = dotenv is not None and dotenv.is_file()
        where = f"{dotenv} and the environment" if there else "the environment; there is no .env"
        yield passed("settings.values", f"all settings are present and valid ({where})")
        return
    lines = [line.strip() for line in error.message.splitlines()]
    for problem in lines[1:] if len(lines) > 1 else lines:
        yield failed("settings.values", problem, error.next, error.exit_code)


def secret_files(environment: Mapping[str, str], dotenv: Path | None, settings: Settings | None) -> dict[Path, str]:
    """Every file on this machine in which the settings keep a secret, and what it is."""
    found: dict[Path, str] = {}
    in_dotenv = _read(dotenv)
    if dotenv is not None and any(setting.secret and in_dotenv.get(setting.name) for setting in SETTINGS):
        found[dotenv] = "settings"
    both = {**in_dotenv, **environment}
    for file_name, name in SECRET_FILES.items():
        if both.get(file_name):
            found[Path(os.path.expanduser(both[file_name]))] = name  # noqa: PTH111  never raises
    if settings is not None:
        found |= _files_of(settings)
    return {path: what for path, what in found.items() if is_file(path)}


def _files_of(settings: Settings) -> dict[Path, str]:
    from automation.delivery.files import FileTarget

    kept = {settings.sf_passkey_file: "passkeys", settings.sf_storage_state: "a browser session"}
    found = {path: what for path, what in kept.items() if path is not None}
    return found | {target.path: "delivered credentials" for target in settings.credentials_to if isinstance(target, FileTarget)}


def _read(dotenv: Path | None) -> Mapping[str, str]:
    from dotenv import dotenv_values

    try:
        text = read_text(dotenv) if dotenv is not None and is_file(dotenv) else ""
    except ValueError:
        return {}
    return {name: value for name, value in dotenv_values(stream=StringIO(text), interpolate=False).items() if value}


def modes(files: Mapping[Path, str]) -> Check:
    """Whether other users of this machine can read them."""
    if os.name != "posix":
        return skipped("settings.file_modes", "this system has no file modes")
    open_files = [path for path in files if stat.S_IMODE(path.stat().st_mode) & 0o077]
    if open_files:
        listed = ", ".join(f"{path} ({files[path]}, mode {stat.S_IMODE(path.stat().st_mode):o})" for path in open_files)
        fix = "; ".join(f"chmod 600 {path}" for path in open_files)
        return failed("settings.file_modes", f"Others on this machine can read {listed}.", fix, SettingsError.exit_code)
    return passed(
        "settings.file_modes", f"{len(files)} file{'s' if len(files) != 1 else ''} with secrets, readable for this user alone"
    )


def tracked(files: Mapping[Path, str]) -> Check:
    """Whether git keeps one of them."""
    if shutil.which("git") is None:
        return skipped("settings.tracked_files", "git is not installed")
    answers = {path: _in_git(path) for path in files}
    kept = [path for path, known in answers.items() if known]
    unknown = [path for path, known in answers.items() if known is None]
    if kept:
        listed = ", ".join(f"{path} ({files[path]})" for path in kept)
        fix = f"git rm --cached {' '.join(map(str, kept))}, add it to .gitignore, and change the secret: git's history keeps it."
        return failed("settings.tracked_files", f"Git keeps {listed}.", fix, SettingsError.exit_code)
    if unknown:
        fix = f"Run git ls-files {unknown[0]} yourself: git may refuse to read a repository of another owner (safe.directory)."
        return warned("settings.tracked_files", f"Git did not say whether it keeps {', '.join(map(str, unknown))}.", fix)
    return passed("settings.tracked_files", "git keeps none of them")


def _in_git(path: Path) -> bool | None:
    """Whether git keeps a file; None when git does not say. It ends with 1 for a file that it does not keep."""
    command = ["git", "-C", str(path.absolute().parent), "ls-files", "--error-unmatch", "--", path.name]
    try:
        done = run(command, child_environment(values={"LC_ALL": "C"}), GIT_SECONDS, stdin=subprocess.DEVNULL)
    except ProgramFailed:
        return None
    if done.exit_code in (0, 1):
        return done.exit_code == 0
    return False if b"not a git repository" in done.err else None
