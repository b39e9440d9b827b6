"""A person in the window who is faster than the run that asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import pytest
from playwright.sync_api import Page
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from automation.errors import FieldRefused
from automation.run import person
from automation.run.banner import Banner
from flows.procedure import all_steps
from tests.step_results import step_result


class Window:
    """A page whose person goes on to the next page, and the banner that asks them, in one."""

    def __init__(self) -> None:
        self.url, self.main_frame = "https://acme.example/form", object()
        self.listeners: list[Callable[[object], object]] = []
        self.acted: Callable[[], object] = lambda: None
        self.closed = False
        self.waits = 0

    def is_closed(self) -> bool:
        return self.closed

    def on(self, event: str, listener: Callable[[object], object]) -> None:
        self.listeners.append(listener)

    def remove_listener(self, event: str, listener: Callable[[object], object]) -> None:
        self.listeners.remove(listener)

    def wait_for_event(self, event: str, timeout: float) -> None:
        self.waits += 1
        assert self.waits < 5, "it is waited for without end"
        raise PlaywrightTimeout("nothing is closed from now on")

    def say(self, text: str, state: str) -> None:
        pass

    def move_on(self) -> None:
        self.url = "https://acme.example/app"
        for listener in self.listeners:
            listener(self.main_frame)


def test_what_is_done_between_the_failure_and_the_question_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The banner shows a failed step at once; the question follows when evidence has been kept."""
    monkeypatch.setattr(person, "QUIET", 0.0)
    window: Any = Window()
    somebody = person.Person(cast("Page", window), cast("Banner", window), lambda _: None)
    error = FieldRefused("Callback URL: Enter a valid URL")
    error.step = "1.4"
    somebody.step_ended(step_result("1.4", "failed"))
    window.move_on()
    todo = somebody.fixes(error, all_steps())
    assert todo is not None
    assert todo[0].id == "1.2", "the page has moved on, so all is read again"
    assert window.listeners == []


def test_a_window_that_was_closed_before_the_question_ends_the_run() -> None:
    """Its event is dispatched while the evidence is kept, and does not come again."""
    window: Any = Window()
    somebody = person.Person(cast("Page", window), cast("Banner", window), lambda _: None)
    somebody.step_ended(step_result("1.4", "failed"))
    window.closed = True
    assert somebody.fixes(FieldRefused("no"), all_steps()) is None
