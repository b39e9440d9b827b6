"""The real Salesforce CLI against the replica (``make sf`` installs it). ``.ci/run`` and the slow lane promise it."""

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
from tests.tools import folder, program

pytestmark = [pytest.mark.slow, pytest.mark.cli]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder of its own, so that nobody's logins are touched."""
    path = os.pathsep.join((str(Path(program("sf")).parent), os.environ["PATH"]))
    monkeypatch.setenv("PATH", path)  # that folder also has a current Node, where the machine's own is older
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
    """The CLI makes a link into the org; an alias that it does not know is named with the fix."""
    log_in(org, "acme-dev")
    settings = load_settings(org.environment(), None)
    link = CliLogin("acme-dev", settings).url()
    assert hosts.parse_url(link).host == settings.host
    assert org.events("singleaccess")
    with pytest.raises(LoginMethodFailed, match="No authorization information found for nobody") as caught:
        CliLogin("nobody", settings).url()
    assert "sf org login web --alias nobody" in caught.value.next


def test_a_node_that_crashes_it(org: OrgHandle, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine's own Node, where it is older than the CLI needs: the message names it."""
    beside = str(folder("sf"))
    others = os.pathsep.join(one for one in os.environ["PATH"].split(os.pathsep) if one != beside)
    node = shutil.which("node", path=others)
    if node is None or not is_too_old(node):
        pytest.skip("the Node on the PATH is missing or new enough for the CLI")
    settings = load_settings(org.environment(), None)
    only = tmp_path / "bin"
    only.mkdir()
    (only / "sf").symlink_to(Path(program("sf")).resolve())
    monkeypatch.setenv("PATH", os.pathsep.join((str(only), others)))
    with pytest.raises(LoginMethodFailed, match=r"crashed under Node\.js v\d+\.") as caught:
        CliLogin("acme-dev", settings).url()
    assert "Update Node.js" in caught.value.next


def is_too_old(node: str) -> bool:
    printed = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    major, minor = printed.strip().removeprefix("v").split(".")[:2]
    return (int(major), int(minor)) < (22, 15)
