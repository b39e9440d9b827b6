"""Installed and not cloned: the wheel's demo runs where there are no sources, and the source package installs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.packaging.test_packages import packages  # noqa: F401 - the fixture

pytestmark = [pytest.mark.slow, pytest.mark.browser]


def installed(package: str, place: Path) -> Path:
    """The folder of the commands of a fresh virtual environment with this package."""
    subprocess.run([sys.executable, "-m", "venv", str(place)], check=True)
    commands = place / ("Scripts" if os.name == "nt" else "bin")
    install = [str(commands / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", package]
    done = subprocess.run(install, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return commands


@pytest.mark.parametrize("kind", ["*.whl", "*.tar.gz"])
def test_the_demo_runs_without_the_sources(kind: str, packages: Path, tmp_path: Path) -> None:  # noqa: F811 - the fixture
    """In a folder that has nothing, from the wheel and from the source package."""
    commands = installed(f"{next(packages.glob(kind))}[demo]", tmp_path / "venv")
    empty = tmp_path / "empty"
    empty.mkdir()
    environment = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "PLAYWRIGHT_NODEJS_PATH"}}
    where = [str(commands / "python"), "-c", "import automation, flows; print(automation.__file__, flows.__file__)"]
    found = subprocess.run(where, cwd=empty, env=environment, capture_output=True, text=True, check=True).stdout
    assert found.count(str(tmp_path / "venv")) == 2
    command = [str(commands / "create-external-client-app"), "--demo", "--json"]
    done = subprocess.run(command, cwd=empty, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    assert '"outcome"' in done.stdout
