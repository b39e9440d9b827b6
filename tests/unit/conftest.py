"""Nothing of a developer's machine reaches a unit test: no settings, no state, no working folder, no known secrets."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Playwright

from automation import secrets
from automation.browser_finding import find_installed
from automation.settings_names import OURS


@pytest.fixture(autouse=True)
def _clean_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in list(os.environ):
        if name.upper() in OURS or name.startswith(("SF_", "ECA_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    with secrets.only_own():
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


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any], playwright: Playwright) -> dict[str, Any]:
    """The tests' browser is found as the product's is; a `--browser-channel` of pytest-playwright still wins."""
    if "channel" in browser_type_launch_args or "executable_path" in browser_type_launch_args:
        return browser_type_launch_args
    found = find_installed(headed=browser_type_launch_args.get("headless") is False)
    if found is None or Path(playwright.chromium.executable_path).exists():
        return browser_type_launch_args
    return {**browser_type_launch_args, "executable_path": str(found)}
