"""Where evidence is silent both answers exist as variants of the replica; the run has to pass them all (see `variants`).

The table's orgs run every time; with ``-m slow`` each value also gets a run of its own.
"""

from __future__ import annotations

import dataclasses
from itertools import combinations
from typing import Any

import pytest

from automation.replica.variants import Variants

from .conftest import Expect
from .variants import ELSEWHERE, KNOBS, LONG_LIST, PAIRED, PLAN, READ, Variant, default, name_of, table

WHAT_TO_DO = "add it to tests/e2e/variants.py (see there), then run python -m tests.e2e.make_table"


def test_no_variant_is_left_out() -> None:
    """Every knob of the pages is in the table or named with its test; each value, and each pair of the paired ones, is in a row.

    And each value that a plan reads is in a row with a plan.
    """
    of_pages = {item.name for item in dataclasses.fields(Variants) if item.metadata["web"]}
    assert sorted(of_pages - KNOBS.keys() - ELSEWHERE.keys()) == [], WHAT_TO_DO
    rows = table()
    missing = [(knob, value) for knob, values in KNOBS.items() for value in values if value not in [row.get(knob) for row in rows]]
    for first, second in combinations(PAIRED, 2):
        met = [(row[first], row[second]) for row in rows]
        missing += [pair for a in PAIRED[first] for b in PAIRED[second] if (pair := (a, b)) not in met]
    planned = [row for row in rows if row[PLAN]]
    missing += [(knob, value) for knob, values in READ.items() for value in values if value not in [row[knob] for row in planned]]
    assert missing == [], WHAT_TO_DO


def test_every_value_of_a_knob_is_listed() -> None:
    """A value that the replica knows and the table lacks would never be run."""
    listed = {item.name: item.metadata["choices"] for item in dataclasses.fields(Variants) if item.name in KNOBS}
    del listed["after_password"]  # tests/access goes through the screens
    missing = [(knob, value) for knob, values in listed.items() for value in values if value not in KNOBS[knob]]
    assert missing == [], WHAT_TO_DO


@pytest.mark.parametrize("row", table(), ids=name_of)
def test_the_orgs_of_the_table_pass(row: Variant, expect_created_and_found_again: Expect) -> None:
    """All release looks, languages, sizes of the window, confirmations, lists and so on, in few orgs."""
    expect_created_and_found_again(row)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("knob", "value"), [pytest.param(knob, value, id=f"{knob}={value}") for knob, values in KNOBS.items() for value in values[1:]]
)
def test_every_variant_passes_alone(knob: str, value: Any, expect_created_and_found_again: Expect) -> None:
    """So that a failure of the table's orgs names the one value that it is about; and lists are as long as 300 apps."""
    expect_created_and_found_again(default() | {knob: value}, LONG_LIST)
