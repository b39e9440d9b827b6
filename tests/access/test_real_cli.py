"""The real Salesforce CLI against the replica, where it is installed (``npm install --global @salesforce/cli``)."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from automation.access.cli import CliLogin
from automation.access.login_methods import LoginMethodFailed
from automation.replica import OrgHandle
from automation.salesforce import hosts
from automation.settings import load_settings

pytestmark = pytest.mark.skipif(shutil.which("sf") is None, reason="the Salesforce CLI (sf) is not installed")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder of its own, so that nobody's logins are touched."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SF_USE_GENERIC_UNIX_KEYCHAIN", "true")
    monkeypatch.setenv("SF_DISABLE_TELEMETRY", "true")
    return tmp_path


def log_in(org: OrgHandle, alias: str) -> None:
    """Give the CLI a token of the org's admin, as a user does once."""
    token = org.cli_token()
    network = {"HTTPS_PROXY": org.replica.proxy_url, "NODE_EXTRA_CA_CERTS": str(org.replica.ca_file)}
    argv = ["sf", "org", "login", "access-token", "--instance-url", org.login_url, "--no-prompt", "--alias", alias]
    subprocess.run(argv, env={**os.environ, **network, "SF_ACCESS_TOKEN": token}, check=True, capture_output=True, timeout=120)


def test_link(org: OrgHandle, home: Path) -> None:
    """The CLI makes a link into the org; an alias that it does not know is named with the cure."""
    log_in(org, "acme-dev")
    settings = load_settings(org.environment(), None)
    link = CliLogin("acme-dev", settings, 30).link()
    assert hosts.parse(link.reveal()).host == settings.host
    assert org.events("singleaccess")
    with pytest.raises(LoginMethodFailed, match="No authorization information found for nobody") as caught:
        CliLogin("nobody", settings, 30).link()
    assert "sf org login web --alias nobody" in caught.value.next
