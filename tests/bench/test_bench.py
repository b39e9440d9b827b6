"""The measurements run, and no ratio got worse than the recorded one by half."""

from __future__ import annotations

from pathlib import Path

import pytest

from automation.replica import Replica
from tests.bench.__main__ import SHORT
from tests.bench.contest import Contest
from tests.bench.parts import parts_table
from tests.bench.profiles import PROFILES
from tests.bench.table import contest_table, into_page, keep, recorded, scale_table, worse

ROW = {"median": 2.0, "worst": 3.0, "cpu": 1.0, "round_trips": 50, "rounds": 1}


@pytest.mark.browser
@pytest.mark.slow  # it measures: what these runs do is claimed by others, and CPU seconds mean little beside other tests
def test_the_short_form_runs_and_its_ratios_are_as_recorded(replica: Replica) -> None:
    """Round trips and CPU, not wall time: other programs' work must not fail this."""
    contest = Contest(replica, PROFILES["none"], report=lambda _: None)
    contest.rounds(list(SHORT), 1)
    measured = contest.summary()

    assert list(measured) == list(SHORT)
    assert worse(measured, recorded()["profiles"]["none"]) == []


def test_a_ratio_worse_by_more_than_half_is_named() -> None:
    before = {"literal": ROW, "full": {**ROW, "round_trips": 100}}
    now = {"literal": ROW, "full": {**ROW, "round_trips": 151}}

    assert worse(before, before) == []
    assert worse(now, before) == ["full: round_trips is 3.02 x literal; recorded is 2.00"]


def test_parts_are_shares_of_literals_whole_time() -> None:
    ways = {
        "literal": {**ROW, "median": 10.0, "parts": {"log in": 4.0, "create": 6.0}},
        "full": {**ROW, "parts": {"log in": 5.0, "prove": 1.0}},
    }
    table = parts_table({"none": ways}, ("literal", "full"))

    assert "| none | log in | 0.40 | 0.50 |" in table
    assert "| none | create | 0.60 | - |" in table
    assert "| none | prove | - | 0.10 |" in table


def test_profiles_that_were_not_measured_again_are_kept(tmp_path: Path) -> None:
    file = tmp_path / "recorded.json"
    keep({"machine": "a", "profiles": {"none": {"literal": ROW}}}, file)
    keep({"machine": "b", "profiles": {"jitter": {"literal": ROW}}}, file)

    assert list(recorded(file)["profiles"]) == ["none", "jitter"]
    assert recorded(file)["machine"] == "b"


def test_tables_are_put_between_their_marks(tmp_path: Path) -> None:
    page = tmp_path / "speed.md"
    page.write_text("before\n<!-- measured: contest -->\nold\n<!-- end -->\nafter\n")
    table = contest_table({"machine": "m", "profiles": {"none": {"literal": ROW, "full": {**ROW, "median": 1.0}}}})
    into_page({"contest": table, "scale": scale_table([])}, page)

    assert "| none | `full` | 0.50 | 1.50 | 1.00 | 50 |" in page.read_text()
    assert "old" not in page.read_text()
    assert page.read_text().endswith("<!-- end -->\nafter\n")
