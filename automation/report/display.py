"""Lines for people on a stream: with style and a live part on a terminal, plain elsewhere; all of it through the scrubber."""

from __future__ import annotations

import sys
import threading
from dataclasses import dataclass, field
from typing import Any, TextIO

from automation.report.plain import plain
from automation.secrets import scrub


@dataclass
class Display:
    """What the console of a run and that of the fleet share; lines may come from any thread.

    Args:
        stream: stderr by default.
    """

    verbosity: int = 0
    stream: TextIO = field(default_factory=lambda: sys.stderr)
    _live: Any = None
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def close(self) -> None:
        """Restore the terminal, whatever happened."""
        if self._live is not None:
            self._live.stop()
            self._live = None

    def _start_live(self, **what: Any) -> None:
        from rich.live import Live

        self.close()
        self._live = Live(console=self._rich(), transient=True, **what)
        self._live.start()

    def _line(self, text: str, style: str = "") -> None:
        with self._lock:
            if self.stream.isatty():
                from rich.text import Text

                console = self._live.console if self._live is not None else self._rich()
                console.print(Text(plain(scrub(text)), style=style))
            else:
                print(plain(scrub(text)), file=self.stream, flush=True)

    def _rich(self) -> Any:
        from rich.console import Console

        return Console(file=self.stream, highlight=False, soft_wrap=True)
