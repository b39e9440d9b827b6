"""A command's manners: log records, crashes, signals."""

from __future__ import annotations

import io
import logging
import signal
import sys

import pytest

from automation import get_browser
from automation.errors import RunbookError
from automation.interrupts import raise_if_noted, signals_as_interrupt
from automation.report.console import Console
from automation.secrets import Secret
from automation.terminal import quiet_crashes, telling_log


@pytest.mark.parametrize(("verbosity", "shown"), [(0, ["warned"]), (1, ["informed", "warned"])])
def test_log_records_of_our_own_packages_are_told(verbosity: int, shown: list[str]) -> None:
    stream = io.StringIO()
    with telling_log(Console(verbosity, stream)):
        logging.getLogger("flows.log_in").info("informed")
        logging.getLogger("automation.access").warning("warned %s", "")
        logging.getLogger("someone.else").warning("not ours")
    logging.getLogger("flows.log_in").warning("too late")
    assert stream.getvalue().split() == shown


def crash(verbose: bool, capsys: pytest.CaptureFixture[str]) -> str:
    told: list[RunbookError] = []
    quiet_crashes(verbose=verbose, also=told.append)
    try:
        raise ValueError("saw hunter2-hunter2\nand more")
    except ValueError as error:
        sys.excepthook(type(error), error, error.__traceback__)
    assert [one.message for one in told] == ["ValueError: saw ***"]
    return capsys.readouterr().err


def test_a_crash_is_one_line_without_a_stack_trace(capsys: pytest.CaptureFixture[str]) -> None:
    Secret("hunter2-hunter2")
    assert crash(False, capsys).startswith("Error: ValueError: saw ***\nNext: This is a fault of the tool")


def test_v_shows_the_stack_trace_without_secrets(capsys: pytest.CaptureFixture[str]) -> None:
    Secret("hunter2-hunter2")
    shown = crash(True, capsys)
    assert "Traceback" in shown
    assert "saw ***" in shown
    assert "hunter2" not in shown.replace('raise ValueError("saw hunter2-hunter2', "")


def test_sigterm_ends_a_run_as_ctrl_c_does() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(KeyboardInterrupt), signals_as_interrupt():
        signal.raise_signal(signal.SIGTERM)
    assert signal.getsignal(signal.SIGTERM) is before
    raise_if_noted()  # nothing is left of it for a later run


class Machine:
    """A machine on which browsers can be had in some ways."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, downloads: bool, debian: bool) -> None:
        self.ran: list[str] = []
        self.browser = False
        self.works = {"playwright": downloads, "apt-get": debian}
        monkeypatch.setattr(get_browser, "find_installed", lambda **_: "chromium" if self.browser else None)
        monkeypatch.setattr(get_browser, "_own", lambda: self.browser)
        monkeypatch.setattr(get_browser, "_runs", self.run)
        monkeypatch.setattr("shutil.which", lambda name: name if debian else None)

    def run(self, command: list[str]) -> bool:
        kind = "apt-get" if "apt-get" in command else "playwright"
        self.ran.append(kind)
        if "update" in command:
            return True
        self.browser = self.browser or self.works[kind]
        return self.works[kind]


@pytest.mark.parametrize(
    ("downloads", "debian", "code", "ran"),
    [
        (True, True, 0, ["playwright"]),
        (False, True, 0, ["playwright", "apt-get", "apt-get"]),
        (False, False, 1, ["playwright"]),
    ],
)
def test_a_browser_is_downloaded_or_else_installed(
    downloads: bool, debian: bool, code: int, ran: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = Machine(monkeypatch, downloads=downloads, debian=debian)
    assert get_browser.main() == code
    assert machine.ran == ran


def test_a_browser_that_is_there_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(monkeypatch, downloads=True, debian=True)
    machine.browser = True
    assert get_browser.main() == 0
    assert machine.ran == []
