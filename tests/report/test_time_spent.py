"""Where time went, with clocks of the test's own."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from automation.steps import Step, StepResult, unchanged
from automation.steps.time_spent import Spent, TimeSpent, hooks, waiting_for_org
from tests.step_results import step_result

STEP = Step("1.2", "t", "s", lambda: unchanged(""))


def ended(id: str = "1.2") -> StepResult:
    return step_result(id, "unchanged", 0, "")


@dataclass
class Clocks:
    """A meter whose time is moved by hand: ``pass_(wall, processor)`` in seconds."""

    wall: float = 100.0
    processor: float = 5.0
    meter: TimeSpent = field(init=False)

    def __post_init__(self) -> None:
        self.meter = TimeSpent(lambda: self.wall, lambda: self.processor)

    def pass_(self, wall: float, processor: float = 0.0) -> None:
        self.wall += wall
        self.processor += processor


@pytest.fixture
def clocks() -> Clocks:
    made = Clocks()
    made.meter.step_started(STEP)
    return made


def test_overlapping_requests_count_once_and_the_rest_is_the_browsers(clocks: Clocks) -> None:
    clocks.meter.began("a")
    clocks.pass_(1)
    clocks.meter.began("b")
    clocks.pass_(1)
    clocks.meter.ended("a")
    clocks.pass_(1)
    clocks.meter.ended("b")
    clocks.pass_(4, 0.5)
    clocks.meter.step_ended(ended())
    assert clocks.meter.steps["1.2"] == Spent(org=3, browser=3.5, own=0.5)


def test_a_request_may_begin_in_one_step_and_end_in_the_next(clocks: Clocks) -> None:
    clocks.meter.began("a")
    clocks.pass_(2)
    clocks.meter.step_ended(ended())
    clocks.pass_(10)  # between two steps
    clocks.meter.step_started(STEP)
    clocks.pass_(3)
    clocks.meter.ended("a")
    clocks.meter.step_ended(ended("1.3"))
    assert (clocks.meter.steps["1.2"].org, clocks.meter.steps["1.3"].org) == (2, 3)
    assert clocks.meter.total.whole == 5


def test_own_work_during_a_request_is_not_counted_twice(clocks: Clocks) -> None:
    clocks.meter.began("a")
    clocks.pass_(2, 2)
    clocks.meter.ended("a")
    clocks.meter.step_ended(ended())
    assert clocks.meter.steps["1.2"] == Spent(org=2, browser=0, own=0)


def test_waits_outside_of_the_browser_are_the_orgs(clocks: Clocks) -> None:
    with waiting_for_org():
        clocks.pass_(2)
    began, answered = hooks()["request"][0], hooks()["response"][0]
    began(None)
    clocks.pass_(1)
    answered(None)
    clocks.meter.step_ended(ended())
    assert clocks.meter.steps["1.2"].org == 3


def test_a_request_of_our_own_that_broke_off_does_not_count_on(clocks: Clocks) -> None:
    hooks()["request"][0](None)
    clocks.pass_(1)
    clocks.meter.step_ended(ended())
    clocks.meter.step_started(STEP)
    clocks.pass_(5)
    clocks.meter.step_ended(ended())
    assert clocks.meter.steps["1.2"].org == 0


def test_steps_that_were_not_reached_took_no_time(clocks: Clocks) -> None:
    clocks.pass_(2)
    clocks.meter.step_ended(ended())
    clocks.meter.step_ended(ended("1.3"))
    assert clocks.meter.total.whole == 2
    assert "1.3" not in clocks.meter.steps


def test_outside_of_a_run_nothing_is_measured_and_nothing_fails() -> None:
    with waiting_for_org():
        hooks()["request"][0](None)
    hooks()["response"][0](None)
