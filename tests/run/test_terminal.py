"""A command's manners: log records, crashes, signals."""

from __future__ import annotations

import io
import json
import logging
import signal
import sys

import pytest

from automation.browser import __main__ as get_browser
from automation.errors import RunbookError, SettingsError
from automation.report.console import Console
from automation.run.entry import run_command
from automation.run.terminal import log_to_console, print_any_text, short_tracebacks
from automation.secrets import Secret
from automation.steps.interrupts import raise_if_noted, signals_as_interrupt


@pytest.mark.parametrize(("verbosity", "shown"), [(0, ["warned"]), (1, ["informed", "warned"])])
def test_log_records_of_our_own_packages_are_shown(verbosity: int, shown: list[str]) -> None:
    stream = io.StringIO()
    with log_to_console(Console(verbosity, stream)):
        logging.getLogger("flows.log_in").info("informed")
        logging.getLogger("automation.access").warning("warned %s", "")
        logging.getLogger("someone.else").warning("not ours")
    logging.getLogger("flows.log_in").warning("too late")
    assert stream.getvalue().split() == shown


def crash(verbose: bool, capsys: pytest.CaptureFixture[str]) -> str:
    reported: list[RunbookError] = []
    short_tracebacks(verbose=verbose, also=reported.append)
    try:
        raise ValueError("saw hunter2-hunter2\nand more")
    except ValueError as error:
        sys.excepthook(type(error), error, error.__traceback__)
    assert [one.message for one in reported] == ["ValueError: saw ***"]
    return capsys.readouterr().err


def test_a_crash_is_one_line_without_a_stack_trace(capsys: pytest.CaptureFixture[str]) -> None:
    Secret("hunter2-hunter2")
    assert crash(False, capsys).startswith("Error: ValueError: saw ***\nNext: This is a bug in the tool")


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


@pytest.mark.parametrize(("there", "downloads", "code", "ran"), [(True, True, 0, 0), (False, True, 0, 1), (False, False, 1, 1)])
def test_a_browser_is_taken_or_downloaded_and_no_package_is_installed(
    there: bool, downloads: bool, code: int, ran: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing of the system is changed, least of all with sudo; the message names the packages."""
    found, commands = [there], []

    def run(command: list[str]) -> bool:
        commands.append(command)
        found[0] = downloads
        return downloads

    monkeypatch.setattr(get_browser, "find_installed", lambda **_: "chromium" if there else None)
    monkeypatch.setattr(get_browser, "_own", lambda: found[0])
    monkeypatch.setattr(get_browser, "_runs", run)
    assert get_browser.main() == code
    assert [command[1:] for command in commands] == [["-m", "playwright", "install", "chromium"]] * ran
    assert ("apt-get install chromium" in capsys.readouterr().err) is (code == 1)


@pytest.mark.parametrize("encoding", ["cp1252", "cp437", "ascii", "utf-8"])
def test_a_console_without_a_character_shows_its_number_and_json_stays_json(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Text of any language, an emoji and half of a character; what the console has is shown as it is."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding=encoding) for _ in range(2))
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", err)
    print_any_text()
    said = {"name": "Größe 組織 \N{BROOM} \udc80", "plain": "a\\b"}
    for stream in (out, err):
        print(json.dumps(said, ensure_ascii=False), file=stream, flush=True)
        assert json.loads(stream.buffer.getvalue().decode(encoding)) == said


def test_a_command_prints_on_any_console(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its error is shown, and no second one about the encoding."""
    err = io.TextIOWrapper(io.BytesIO(), encoding="ascii", errors="strict")
    monkeypatch.setattr(sys, "stderr", err)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)

    def work() -> int:
        raise SettingsError("SF_USERNAME: “組織” is no username.", next="Correct it.")

    assert run_command(work, verbose=False) == SettingsError.exit_code
    err.flush()
    assert err.buffer.getvalue().startswith(b"Error: SF_USERNAME: \\u201c\\u7d44\\u7e54\\u201d")
