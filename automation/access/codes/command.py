"""Codes printed by a program of the user's."""

from __future__ import annotations

import re
import shlex
import subprocess
from typing import Final

from automation.access.codes.source import CodeRequest, Method
from automation.child_environment import command_environment
from automation.errors import VerificationNeeded
from automation.secrets import Secret

_CODE: Final = re.compile(r"(?<!\d)\d{4,8}(?!\d)")


class Command:
    """The program of ``SF_CODE_COMMAND``: run without a shell when a code is needed; its first number is the code.

    It is told what is asked for by the environment: ``SF_CODE_METHOD`` (``email``, ``totp``, ``sms`` or ``temporary``) and
    ``SF_CODE_USERNAME``. What it prints is never shown.

    Args:
        line: the command line, taken apart as a POSIX shell would, without a shell.
    """

    name = "the code command"

    def __init__(self, line: str) -> None:
        self._argv = shlex.split(line)

    def answers(self, method: Method) -> bool:
        """Whatever the page asks for: the program may know."""
        return True

    def prepare(self) -> str | None:
        """Nothing to note."""
        return None

    def code(self, request: CodeRequest, timeout: float) -> Secret:
        """Run the program and take the number that it prints.

        Raises:
            VerificationNeeded: it can't be started, fails, takes too long, or prints no number of 4 to 8 digits.
        """
        try:
            done = subprocess.run(
                self._argv,
                env=self._environment(request),
                capture_output=True,
                text=True,
                errors="replace",
                timeout=timeout,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise _unusable(f"did not answer within {timeout:g} s") from None
        except OSError as error:
            raise _unusable(f"can't be started: {error.strerror}") from None
        if done.returncode != 0:
            raise _unusable(f"ended with exit code {done.returncode}")
        found = _CODE.search(done.stdout)
        if found is None:
            raise _unusable("printed no code of 4 to 8 digits")
        return Secret(found.group())

    def close(self) -> None:
        """Nothing is open."""

    def _environment(self, request: CodeRequest) -> dict[str, str]:
        extra = {"SF_CODE_METHOD": request.method.name.lower(), "SF_CODE_USERNAME": request.user_name or ""}
        return command_environment(extra)


def _unusable(why: str) -> VerificationNeeded:
    return VerificationNeeded(
        f"The program of SF_CODE_COMMAND {why}.", next="Run the command by hand; it has to print the code on stdout."
    )
