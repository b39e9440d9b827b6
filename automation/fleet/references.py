"""Secrets by reference: the orgs file says where a secret is, never what it is.

``env:NAME``, ``file:PATH``, ``keyring:SERVICE/USER`` or ``command:PROGRAM ARGUMENTS``. In a path ``~`` and ``$NAME`` are filled
in, so that ``file:$CREDENTIALS_DIRECTORY/sf_password`` finds what systemd's ``LoadCredential`` hands over.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from collections.abc import Callable, Mapping
from typing import Any, Final

from automation.errors import SettingsError
from automation.secrets import remember
from automation.secrets.child_environment import command_environment, given_environment, withhold
from automation.secrets.programs import ProgramFailed, run
from automation.secrets.text_files import LARGEST_SECRET, decoded, home_expanded, read_text

TIMEOUT: Final = 60.0
"""Seconds that a program may take to print a secret."""

FORMS: Final = "env:NAME, file:PATH, keyring:SERVICE/USER or command:PROGRAM"


class Unresolved(SettingsError):
    """A reference leads to no secret."""

    kind = "secret_not_found"
    recovery = "Put the secret where the orgs file says that it is, or correct the reference."


def is_reference(text: str) -> bool:
    """Whether ``text`` says where a secret is, as opposed to being one."""
    kind, colon, rest = text.partition(":")
    return bool(colon) and kind in _READERS and bool(rest.strip())


def check(text: str) -> None:
    """Raise ValueError when ``text`` is no reference. The text is not repeated: it may be the secret itself."""
    if not is_reference(text):
        if text.partition(":")[0] not in _READERS:
            remember(text)  # from now on scrubbed everywhere
        raise ValueError(f"a secret in clear text is refused; say where it is: {FORMS}")


def resolve(text: str) -> str:
    """The secret that ``text`` leads to, known to the scrubber from now on. Raises Unresolved without any part of a secret."""
    kind, _, rest = text.partition(":")
    try:
        value = _READERS[kind](rest.strip())
    except ValueError as missing:
        raise Unresolved(f"{kind}:{_shown(kind, rest)}: {missing}.") from None
    if not value:
        raise Unresolved(f"{kind}:{_shown(kind, rest)}: is empty.")
    remember(value)
    return value


def withhold_variables(tree: Any) -> None:
    """See `withhold`: the variables that references in an orgs file name, whether or not this process needs them."""
    for one in tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ():
        withhold_variables(one)
    if isinstance(tree, str) and tree.startswith("env:"):
        withhold([tree.removeprefix("env:").strip()])


def _from_env(name: str) -> str:
    found = given_environment().get(name, os.environ.get(name))  # Windows finds a name in any case
    if found is None:
        raise ValueError("there is no such variable in the environment")
    return found


def _from_file(path: str) -> str:
    filled_in = os.path.expandvars(path)
    try:
        return read_text(home_expanded(filled_in), LARGEST_SECRET).rstrip("\r\n")
    except ValueError as error:
        unset = re.search(r"\$\{?(\w+)", filled_in)
        raise ValueError(f"the variable {unset[1]} is not set in the environment" if unset else str(error)) from None


def _from_keyring(place: str) -> str:
    import keyring
    from keyring.errors import KeyringError

    service, _, user = place.rpartition("/")
    try:
        found = keyring.get_password(service, user) if service else None
    except (KeyringError, RuntimeError) as error:
        raise ValueError(f"the keyring can't be used ({type(error).__name__})") from None
    if found is None:
        raise ValueError("the keyring has no such entry (SERVICE/USER)")
    return found


def _from_command(line: str) -> str:
    try:
        done = run(shlex.split(line), command_environment(), TIMEOUT, stdin=subprocess.DEVNULL)
    except ProgramFailed as error:
        raise ValueError(str(error)) from None
    except ValueError:
        raise ValueError("can't be started: a quote is not closed") from None
    if done.exit_code != 0:
        raise ValueError(f"ended with exit code {done.exit_code}")
    try:
        return decoded(done.out).rstrip("\r\n")
    except ValueError as error:
        raise ValueError(f"its output {error}") from None


def _shown(kind: str, rest: str) -> str:
    """What of a reference may be shown: of a program its name alone, as its arguments may hold a token."""
    return (rest.split(maxsplit=1)[0] if kind == "command" and rest.split() else rest.strip())[:200]


_READERS: Final[Mapping[str, Callable[[str], str]]] = {
    "env": _from_env,
    "file": _from_file,
    "keyring": _from_keyring,
    "command": _from_command,
}
