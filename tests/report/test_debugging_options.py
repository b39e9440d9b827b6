"""Flags and variables for whoever watches a run."""

from __future__ import annotations

from pathlib import Path

import pytest

from automation.browser.find import Found
from automation.browser.launch import DEVTOOLS, VIEWPORT, launch_options, new_context, open_browser
from automation.browser.trust import Trust
from automation.errors import UsageError
from automation.report.console import Console
from automation.run.guards import FOR_A_DEBUGGER
from automation.run.one_run import OneRun
from automation.run.person import from_step
from automation.settings import load_settings
from automation.settings.app_spec import AppSpec
from automation.settings.options import Options, parse_command_line
from automation.steps import Step, unchanged

from .test_headed import SETTINGS


@pytest.fixture(autouse=True)
def _no_debugger(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PWDEBUG", raising=False)


@pytest.mark.parametrize("flags", [["--headed"], ["--devtools"], ["--pause-at", "1.3"], ["--devtools", "--keep-open"]])
def test_what_needs_a_window_opens_one(flags: list[str]) -> None:
    assert parse_command_line(flags).options.headed


def test_playwrights_debugging_variable_opens_a_window_too(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not parse_command_line([]).options.headed
    monkeypatch.setenv("PWDEBUG", "1")
    assert parse_command_line(["--keep-open"]).options.headed


def test_while_somebody_steps_through_no_time_limit_ends_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PWDEBUG", "1")
    settings = load_settings(SETTINGS, None)
    run = OneRun(settings, AppSpec.from_settings(settings), Options(headed=True), Console(-1))
    assert run.settings.timeout_action == run.settings.timeout_save == FOR_A_DEBUGGER


@pytest.mark.parametrize("devtools", [True, False])
def test_developer_tools_open_on_request(devtools: bool) -> None:
    options = launch_options(load_settings(SETTINGS, None), Found("x"), Trust(), headed=True, devtools=devtools)
    assert (DEVTOOLS in options["args"]) is devtools


def test_without_a_display_the_message_names_the_ways_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    with pytest.raises(UsageError) as caught, open_browser(load_settings(SETTINGS, None), headed=True):
        pass
    assert "xvfb-run" in caught.value.next
    assert "trace" in caught.value.next


class Opened:
    """A browser that only notes how a context was asked for."""

    def new_context(self, **options: object) -> Opened:
        self.options = options
        return self

    def set_default_timeout(self, _: float) -> None: ...

    def set_default_navigation_timeout(self, _: float) -> None: ...


def test_a_visible_page_is_as_large_as_its_window_and_a_hidden_one_as_tall_as_the_form() -> None:
    browser, settings = Opened(), load_settings(SETTINGS, None)
    new_context(browser, settings, headed=True)  # type: ignore[arg-type]
    assert browser.options["no_viewport"] is True
    assert "viewport" not in browser.options
    new_context(browser, settings)  # type: ignore[arg-type]
    assert browser.options["viewport"] == VIEWPORT


def test_steps_are_done_again_from_the_one_that_is_named(tmp_path: Path) -> None:
    steps = [Step(number, "t", "s", lambda: unchanged("")) for number in ("1.1", "1.2", "1.3")]
    assert [step.id for step in from_step(steps, "1.2")] == ["1.2", "1.3"]
    assert from_step(steps, "9.9") == steps
