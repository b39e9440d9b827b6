"""Programs that we start get variables by name, and never the secrets of this process."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Playwright

from automation.access.cli import CliLogin
from automation.access.codes import CodeRequest, Method
from automation.access.codes.command import CodeCommand
from automation.access.codes.tokens import TokenCommand
from automation.browser import launch as browser
from automation.browser.trust import Trust
from automation.delivery.command import CommandTarget
from automation.errors import SettingsError
from automation.fleet import notify, references
from automation.fleet.orgs_file import OrgsFile
from automation.network.http import Network
from automation.run.entry import run_command
from automation.secrets import Secret
from automation.secrets.child_environment import FOR_COMMANDS, child_environment, given_environment, only
from automation.secrets.credentials import Credentials
from automation.settings import Settings, load_settings

SECRETS = {
    "SF_PASSWORD": "a-password-of-the-admin",
    "SF_IMAP_PASSWORD": "a-password-of-the-mailbox",
    "VAULT_TOKEN": "a-token-of-the-vault",
    "AWS_SECRET_ACCESS_KEY": "a-key-of-the-cloud",
    "ORG_DEV_PASSWORD": "a-secret-that-an-orgs-file-names",
    "DEBUG": "pw:protocol",
    "DEBUGP": "1",
}


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that was given much."""
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")


@pytest.fixture
def printer(tmp_path: Path) -> Callable[[str], str]:
    """Makes the command line of a program that keeps its environment in the file ``seen``, and then prints a text."""

    def make(printed: str) -> str:
        program = tmp_path / "program"
        script = f"import json, os, pathlib\npathlib.Path({str(tmp_path / 'seen')!r}).write_text(json.dumps(dict(os.environ)))"
        program.write_text(f"#!{sys.executable}\n{script}\nprint({printed!r})\n")
        program.chmod(0o700)
        return shlex.quote(str(program))

    return make


def _pair() -> Credentials:
    url = "https://acme--dev.sandbox.my.salesforce.com"
    return Credentials(
        Secret("key-key-key"), Secret("secret-secret"), f"{url}/services/oauth2/token", url, None, url[8:], "A", "now"
    )


def _sf(line: str, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: shlex.split(line)[0])
    CliLogin("dev", load_settings(environment, None)).url()


def _no_settings() -> Settings:
    raise LookupError("a command needs none")


STARTS: dict[str, Callable[[str, dict[str, str], pytest.MonkeyPatch], object]] = {
    "sf": _sf,
    "SF_CODE_COMMAND": lambda line, *_: CodeCommand(line).code(CodeRequest(Method.EMAIL, True, "u", None), 10),
    "SF_IMAP_TOKEN_COMMAND": lambda line, *_: TokenCommand(line).token(),
    "command: target": lambda line, *_: CommandTarget(line).write(_pair()),
    "notifier": lambda line, *_: notify.send([(f"command:{line}", notify.Message("failure", "t", "x", {}))], _no_settings),
    "reference": lambda line, *_: references.resolve(f"command:{line}"),
}
LINK = {"status": 0, "result": {"url": "https://acme--dev.sandbox.my.salesforce.com/secur/frontdoor.jsp?otp=1"}}


@pytest.mark.parametrize("program", STARTS)
def test_a_program_gets_no_secret_of_ours(
    program: str,
    secrets: None,
    printer: Callable[[str], str],
    environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """Each program is started with what it needs to run, and with none of the secrets of this process."""
    STARTS[program](printer("123456" if program != "sf" else json.dumps(LINK)), environment, monkeypatch)
    seen = json.loads((tmp_path / "seen").read_text())
    assert not SECRETS.keys() & seen.keys()
    assert seen["PATH"] == os.environ["PATH"]
    assert seen["LC_ALL"] == "C.UTF-8"


AZ = '{"accessToken": "t0ken", "expiresOn": "2099-01-01 00:00:00.000000", "expires_on": 4000000000}'
PLUGIN = '{"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": {"token": "t0ken"}}'


def _az(program: Path) -> None:
    from azure.identity import AzureCliCredential

    program.rename(program.with_name("az"))
    AzureCliCredential().get_token("https://vault.azure.net/.default")


def _plugin(program: Path) -> None:
    from kubernetes import config

    access = {"apiVersion": "client.authentication.k8s.io/v1", "command": str(program), "interactiveMode": "Never"}
    tree = {
        "current-context": "c",
        "contexts": [{"name": "c", "context": {"cluster": "k", "user": "u"}}],
        "clusters": [{"name": "k", "cluster": {"server": "https://127.0.0.1:9"}}],
        "users": [{"name": "u", "user": {"exec": access}}],
    }
    config.new_client_from_config_dict(tree)


@pytest.mark.skipif(sys.platform == "win32", reason="scripts of POSIX")
@pytest.mark.parametrize(("start", "printed"), [(_az, AZ), (_plugin, PLUGIN)], ids=["az", "plug-in of kubectl"])
def test_a_program_that_a_client_library_starts_gets_no_secret_of_ours(
    start: Callable[[Path], None], printed: str, secrets: None, printer: Callable[[str], str], environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
) -> None:  # fmt: skip
    """Not what the settings hold nor what an orgs file names; what the stores' own libraries read, they still find."""
    printer(printed)
    mailbox = {"SF_IMAP_URL": "imaps://mail.acme.example/INBOX", "SF_IMAP_USERNAME": "admin"}
    for name, value in {**mailbox, **environment, "SF_PASSWORD": SECRETS["SF_PASSWORD"]}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    (tmp_path / "orgs.toml").write_text(
        '[orgs.dev]\nlogin_url = "https://acme--dev.sandbox.my.salesforce.com"\nusername = "a@acme.example"\n'
        'password = "env:ORG_DEV_PASSWORD"\n[orgs.dev.app]\ncontact_email = "a@acme.example"\n'
        'callback_url = "https://acme.example/oauth"\nrun_as = "sync@acme.example"\n'
    )
    settings, org = load_settings(dotenv=None), OrgsFile.read(tmp_path / "orgs.toml").org("dev")
    start(tmp_path / "program")
    seen = json.loads((tmp_path / "seen").read_text())
    assert {"SF_PASSWORD", "SF_IMAP_PASSWORD", "ORG_DEV_PASSWORD"} & seen.keys() == set()
    assert seen["VAULT_TOKEN"] == SECRETS["VAULT_TOKEN"]
    for loaded in (load_settings(dotenv=None), settings):
        assert (loaded.sf_password or Secret("")).reveal() == SECRETS["SF_PASSWORD"]
    assert (org.settings().sf_password or Secret("")).reveal() == SECRETS["ORG_DEV_PASSWORD"]
    assert given_environment()["ORG_DEV_PASSWORD"] == SECRETS["ORG_DEV_PASSWORD"]


def test_a_command_gets_what_the_user_names_for_it(
    secrets: None, printer: Callable[[str], str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """``COMMAND_ENVIRONMENT`` passes further variables on to the user's own commands, and only those."""
    monkeypatch.setenv(FOR_COMMANDS, "vault_*, NOT_SET")
    references.resolve(f"command:{printer('a secret')}")
    seen = json.loads((tmp_path / "seen").read_text())
    assert SECRETS.keys() & seen.keys() == {"VAULT_TOKEN"}


@pytest.mark.parametrize("variable", ["DEBUGP", "SSLKEYLOGFILE", "GOOGLE_SDK_PYTHON_LOGGING_SCOPE"])
def test_no_command_keeps_a_variable_that_writes_secrets_down(
    variable: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever the environment says: TLS keys, and what libraries send, are in no file and no log."""
    monkeypatch.setenv(variable, str(tmp_path / "keys"))
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    assert run_command(lambda: int(variable in os.environ), verbose=False) == 0
    with Network().client():
        assert not (tmp_path / "keys").exists()


def test_names_are_compared_without_case_and_values_win() -> None:
    source = {"Path": "C:\\bin", "https_proxy": "http://p", "SystemRoot": "C:\\Windows", "SF_PASSWORD": "x", "HOME": "/root"}
    got = child_environment("HTTPS_PROXY", values={"HOME": "/other"}, source=source)
    assert got == {"Path": "C:\\bin", "https_proxy": "http://p", "SystemRoot": "C:\\Windows", "HOME": "/other"}


def test_the_environment_of_this_process_comes_back_also_after_an_error(secrets: None) -> None:
    before = dict(os.environ)
    inside = {}
    with suppress(KeyError), only({"PATH": "/bin"}):
        inside = dict(os.environ)
        raise KeyError
    assert inside == {"PATH": "/bin"}
    assert dict(os.environ) == before


OPEN = """
import json, psutil, sys
from pathlib import Path
from automation.browser import open_browser
from automation.secrets.files import state_folder
from automation.settings import Settings, load_settings
with open_browser(load_settings(json.loads(sys.argv[1]), None)) as running:
    page = running.new_page()
    page.set_content("<input>")
    page.locator("input").fill("typed-and-not-printed")
    page.locator("input").input_value()
    seen = [Path(f"/proc/{child.pid}/environ").read_bytes().decode() for child in psutil.Process().children(recursive=True)]
    files = [path.name for path in (state_folder() / "tmp").rglob("playwright*")]
print(json.dumps({"seen": seen, "files": files}), file=open(sys.argv[2], "w"))
"""


@pytest.mark.browser
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_driver_and_browser_hold_no_secret(secrets: None, environment: dict[str, str], tmp_path: Path) -> None:
    """Neither Playwright's driver nor any process of Chromium has a secret in its environment; nothing typed is printed."""
    line = [sys.executable, "-c", OPEN, json.dumps(environment), str(tmp_path / "found")]
    done = subprocess.run(line, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    found = json.loads((tmp_path / "found").read_text())
    assert len(found["seen"]) > 3, "driver, browser, renderers"
    assert not [name for text in found["seen"] for name in SECRETS if f"{name}=" in text]
    assert not any(value in text for value in SECRETS.values() if len(value) > 1 for text in found["seen"])
    assert found["files"], "the driver's files are in our own folder"
    assert "typed-and-not-printed" not in done.stdout + done.stderr


def flags_of_starts(playwright: Playwright, environment: dict[str, str], program: Path, script: str) -> list[str]:
    """Launch a stand-in for a browser that does not start; answers the flags of each try."""
    program.write_text(f'#!/bin/sh\necho "$@" >> {program}.flags\n{script}\nexit 1\n')
    program.chmod(0o700)
    settings = load_settings({**environment, "BROWSER_EXECUTABLE": str(program)}, None)
    with pytest.raises(SettingsError, match="does not start"), browser.launched(playwright, settings):
        pass
    return Path(f"{program}.flags").read_text().splitlines()


@pytest.mark.browser
def test_the_sandbox_is_given_up_only_for_its_own_reasons(
    playwright: Playwright,
    environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Chromium's sandbox is on; where it can't be made, the browser is started once more without, and that is said once."""
    monkeypatch.setattr(browser, "_is_root", lambda: False)
    browser._note_no_sandbox.cache_clear()
    other = flags_of_starts(playwright, environment, tmp_path / "other", "echo 'cannot open shared object file' >&2")
    assert len(other) == 1
    assert "--no-sandbox" not in other[0]
    assert not caplog.records
    for name in ("first", "second"):
        starts = flags_of_starts(
            playwright, environment, tmp_path / name, "echo 'FATAL:zygote No usable sandbox! Update your kernel' >&2"
        )
        assert ["--no-sandbox" in flags for flags in starts] == [False, True]
    assert [record.getMessage() for record in caplog.records if "sandbox is off" in record.getMessage()] == [
        "Note: Chromium's own sandbox is off, as this system does not let an ordinary user make one (user namespaces)."
    ]


def test_launch_options_name_the_browsers_environment(secrets: None, environment: dict[str, str]) -> None:
    from automation.browser.find import Found

    options = browser.launch_options(load_settings(environment, None), Found("x"), Trust({"HOME": "/tmp/home"}))
    assert options["env"]["HOME"] == "/tmp/home"
    assert not SECRETS.keys() & options["env"].keys()
