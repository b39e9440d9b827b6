"""Running a program of the user's that prints one word: a code or a token."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from typing import Final

from automation.access.codes.source import CodeRequest, CodeSource
from automation.errors import SettingsError, VerificationNeeded
from automation.secrets import Secret
from automation.secrets.child_environment import command_environment
from automation.secrets.programs import ProgramFailed, run

_CODE: Final = re.compile(r"(?<!\d)\d{4,8}(?!\d)", re.ASCII)


class Program:
    """A program that a setting names, run without a shell; its line is taken apart as a POSIX shell would.

    Raises:
        SettingsError: a quote is not closed; the settings' rule refuses it earlier.
    """

    def __init__(self, setting: str, line: str, advice: str) -> None:
        self._setting = setting
        self._advice = advice
        try:
            self._argv = shlex.split(line)
        except ValueError:
            raise SettingsError(f"{setting} has a quote that is not closed.") from None

    def unusable(self, why: str) -> VerificationNeeded:
        """The error for output that can't be used; ``why`` never holds what was printed."""
        return VerificationNeeded(f"The program of {self._setting} {why}.", next=self._advice)

    def output(self, environment: Mapping[str, str], timeout: float) -> str:
        """What it prints on stdout within ``timeout`` seconds; bytes that are not UTF-8 are replaced.

        Raises:
            VerificationNeeded: it can't be started, fails, prints too much or takes too long.
        """
        try:
            ended = run(self._argv, environment, timeout)
        except ProgramFailed as error:
            raise self.unusable(str(error)) from None
        if ended.exit_code != 0:
            raise self.unusable(f"ended with exit code {ended.exit_code}")
        return ended.out.decode("utf-8-sig", errors="replace")


class CodeCommand(CodeSource):
    """The program of ``SF_CODE_COMMAND``: run without a shell when a code is needed; its first number is the code.

    Its environment says what is asked for: ``SF_CODE_METHOD`` (``email``, ``totp``, ``sms`` or ``temporary``) and
    ``SF_CODE_USERNAME``. What it prints is never shown.
    """

    name = "the code command"

    def __init__(self, line: str) -> None:
        self._program = Program("SF_CODE_COMMAND", line, "Run the command by hand; it has to print the code on stdout.")

    def code(self, request: CodeRequest, timeout: float) -> Secret:
        """Run the program and take the number that it prints.

        Raises:
            VerificationNeeded: it can't be started, fails, takes too long, or prints no number of 4 to 8 digits.
        """
        asked = {"SF_CODE_METHOD": request.method.name.lower(), "SF_CODE_USERNAME": request.username or ""}
        found = _CODE.search(self._program.output(command_environment(asked), timeout))
        if found is None:
            raise self._program.unusable("printed no code of 4 to 8 digits")
        return Secret(found.group())
