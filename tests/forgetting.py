"""Forgetting secrets: one test's values do not mask another's texts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from automation.secrets import secret
from automation.secrets.secret import FormIndex


@contextmanager
def only_own(*, empty: bool = False) -> Iterator[None]:
    """Forget, at the end, the secrets that became known meanwhile.

    ``empty``: none is known at the beginning either.
    """
    before = dict(secret._known)
    if empty:
        _know({})
    try:
        yield
    finally:
        _know(before)


def _know(values: Mapping[str, list[str]]) -> None:
    """Look for these values alone from now on."""
    values = dict(values)
    with secret._lock:
        secret._known.clear()
        secret._known.update(values)
        secret._codes.clear()
        secret._index = FormIndex()
        for forms in values.values():
            secret._look_for(forms)
