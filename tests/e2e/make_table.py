"""``python -m tests.e2e.make_table``: writes `variants.json` from the knobs of `variants.py`; the same knobs, the same table."""

from __future__ import annotations

import json
import random
from typing import Any

from allpairspy import AllPairs

from tests.e2e.variants import COSTLY, FILE, OTHER, PAIRED, Variant


def rows() -> list[Variant]:
    """Every pair of values of the paired knobs; the values of each other knob in an order of its own."""
    made = [dict(zip(PAIRED, values, strict=True)) for values in AllPairs(list(PAIRED.values()))]
    for knob, values in (OTHER | COSTLY).items():
        turns = [_turn(knob, values, number) for number in range(len(made))]
        random.Random(knob).shuffle(turns)  # noqa: S311  a fixed order that differs from knob to knob
        for row, value in zip(made, turns, strict=True):
            row[knob] = value
    return made


def _turn(knob: str, values: list[Any], number: int) -> Any:
    """The values one after the other; a costly knob's only once."""
    return values[0] if knob in COSTLY and number >= len(values) else values[number % len(values)]


if __name__ == "__main__":
    lines = ",\n".join(json.dumps(row) for row in rows())
    FILE.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
