"""Ends programs that the fleet started. Each was started with ``start_new_session=True``, which Windows ignores."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from typing import Any


def interrupt(worker: subprocess.Popen[Any]) -> None:
    """Ask a worker to end cleanly. Windows has no signal for that: there a worker sees that its standard input ends."""
    with suppress(OSError):
        if sys.platform != "win32":
            worker.send_signal(signal.SIGTERM)
        elif worker.stdin is not None:
            worker.stdin.close()


def kill_all(program: subprocess.Popen[Any]) -> None:
    """End a program that still runs at once, and with it what it started."""
    if program.poll() is not None:
        return
    with suppress(OSError):
        if sys.platform == "win32":
            subprocess.run(["taskkill", "/F", "/T", "/PID", str(program.pid)], capture_output=True, check=False)
        else:
            os.killpg(program.pid, signal.SIGKILL)
