"""Codes of an authenticator app, from its seed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final

from automation.access.codes.source import CodeRequest, CodeSource, Method, NoCodeYet
from automation.errors import SettingsError
from automation.secrets import Secret
from automation.settings.otpauth import read_seed

SECONDS_LEFT: Final = 8
"""A code is used only with this many seconds left in its window, so that it is still good when it arrives.

One careful public script waits for 12; the time between reading the clock and Salesforce's check is about one second
here, so 8 leaves room and waits less.
"""

_NEVER: Final = threading.Event()
"""Nobody sets it: waiting for it is waiting, and Ctrl-C ends that."""


class Authenticator(CodeSource):
    """The authenticator app of ``SF_TOTP_SECRET``.

    Never gives the code of the same window (usually 30 seconds) twice: Salesforce refuses a code that was used.

    Args:
        seed: base32, as shown by "I Can't Scan the QR Code" (spaces are allowed), or an ``otpauth://`` URI.

    Raises:
        SettingsError: the seed is neither.
    """

    name = "the authenticator seed"
    methods = (Method.TOTP,)

    def __init__(self, seed: Secret, now: Callable[[], float] = time.time, wait: Callable[[float], object] = _NEVER.wait) -> None:
        try:
            self._totp = read_seed(seed.reveal())
        except ValueError as error:
            raise SettingsError(f"SF_TOTP_SECRET {error}.") from None
        self._least_left = min(SECONDS_LEFT, self._totp.interval / 2)
        self._now = now
        self._wait = wait
        self._used: set[float] = set()

    def code(self, request: CodeRequest, timeout: float) -> Secret:
        """The code of a window that was not used yet and has `SECONDS_LEFT`; waits up to one window for it.

        Raises:
            NoCodeYet: such a window does not begin within ``timeout`` seconds.
        """
        waited = 0.0
        while True:
            window, passed = divmod(self._now(), self._totp.interval)
            left = self._totp.interval - passed
            if window not in self._used and left >= self._least_left:
                self._used.add(window)
                return Secret(self._totp.at(self._now()))
            if waited + left > timeout:
                raise NoCodeYet(
                    f"No fresh authenticator code could be made within {timeout:g} s.",
                    next="Check this machine's clock: was it set back? If it is right, allow more time with TIMEOUT_CODE.",
                )
            self._wait(left)
            waited += left
