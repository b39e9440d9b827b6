"""The command line: what is refused, and what starts fast."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from automation.fleet.options import parse_arguments
from automation.fleet.orgs_file import OrgsFile
from automation.settings.options import parse_command_line
from tests.fleet.fleet_double import ROOT
from tests.fleet.test_job import SHARED
from tests.forgetting import only_own


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
        "--demo --scheduler tcp://x:1",
    ],
)
def test_wrong_usage_is_refused(arguments: str, capsys: pytest.CaptureFixture[str]) -> None:
    """With exit code 2 and a sentence."""
    with pytest.raises(SystemExit) as ended:
        parse_arguments(arguments.split())
    assert ended.value.code == 2
    assert "error:" in capsys.readouterr().err


def test_flags_of_single_runs_are_passed_on() -> None:
    """To each run in a browser."""
    assert parse_arguments(["--exact", "--tracing", "off"]).flags == ("--tracing", "off", "--exact")
    assert parse_arguments(["history", "dev", "--json"]).org == "dev"


@pytest.mark.parametrize("flags", [[], ["--exact"]])
def test_exact_reaches_the_configured_app(flags: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the command line of the job to what a run compares the org with."""
    from automation.fleet import worker
    from automation.run.one_run import OneRun

    path = tmp_path / "orgs.toml"
    path.write_text(SHARED + "[orgs.a]\n")
    monkeypatch.setenv("X", "password")
    monkeypatch.setenv("Y", "password")
    specs: list[Any] = []
    monkeypatch.setattr(OneRun, "perform", lambda run: specs.append(run.spec))
    command = parse_command_line(parse_arguments(flags).flags)
    with only_own():
        worker._create(OrgsFile.read(path).org("a"), 0.0, command, worker.EventWriter())
    assert specs[0].exact is bool(flags)


def test_the_demo_has_orgs_with_work_and_without(tmp_path: Path) -> None:
    """Three were refreshed, one has drifted, two are up to date; nothing is left behind, and the user's files are left alone."""
    (tmp_path / "orgs.toml").write_text("not to be read")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path / "tmp")}
    (tmp_path / "tmp").mkdir()
    (tmp_path / "runs" / "20200101T000000Z-fleet").mkdir(parents=True)
    command = [sys.executable, "-m", "automation.refresh_sandboxes", "--demo", "--plan", "--json"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    found = {line["name"]: line["found"] for line in map(json.loads, done.stdout.splitlines())}
    gone = dict.fromkeys(("dev", "qa", "uat"), "app_missing")
    assert found == {**gone, "full": "drifted", "training": "up_to_date", "hotfix": "up_to_date"}
    assert [path.name for path in (tmp_path / "runs").iterdir()] == ["20200101T000000Z-fleet"]
    assert not [path for path in (tmp_path / "tmp").iterdir() if path.name.startswith("demo-")]


def test_help_loads_nothing_heavy() -> None:
    """It has to be there at once."""
    code = "import sys; sys.argv = ['x']; import automation.refresh_sandboxes, automation.fleet.options; print(sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert not [name for name in ("httpx", "playwright", "rich", "distributed", "dotenv") if f"'{name}'" in loaded]
