"""Lines for people on a stream: with style and a live part on a terminal, plain elsewhere; all of it through the scrubber.

The text of an org, a server or a program can hold control characters that move the cursor, set the clipboard or end a line,
so that it looks like a line of ours.
"""

from __future__ import annotations

import re
import sys
import threading
from dataclasses import dataclass, field
from typing import Any, Final, TextIO

from automation.secrets import scrub

_UNSAFE: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""C0 and C1 controls but the tab, line separators, marks that turn the direction of writing, and half characters."""


def one_line(text: str) -> str:
    """``text`` without control characters: each in the form of JSON, so that a JSON text stays one."""
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def plain(text: str) -> str:
    """As `one_line`, but line breaks stay. Every further line is indented, so none can be taken for the beginning of another."""
    first, *others = text.splitlines() or [""]
    return "\n".join([one_line(first), *(f"{'' if line.startswith('  ') else '  '}{one_line(line)}" for line in others)])


@dataclass
class Display:
    """What the console of a run and that of the fleet share; lines may come from any thread."""

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
