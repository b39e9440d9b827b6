"""The real command in an empty folder: what it prints, what it leaves, and how it stops."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from dotenv import dotenv_values

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "automation.create_app", "--demo", "--json"]


def start() -> subprocess.Popen[str]:
    """The command in the working folder, in a process group of its own as a shell would give it."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        COMMAND, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, start_new_session=True
    )


def contents(folder: Path) -> str:
    """All bytes below ``folder``, members of archives unpacked."""
    parts: list[str] = []
    for path in (one for one in folder.rglob("*") if one.is_file()):
        parts.append(path.read_bytes().decode("latin-1"))
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                parts += [archive.read(name).decode("latin-1") for name in archive.namelist()]
    return "\n".join(parts)


def test_the_demo_ends_with_proven_credentials_that_are_nowhere_but_where_they_were_delivered() -> None:
    out, err = start().communicate()
    reported = json.loads(out)
    assert out.count("\n") == 1
    assert (reported["outcome"], reported["error"], reported["proof"]["token"], reported["proof"]["read_back"]) == (
        "created",
        None,
        True,
        True,
    )
    delivered = Path("credentials/acme--demo.sandbox.my.salesforce.com.env")
    assert stat.S_IMODE(delivered.stat().st_mode) == 0o600
    pair = dotenv_values(delivered)
    for name in ("SALESFORCE_CLIENT_ID", "SALESFORCE_CLIENT_SECRET"):
        secret = pair[name]
        assert secret
        assert secret not in out + err + contents(Path(reported["artifacts"]))
    assert (Path(reported["artifacts"]) / "report.html").exists()


def test_ctrl_c_in_mid_run_ends_with_130_and_says_where() -> None:
    running = start()
    assert running.stderr is not None
    for line in running.stderr:
        if " 1.2 " in line:
            break
    os.killpg(running.pid, signal.SIGINT)
    out, _ = running.communicate()
    reported = json.loads(out)
    assert running.returncode == 130
    assert (reported["outcome"], reported["error"]["kind"]) == ("failed", "interrupted")
    assert reported["error"]["step"] is not None
    assert "resumes where it stopped" in reported["error"]["next"]
