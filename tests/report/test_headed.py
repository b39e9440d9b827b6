"""A visible browser on a display of the test's own: the banner, and a person who fixes what failed."""

from __future__ import annotations

import io
import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from automation.browser.find import find_installed
from automation.errors import FieldRefused, Interrupted, LoginRefused
from automation.report.console import Console
from automation.report.result import RunResult
from automation.run import one_run, person
from automation.run.one_run import OneRun
from automation.settings import load_settings
from automation.settings.app_spec import AppSpec
from automation.settings.options import Options
from automation.steps import Finding, Step, unchanged
from flows.attempt import Attempt

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not shutil.which("Xvfb") or find_installed(headed=True) is None, reason="needs Xvfb and a full browser"),
]

SETTINGS = {
    "SF_LOGIN_URL": "https://acme--headed.sandbox.my.salesforce.com",
    "SF_USERNAME": "admin@acme.com.dev",
    "SF_PASSWORD": "correct horse battery",
    "ECA_CONTACT_EMAIL": "admin@acme.com",
    "ECA_CALLBACK_URL": "https://acme.example/oauth",
    "ECA_RUN_AS": "integration@acme.com.dev",
}
FORM = "data:text/html,<title>Org</title><label>Callback URL <input id=url></label><button>Create</button>"


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    """An X server that picks its own number."""
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1280x900x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL)
    os.close(writing)
    with os.fdopen(reading) as printed:
        number = printed.readline().strip()
    yield f":{number}"
    server.terminate()
    server.wait()


@pytest.fixture(scope="module")
def window(playwright: Playwright, display: str) -> Iterator[tuple[Browser, str]]:
    """A visible browser, and the URL at which a second client (the person) reaches it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    browser = playwright.chromium.launch(
        headless=False,
        executable_path=str(find_installed(headed=True)),
        args=[f"--remote-debugging-port={port}", "--no-first-run"],
        env={**os.environ, "DISPLAY": display},
    )
    yield browser, f"http://127.0.0.1:{port}"
    browser.close()


Run = Callable[..., RunResult]


def on_page(function: Callable[[Page], Finding]) -> Callable[[Attempt], Finding]:
    return lambda attempt: function(attempt.page)


@pytest.fixture
def run(window: tuple[Browser, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Runs step functions as 1.1, 1.2, ... in the visible browser, and waits for a person after a failure."""

    def perform(*functions: Callable[..., Finding], printed: io.StringIO | None = None) -> RunResult:
        steps = [
            Step(f"1.{number}", f"Title {number}", "Section", on_page(one), login=number == 1, always=number <= 2, fills=number > 2)
            for number, one in enumerate(functions, 1)
        ]
        monkeypatch.setattr(one_run, "all_steps", lambda: steps)
        monkeypatch.setattr(person, "QUIET", 0.3)
        settings = load_settings(SETTINGS, None)
        options = Options(headed=True, keep_open=True, output=tmp_path / "run", restarts=0)
        console = Console(stream=printed or io.StringIO())
        return OneRun(settings, AppSpec.from_settings(settings), options, console, browser=window[0]).perform()

    return perform


def by_hand(address: str, act: Callable[[Page], object]) -> threading.Thread:
    """Somebody at the window: acts, as soon as the banner says that a step failed, by real keys and clicks."""

    def sit() -> None:
        with sync_playwright() as other:
            page = other.chromium.connect_over_cdp(address).contexts[-1].pages[-1]
            try:
                page.locator("runbook-banner[data-state=failed]").wait_for(timeout=30_000)
                act(page)
            except BaseException:
                page.close()  # nobody is there to wait for
                raise

    thread = threading.Thread(target=sit)
    thread.start()
    return thread


def opened(page: Page) -> Finding:
    page.goto(FORM)
    return unchanged("open")


def filled(page: Page) -> Finding:
    if not page.url.startswith("data:") or page.locator("#url").input_value() != "https://right":
        raise FieldRefused("Callback URL: Enter a valid URL")
    return unchanged("the form is right")


def test_a_field_that_a_person_fixes_lets_the_run_continue(run: Run, window: tuple[Browser, str]) -> None:
    def fix(page: Page) -> None:
        page.locator("#url").click()
        page.keyboard.type("https://right")

    printed = io.StringIO()
    person_there = None

    def open_and_call(page: Page) -> Finding:
        nonlocal person_there
        finding = opened(page)
        person_there = by_hand(window[1], fix)
        return finding

    result = run(open_and_call, filled, printed=printed)
    assert person_there is not None
    person_there.join()
    assert result.error is None, printed.getvalue()
    assert [step.result for step in result.steps] == ["unchanged", "unchanged"]
    assert "Fix it in this window" in printed.getvalue()


def test_ctrl_c_is_not_followed_by_a_wait_for_the_window(run: Run) -> None:
    def stop(page: Page) -> Finding:
        raise KeyboardInterrupt

    assert isinstance(run(stop).error, Interrupted)


@pytest.mark.parametrize("error", [FieldRefused("no"), LoginRefused("no")])
def test_a_window_that_is_closed_ends_the_run_with_its_failure(
    error: FieldRefused | LoginRefused, run: Run, window: tuple[Browser, str]
) -> None:
    def fail(page: Page) -> Finding:
        page.goto(FORM)
        threads.append(by_hand(window[1], lambda page: page.close()))
        raise error

    threads: list[threading.Thread] = []
    result = run(fail)
    threads[0].join()
    assert result.error is error


def test_a_page_that_a_person_moves_on_is_read_again_from_the_manager_on(run: Run, window: tuple[Browser, str]) -> None:
    seen: list[str] = []
    threads: list[threading.Thread] = []

    def manager(page: Page) -> Finding:
        seen.append("manager")
        return unchanged("")

    def create(page: Page) -> Finding:
        seen.append("create")
        if "app" in page.url:
            return unchanged("the app is there")
        threads.append(by_hand(window[1], lambda page: page.goto("data:text/html,app")))
        raise FieldRefused("Callback URL: Enter a valid URL")

    result = run(opened, manager, create)
    threads[0].join()
    assert result.error is None
    assert seen == ["manager", "create", "manager", "create"]
