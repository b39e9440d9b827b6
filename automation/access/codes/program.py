"""Running a program of the user's that prints one word: a code or a token."""

from __future__ import annotations

import shlex
from collections.abc import Mapping

from automation.errors import SettingsError, VerificationNeeded
from automation.secrets.programs import ProgramFailed, run


class Program:
    """A program of the user's, run without a shell.

    Args:
        setting: which one names it.
        line: the command line, taken apart as a POSIX shell would.
        advice: what to do when its output can't be used.

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
        """What it prints on stdout; bytes that are not UTF-8 are replaced. What it prints on stderr is dropped.

        Args:
            timeout: seconds; after them the program is killed. A child of it that keeps stdout open is not waited for.

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
