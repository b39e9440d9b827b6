"""Trying a table of attacks in one test, and counting them for ``python -m tests.attacks``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import pytest

V = TypeVar("V")


class Attacks:
    """Tries every entry of a table, also behind one that gave way."""

    def __init__(self, note: Callable[[str, object], None]) -> None:
        self._note = note

    def each(self, table: Mapping[str, V], holds: Callable[[V], Any]) -> None:
        """Call ``holds`` with each attack; the test fails with the names of those for which it raised."""
        gave_way = {}
        for name, attack in table.items():
            try:
                holds(attack)
            except Exception as error:  # noqa: BLE001 - whatever it is, the others are tried too
                gave_way[name] = f"{type(error).__name__}: {error}"[:300]
        self.count(len(table), len(gave_way))
        assert not gave_way

    def count(self, tried: int, gave_way: int = 0) -> None:
        """Note attacks that were made in another way."""
        self._note("attacks", (tried, tried - gave_way))


@pytest.fixture
def attacks(record_property: Callable[[str, object], None]) -> Attacks:
    """Tries tables of attacks."""
    return Attacks(record_property)
