"""The environment of programs that we start: variables by name, never whatever else this process was given.

The environment of a process is readable by the process itself, its children and whatever breaks out of them. So each
program gets what programs need in general (`COMMON`), what its own documentation names, and nothing besides.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from fnmatch import fnmatchcase
from typing import Final

COMMON: Final = (
    *("PATH", "HOME", "USER", "LOGNAME", "SHELL", "LD_LIBRARY_PATH"),
    *("LANG", "LANGUAGE", "LC_*", "TZ", "TERM", "NO_COLOR"),
    *("TMPDIR", "TMP", "TEMP", "XDG_*", "DBUS_SESSION_BUS_ADDRESS"),
    *("DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "FONTCONFIG_FILE", "FONTCONFIG_PATH"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "__CF_USER_TEXT_ENCODING"),
    # Windows: without these programs do not start or do not find their folders.
    *("SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT", "OS", "NUMBER_OF_PROCESSORS", "PROCESSOR_ARCHITECTURE"),
    *("USERNAME", "USERDOMAIN", "USERPROFILE", "HOMEDRIVE", "HOMEPATH", "APPDATA", "LOCALAPPDATA", "PUBLIC"),
    *("PROGRAMDATA", "PROGRAMFILES*", "PROGRAMW6432", "COMMONPROGRAM*", "ALLUSERSPROFILE"),
)
PROXY: Final = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
"""For programs that use the network by themselves; the URL of a proxy may hold its password."""

PLAYWRIGHT: Final = (
    *(*PROXY, "NODE_EXTRA_CA_CERTS", "PWDEBUG", "PLAYWRIGHT_BROWSERS_PATH", "PLAYWRIGHT_NODEJS_PATH"),
    *("PLAYWRIGHT_SKIP_VALIDATE_HOST_REQUIREMENTS", "PLAYWRIGHT_HOST_PLATFORM_OVERRIDE"),
)
"""Playwright's driver. ``DEBUG`` is left out: it makes the driver print what is typed. ``PWDEBUG`` opens its inspector."""

SALESFORCE_CLI: Final = (
    *(*PROXY, "NODE_EXTRA_CA_CERTS", "NODE_OPTIONS", "VOLTA_HOME", "ASDF_DATA_DIR", "MISE_DATA_DIR"),
    *("SF_USE_GENERIC_UNIX_KEYCHAIN", "SFDX_USE_GENERIC_UNIX_KEYCHAIN", "SF_CRYPTO_V2", "SF_DATA_DIR", "SF_CONFIG_DIR"),
    *("SF_CACHE_DIR", "SF_LOG_LEVEL", "SF_ORG_API_VERSION", "SF_DISABLE_TELEMETRY", "SF_DISABLE_LOG_FILE"),
)
"""``sf`` (its documented variables that hold no secret)."""

DEBUGGING: Final = ("DEBUGP", "SSLKEYLOGFILE", "GOOGLE_SDK_PYTHON_LOGGING_SCOPE")
"""They make Playwright's Python side print what is typed, TLS write down its keys, and Google's client library log secrets."""

FOR_COMMANDS: Final = "COMMAND_ENVIRONMENT"
"""Variable that names further ones for the user's own commands, separated by commas; ``VAULT_*`` names all that begin so."""

_withheld: dict[str, str] = {}


def child_environment(
    *names: str, values: Mapping[str, str] | None = None, source: Mapping[str, str] | None = None
) -> dict[str, str]:
    """What a program is started with.

    Args:
        names: further variables beside `COMMON`, in upper case; ``*`` matches any characters.
        values: are added as they are, and win.
        source: by default the environment that this process was given.
    """
    patterns = (*COMMON, *names)
    given = given_environment() if source is None else source
    return {name: value for name, value in given.items() if _named(name, patterns)} | dict(values or {})


def command_environment(values: Mapping[str, str] | None = None) -> dict[str, str]:
    """For a command of the user's: also the proxy, what finds their keys (agents, not keys), and what `FOR_COMMANDS` names."""
    named = (name.strip().upper() for name in os.environ.get(FOR_COMMANDS, "").split(","))
    return child_environment(*PROXY, "SSH_AUTH_SOCK", "GNUPGHOME", "GPG_TTY", *filter(None, named), values=values)


def withhold(names: Iterable[str]) -> None:
    """Take secrets out of the environment of this process; `given_environment` still has them.

    Client libraries of stores start programs with all of it: ``az``, or what a kubeconfig names. A proxy stays: they use it.
    """
    for name in names:
        if name in os.environ and name.upper() not in PROXY:
            _withheld[name] = os.environ.pop(name)


def given_environment() -> dict[str, str]:
    """The environment as this process was given it, secrets included; for reading settings, and to start workers of our own."""
    return _withheld | os.environ


def forget_debugging() -> None:
    """Take variables away for good that make libraries in this process write down what they send and receive."""
    for name in DEBUGGING:
        os.environ.pop(name, None)


@contextmanager
def only(environment: Mapping[str, str]) -> Iterator[None]:
    """This process has no other variables than these for the time of the context.

    For a library that starts a program with the environment of this process and takes no other. The environment belongs
    to all threads, so this is for the moment of the start alone.
    """
    before = dict(os.environ)
    _become(environment)
    try:
        yield
    finally:
        _become(before)


def _become(environment: Mapping[str, str]) -> None:
    for name in os.environ.keys() - environment.keys():
        del os.environ[name]
    os.environ.update(environment)


def _named(name: str, patterns: Iterable[str]) -> bool:
    """Proxies are written in lower case too, and Windows does not care about case."""
    upper = name.upper()
    return any(fnmatchcase(upper, pattern) for pattern in patterns)
