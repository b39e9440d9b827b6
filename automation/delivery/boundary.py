"""The one place where a store's error, whatever it is, becomes ours; and where its time ends."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import wait
from typing import TypeVar

from automation.errors import DeliveryFailed, RunbookError
from automation.network.parallel import in_background
from automation.secrets import scrub

T = TypeVar("T")


def within(seconds: float, what: str, call: Callable[[], T]) -> T:
    """Call into a store, in a thread that is left behind when the time is up.

    Client libraries have time limits between two pieces of an answer, at best, and a locked keyring none at all.

    Args:
        seconds: for the whole call.
        what: what is done, as in ``vault:kv/acme could not be read``.

    Raises:
        RunbookError: as ``call`` raises it; DeliveryFailed for anything else, and when the time is up.
    """
    future = in_background(call)
    wait([future], seconds)
    if not future.done():
        raise DeliveryFailed(f"{what}: no answer within {seconds:g} s.", next="Check that the store can be reached; run again.")
    error = future.exception()  # libraries and servers raise what they like
    if error is None or isinstance(error, RunbookError):
        return future.result()
    raise DeliveryFailed(f"{what}: {said(error)}.", next="Check this target; if it is right, report this as a bug of this tool.")


def said(error: BaseException) -> str:
    """An error in one line of at most 300 characters, without secrets: of nested ones the innermost, as it names the cause."""
    lines = scrub(str(error)).strip().splitlines()
    text = re.sub(r"^.*\(Caused by (.*)\)$", r"\1", lines[0]) if lines else ""
    return f"{type(error).__name__}{f': {text}' if text else ''}"[:300].rstrip(".")
