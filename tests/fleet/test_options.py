"""The command line: what is refused, and what starts fast."""

from __future__ import annotations

import subprocess
import sys

import pytest

from automation.fleet.options import parse


@pytest.mark.parametrize(
    "arguments",
    [
        "--jobs 0",
        "--max-failures -1",
        "--exit-code",
        "-q -v",
        "--plan --force",
        "--scheduler tcp://x:1 --plan",
        "--scheduler tcp://x:1 --max-failures 2",
        "--onl dev",
        "history a b",
    ],
)
def test_wrong_usage_is_refused(arguments: str, capsys: pytest.CaptureFixture[str]) -> None:
    """With exit code 2 and a sentence."""
    with pytest.raises(SystemExit) as ended:
        parse(arguments.split())
    assert ended.value.code == 2
    assert "error:" in capsys.readouterr().err


def test_flags_of_single_runs_are_passed_on() -> None:
    """To each run in a browser."""
    assert parse(["--exact", "--tracing", "off"]).flags == ("--tracing", "off", "--exact")
    assert parse(["history", "dev", "--json"]).org == "dev"


def test_help_loads_nothing_heavy() -> None:
    """It has to be there at once."""
    code = "import sys; sys.argv = ['x']; import automation.refresh_sandboxes, automation.fleet.options; print(sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert not [name for name in ("httpx", "playwright", "rich", "distributed", "dotenv") if f"'{name}'" in loaded]
