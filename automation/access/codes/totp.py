"""Codes of an authenticator app, from its seed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, Final

from automation.access.codes.source import CodeRequest, Method
from automation.errors import SettingsError
from automation.secrets import Secret

SECONDS_LEFT: Final = 8
"""A code is used only with this many seconds left in its window, so that it is still good when it arrives.

One careful public script waits for 12; the time between reading the clock and Salesforce's check is about one second
here, so 8 leaves room and waits less.
"""


def _wait(seconds: float) -> None:
    threading.Event().wait(seconds)


class Authenticator:
    """The authenticator app of ``SF_TOTP_SECRET``.

    Never tells the code of the same 30 second window twice: Salesforce refuses a code that was used.

    Args:
        seed: base32, as shown by "I Can't Scan the QR Code" (blanks are allowed), or an ``otpauth://`` address.
        now: seconds since the epoch.
        wait: waits that many seconds.

    Raises:
        SettingsError: the seed is neither.
    """

    name = "the authenticator seed"

    def __init__(self, seed: Secret, now: Callable[[], float] = time.time, wait: Callable[[float], None] = _wait) -> None:
        import pyotp  # late: most runs need no code

        try:
            text = seed.reveal().strip()
            made: Any = pyotp.parse_uri(text) if text.startswith("otpauth://") else pyotp.TOTP("".join(text.split()).upper())
            made.at(0)
        except ValueError:  # binascii.Error is one too
            raise SettingsError(
                "SF_TOTP_SECRET is no base32 seed (at least 112 bits, 23 characters) and no otpauth:// address."
            ) from None
        if not isinstance(made, pyotp.TOTP):
            raise SettingsError("SF_TOTP_SECRET is of the counter kind (HOTP); Salesforce uses time-based codes.")
        self._totp: pyotp.TOTP = made
        self._now = now
        self._wait = wait
        self._used_window = -1

    def answers(self, method: Method) -> bool:
        """Authenticator codes only."""
        return method is Method.TOTP

    def prepare(self) -> str | None:
        """Nothing to note: a code does not depend on the request."""
        return None

    def code(self, request: CodeRequest, timeout: float) -> Secret:
        """The code of a window that was not used yet and has `SECONDS_LEFT`; waits up to one window for it."""
        while True:
            window, left = self._window()
            if window > self._used_window and left >= SECONDS_LEFT:
                self._used_window = window
                return Secret(self._totp.at(self._now()))
            self._wait(left)

    def close(self) -> None:
        """Nothing is open."""

    def _window(self) -> tuple[int, float]:
        """Number of the window that is now, and the seconds left in it."""
        length = self._totp.interval
        now = self._now()
        return int(now // length), length - now % length
