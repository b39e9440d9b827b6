"""``python -m tests.e2e.make_table``: writes `variants.json` from the knobs of `variants.py`; the same knobs, the same table."""

from __future__ import annotations

import json
import random
from typing import Any

from allpairspy import AllPairs

from tests.e2e.variants import COSTLY, FILE, OTHER, PAIRED, PLAN, READ, Variant

TRIES = 20
"""How many rows the library needs depends on the order of what it is given."""


def rows() -> list[Variant]:
    """Every pair of values of the paired knobs; the values of each other knob in an order of its own."""
    made = min((_pairs(random.Random(number)) for number in range(TRIES)), key=len)  # noqa: S311  the same ones every time
    for knob, values in (OTHER | COSTLY).items():
        turns = [_turn(knob, values, number) for number in range(len(made))]
        random.Random(knob).shuffle(turns)  # noqa: S311  a fixed order that differs from knob to knob
        for row, value in zip(made, turns, strict=True):
            row[knob] = value
    _plan(made)
    return made


def _pairs(order: random.Random) -> list[Variant]:
    knobs = order.sample(list(PAIRED), len(PAIRED))
    values = [order.sample(PAIRED[knob], len(PAIRED[knob])) for knob in knobs]
    return [dict(zip(knobs, row, strict=True)) for row in AllPairs(values)]


def _plan(made: list[Variant]) -> None:
    """Mark few rows that together have every value that a plan reads: always the one with most of what is left."""
    left = [(knob, value) for knob, values in READ.items() for value in values]
    for row in made:
        row[PLAN] = False
    while left:
        best = max(made, key=lambda row: sum(row[knob] == value for knob, value in left))
        best[PLAN] = True
        left = [(knob, value) for knob, value in left if best[knob] != value]


def _turn(knob: str, values: list[Any], number: int) -> Any:
    """The values one after the other; a costly knob's only once."""
    return values[0] if knob in COSTLY and number >= len(values) else values[number % len(values)]


if __name__ == "__main__":
    lines = ",\n".join(json.dumps(row) for row in rows())
    FILE.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
