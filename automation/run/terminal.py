"""How a command prints: log records and unforeseen exceptions, short and without secrets, on any console."""

from __future__ import annotations

import codecs
import io
import json
import logging
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType

from automation.errors import RunbookError
from automation.report.console import Console
from automation.report.display import one_line
from automation.secrets import scrub

FAULT = "This is a bug in the tool; run again with -v and report the output."

LEVELS = {-1: logging.ERROR, 0: logging.WARNING, 1: logging.INFO}


class _ToConsole(logging.Handler):
    def __init__(self, console: Console) -> None:
        super().__init__()
        self._console = console

    def emit(self, record: logging.LogRecord) -> None:
        self._console.note(record.getMessage())


@contextmanager
def log_to_console(console: Console) -> Iterator[None]:
    """Show the log records of our own packages on the console; which levels depends on its verbosity."""
    loggers = [logging.getLogger(name) for name in ("automation", "flows")]
    before = [(logger.handlers, logger.level, logger.propagate) for logger in loggers]
    for logger in loggers:
        logger.handlers, logger.propagate = [_ToConsole(console)], False
        logger.setLevel(LEVELS.get(console.verbosity, logging.DEBUG))
    try:
        yield
    finally:
        for logger, (handlers, level, propagate) in zip(loggers, before, strict=True):
            logger.handlers, logger.propagate = handlers, propagate
            logger.setLevel(level)


def short_tracebacks(*, verbose: bool, also: Callable[[RunbookError], None] = lambda _: None) -> None:
    """An exception that nobody foresaw ends in one line, or with ``-v`` in its stack trace; scrubbed either way.

    ``also`` gets it as an error, so that ``--json`` has its object even then.
    """

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        first = str(error).splitlines()[0] if str(error) else ""
        fault = RunbookError(scrub(f"{kind.__name__}: {first}"), next=FAULT)
        if verbose:
            print(scrub("".join(traceback.format_exception(kind, error, trace))), file=sys.stderr)
        else:
            print(f"Error: {one_line(fault.message)}\nNext: {fault.next}", file=sys.stderr)
        also(fault)

    sys.excepthook = hook


def print_any_text() -> None:
    r"""Print what the console's encoding lacks as ``\uXXXX``, which is valid JSON too, rather than fail.

    Consoles and pipes on Windows have a code page without most characters, and so have old locales elsewhere.
    """
    codecs.register_error("runbook-escape", _escape)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="runbook-escape")


def _escape(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return json.dumps(error.object[error.start : error.end])[1:-1], error.end
