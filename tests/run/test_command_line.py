"""The command line: flags, what is refused, and what comes out where."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from contextlib import nullcontext
from importlib.metadata import version
from pathlib import Path

import pytest

from automation import create_app, refresh_sandboxes
from automation.create_app import main
from automation.doctor import __main__ as doctor
from automation.record import __main__ as record
from automation.report import __main__ as report
from automation.run import demo
from automation.settings.options import Options, parse_command_line


def test_flags_become_options() -> None:
    command = parse_command_line(
        [
            "--plan",
            "--exit-code",
            "--from",
            "2.1",
            "--until",
            "3.5",
            "--tracing",
            "on",
            "--output",
            "out",
            "--slowmo",
            "50",
            "--headed",
            "--keep-open",
            "-vv",
        ]
    )
    assert command.exit_code
    assert command.options == Options(
        plan=True, first="2.1", last="3.5", tracing="on", output=Path("out"), slowmo=50, headed=True, keep_open=True, verbosity=2
    )


def test_deliver_is_repeatable_and_wins_over_the_setting() -> None:
    command = parse_command_line(["--deliver", "dotenv:a.env", "--deliver", "keyring:acme", "--browser-channel", "chrome"])
    assert command.overrides == {"CREDENTIALS_TO": "dotenv:a.env\nkeyring:acme", "BROWSER_CHANNEL": "chrome"}


def test_a_pause_needs_a_window_and_so_shows_one() -> None:
    assert parse_command_line(["--pause-at", "2.4"]).options.headed


@pytest.mark.parametrize(
    "flags", ["--exit-code", "--keep-open", "-q -v", "--slowmo -1", "--tracing maybe", "--demo extra", "--allow-prod x"]
)
def test_wrong_usage_ends_with_2(flags: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        parse_command_line(flags.split())
    assert caught.value.code == 2
    assert "usage:" in capsys.readouterr().err


COMMANDS = pytest.mark.parametrize("main", [create_app.main, record.main], ids=["create_app", "record"])
"""Both commands for one org begin and end alike."""


@COMMANDS
def test_a_step_that_does_not_exist_is_named(main: Callable[[list[str]], int], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--from", "9.9"]) == 2
    assert "--from 9.9: there is no such step; there are 1.1, 1.2" in capsys.readouterr().err


def test_a_range_without_a_step_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--from", "3.1", "--until", "2.1"]) == 2
    assert "--from 3.1 comes after --until 2.1" in capsys.readouterr().err


@COMMANDS
@pytest.mark.parametrize("flags", ["--foo", "--exit-code", "--tracing maybe", "--slowmo fast"])
def test_wrong_usage_is_an_object_on_stdout_too_with_json(
    flags: str, main: Callable[[list[str]], int], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--json", *flags.split()])
    assert caught.value.code == 2
    reported = json.loads(capsys.readouterr().out)
    assert (reported["outcome"], reported["error"]["kind"]) == ("failed", "usage")


@pytest.mark.parametrize("main", [create_app.main, record.main, doctor.main, report.main, refresh_sandboxes.main])
def test_every_command_prints_its_version(main: Callable[[list[str]], int], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--version"])
    assert caught.value.code == 0
    assert capsys.readouterr().out == f"external-client-app-runbook {version('external-client-app-runbook')}\n"


def test_the_steps_are_listed_on_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list-steps"]) == 0
    out = capsys.readouterr().out
    assert "1    Create the External Client App\n1.1  Log in to the org\n" in out
    assert "\n5.3  Deliver key and secret together\n" in out


@COMMANDS
def test_wrong_settings_end_with_78_before_a_browser_starts(
    main: Callable[[list[str]], int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--json"]) == 78
    captured = capsys.readouterr()
    assert "SF_LOGIN_URL: missing" in captured.err
    reported = json.loads(captured.out)
    assert (reported["outcome"], reported["error"]["kind"], reported["org"]["host"]) == ("failed", "settings", None)


def test_without_json_nothing_is_on_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    main([])
    assert capsys.readouterr().out == ""


def test_a_production_org_ends_with_77(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in {**environment, "SF_LOGIN_URL": "https://acme.my.salesforce.com"}.items():
        monkeypatch.setenv(name, value)
    assert main([]) == 77
    assert "--allow-production acme.my.salesforce.com" in capsys.readouterr().err
    assert not Path("runs").exists()


@COMMANDS
def test_a_demo_takes_the_settings_of_an_app_file(
    main: Callable[[list[str]], int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The file is read and checked beside the replica's own settings."""
    monkeypatch.setattr(demo, "demo_environment", lambda _: nullcontext({}))
    wanted = tmp_path / "app.toml"
    wanted.write_text('api_name = "1 is no name"\n')
    assert main(["--demo", "--app", str(wanted)]) == 78
    assert "1 is no name" in capsys.readouterr().err


def test_help_loads_neither_a_browser_nor_http() -> None:
    code = (
        "import sys, automation.create_app as c\n"
        "try:\n    c.main(['--help'])\nexcept SystemExit:\n    pass\n"
        "print([m for m in ('playwright', 'httpx', 'rich', 'cryptography', 'dotenv') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    assert done.stdout.rstrip().endswith("[]")
    assert "exit codes:" in done.stdout
