"""Nothing of a developer's machine reaches such a test: no settings, no state, no working folder, no known secrets."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from automation.settings.names import OURS
from tests.forgetting import only_own


@pytest.fixture(autouse=True)
def clean_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in list(os.environ):
        if name.upper() in OURS or name.startswith(("SF_", "ECA_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    with only_own():
        yield


@pytest.fixture
def environment() -> dict[str, str]:
    """The least settings of a run by password."""
    return {
        "SF_LOGIN_URL": "https://acme--dev.sandbox.my.salesforce.com",
        "SF_USERNAME": "admin@acme.com.dev",
        "SF_PASSWORD": "correct horse battery",
        "ECA_CONTACT_EMAIL": "admin@acme.com",
        "ECA_CALLBACK_URL": "https://acme.example/oauth",
        "ECA_RUN_AS": "integration@acme.com.dev",
    }
