"""Codes typed by a person at the terminal."""

from __future__ import annotations

import getpass
import sys

from automation.access.codes.source import CodeRequest, CodeSource
from automation.errors import VerificationNeeded
from automation.secrets import Secret


class Prompt(CodeSource):
    """Asks the person at the terminal; only made when there is one (`person_is_there`)."""

    name = "the terminal"

    def code(self, request: CodeRequest, timeout: float) -> Secret:
        """Ask for the code; it is not shown while it is typed.

        Raises:
            VerificationNeeded: the person gave none.
        """
        where = f" sent to {request.address}" if request.address else ""
        try:
            typed = getpass.getpass(f"Salesforce asks for the {request.method.value}{where}: ", stream=sys.stderr)
        except EOFError:
            typed = ""
        digits = "".join(typed.split())
        if not digits:
            raise VerificationNeeded(f"No {request.method.value} was given at the terminal.")
        return Secret(digits)


def person_is_there() -> bool:
    """Whether standard input is a terminal, so that somebody can be asked."""
    return sys.stdin is not None and sys.stdin.isatty()
