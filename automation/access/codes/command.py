"""Codes printed by a program of the user's."""

from __future__ import annotations

import re
import shlex
from typing import Final

from automation.access.codes.source import CodeRequest, Method, Stateless
from automation.errors import SettingsError, VerificationNeeded
from automation.secrets import Secret
from automation.secrets.child_environment import command_environment
from automation.secrets.programs import ProgramFailed, output_of

_CODE: Final = re.compile(r"(?<!\d)\d{4,8}(?!\d)", re.ASCII)


class Command(Stateless):
    """The program of ``SF_CODE_COMMAND``: run without a shell when a code is needed; its first number is the code.

    Its environment says what is asked for: ``SF_CODE_METHOD`` (``email``, ``totp``, ``sms`` or ``temporary``) and
    ``SF_CODE_USERNAME``. What it prints is never shown.

    Args:
        line: the command line, taken apart as a POSIX shell would, without a shell.

    Raises:
        SettingsError: a quote is not closed.
    """

    name = "the code command"

    def __init__(self, line: str) -> None:
        try:
            self._argv = shlex.split(line)
        except ValueError:  # an open quote; the settings' rule refuses it earlier
            raise SettingsError("SF_CODE_COMMAND has a quote that is not closed.") from None

    def answers(self, method: Method) -> bool:
        """Whatever the page asks for: the program may know."""
        return True

    def code(self, request: CodeRequest, timeout: float) -> Secret:
        """Run the program and take the number that it prints.

        Raises:
            VerificationNeeded: it can't be started, fails, takes too long, or prints no number of 4 to 8 digits.
        """
        try:
            printed = output_of(self._argv, self._environment(request), timeout)
        except ProgramFailed as error:
            raise _unusable(str(error)) from None
        found = _CODE.search(printed)
        if found is None:
            raise _unusable("printed no code of 4 to 8 digits")
        return Secret(found.group())

    def _environment(self, request: CodeRequest) -> dict[str, str]:
        extra = {"SF_CODE_METHOD": request.method.name.lower(), "SF_CODE_USERNAME": request.username or ""}
        return command_environment(extra)


def _unusable(why: str) -> VerificationNeeded:
    return VerificationNeeded(
        f"The program of SF_CODE_COMMAND {why}.", next="Run the command by hand; it has to print the code on stdout."
    )
