"""Programs that tests use beside Python packages: real ones, installed by name (`install.sh`)."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
INSTALLED = ROOT / "build" / "tools"


def folder(name: str) -> Path:
    """Where ``install.sh NAME`` puts programs."""
    return INSTALLED / name / "node_modules" / ".bin"


def program(*names: str, promised: bool = True) -> str:
    """The first of these programs that is there. Without any, the test is skipped, but fails in CI where it was promised."""
    folders = (Path(sys.executable).parent, *(folder(name) for name in names[:1]))
    beside = os.pathsep.join((*map(str, folders), os.environ.get("PATH", "")))
    for name in names:
        if (found := shutil.which(name, path=beside)) is not None:
            return found
    missing = f"{names[0]} is not installed"
    if os.environ.get("CI") == "true" and promised:
        pytest.fail(f"{missing}, and CI checks everything")
    pytest.skip(missing)
