"""Codes printed by a program of the user's."""

from __future__ import annotations

import re
from typing import Final

from automation.access.codes.program import Program
from automation.access.codes.source import CodeRequest, CodeSource, Method
from automation.secrets import Secret
from automation.secrets.child_environment import command_environment

_CODE: Final = re.compile(r"(?<!\d)\d{4,8}(?!\d)", re.ASCII)


class CodeCommand(CodeSource):
    """The program of ``SF_CODE_COMMAND``: run without a shell when a code is needed; its first number is the code.

    Its environment says what is asked for: ``SF_CODE_METHOD`` (``email``, ``totp``, ``sms`` or ``temporary``) and
    ``SF_CODE_USERNAME``. What it prints is never shown.

    Args:
        line: see `Program`.
    """

    name = "the code command"

    def __init__(self, line: str) -> None:
        self._program = Program("SF_CODE_COMMAND", line, "Run the command by hand; it has to print the code on stdout.")

    def answers(self, method: Method) -> bool:
        """Whatever the page asks for: the program may know."""
        return True

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
