"""Broken set-ups as data: how each is made, and whom the doctor has to name."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from automation.replica import OrgHandle


@dataclass
class SetUp:
    """What a user would have on the machine; a case breaks one thing of it."""

    org: OrgHandle
    folder: Path
    environment: dict[str, str]
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def dotenv(self) -> Path:
        return self.folder / ".env"


Breaking = Callable[[SetUp], None]


@dataclass(frozen=True)
class Case:
    """``culprit``: id of the first check that fails; ``says``: parts of its line or fix; ``browser``: whether it needs one."""

    name: str
    breaking: Breaking
    culprit: str
    exit_code: int
    says: tuple[str, ...]
    variants: dict[str, Any] = field(default_factory=dict)
    browser: bool = False


def setting(name: str, value: str) -> Breaking:
    return lambda it: it.environment.__setitem__(name, value)


def without(*names: str) -> Breaking:
    def breaking(it: SetUp) -> None:
        for name in names:
            it.environment.pop(name)

    return breaking


def misspelt(it: SetUp) -> None:
    it.environment["SF_USERNAM"] = it.environment["SF_USERNAME"]


def open_file(it: SetUp) -> None:
    it.dotenv.write_text(f"SF_PASSWORD={it.environment.pop('SF_PASSWORD')}\n", encoding="utf-8")
    it.dotenv.chmod(0o644)


def open_secret_file(it: SetUp) -> None:
    file = it.folder / "password.txt"
    file.write_text(it.environment.pop("SF_PASSWORD"), encoding="utf-8")
    file.chmod(0o640)
    it.environment["SF_PASSWORD_FILE"] = str(file)


def tracked_file(it: SetUp) -> None:
    open_file(it)
    it.dotenv.chmod(0o600)
    for arguments in (["init", "-q"], ["add", "-f", ".env"]):
        subprocess.run(["git", "-C", str(it.folder), *arguments], check=True, capture_output=True)


def no_folder(it: SetUp) -> None:
    (it.folder / "credentials").write_text("a file, not a folder", encoding="utf-8")
    it.environment["CREDENTIALS_TO"] = f"dotenv:{it.folder / 'credentials' / 'acme.env'}"


def dead_proxy(it: SetUp) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        it.environment["HTTPS_PROXY"] = f"http://127.0.0.1:{taken.getsockname()[1]}"


def other_authority(it: SetUp) -> None:
    import trustme

    file = it.folder / "other-ca.pem"
    trustme.CA().cert_pem.write_to_path(file)
    it.environment["SF_CA_FILE"] = str(file)


def no_browser(it: SetUp) -> None:
    program = it.folder / "browser"
    program.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    program.chmod(0o755)
    it.environment["BROWSER_EXECUTABLE"] = str(program)


def not_english(it: SetUp) -> None:
    it.org.set(language="ja")


def run_as(who: str) -> Breaking:
    return lambda it: it.environment.__setitem__("ECA_RUN_AS", it.org.user(who).username)


def locked(it: SetUp) -> None:
    it.org.change_user("admin", frozen=True)


CASES = [
    Case("a setting is missing", without("ECA_RUN_AS"), "settings.values", 78, ("ECA_RUN_AS", "missing")),
    Case("a setting is malformed", setting("SF_LOGIN_URL", "acme"), "settings.values", 78, ("SF_LOGIN_URL",)),
    Case("a setting is misspelt", misspelt, "settings.values", 78, ("SF_USERNAM", "SF_USERNAME")),
    Case(".env can be read by others", open_file, "settings.file_modes", 78, (".env", "644", "chmod 600")),
    Case("a secret's file can be read by its group", open_secret_file, "settings.file_modes", 78, ("password.txt", "SF_PASSWORD")),
    Case("git keeps .env", tracked_file, "settings.tracked_files", 78, (".env", "git rm --cached")),
    Case("credentials can't be written", no_folder, "machine.folders", 2, ("delivery", "is not a folder")),
    Case(
        "production was not named",
        setting("SF_LOGIN_URL", "https://acme.my.salesforce.com"),
        "org.kind",
        77,
        ("--allow-production",),
    ),
    Case("the proxy is down", dead_proxy, "network.proxy", 69, ("HTTPS_PROXY", "127.0.0.1")),
    Case(
        "the My Domain is misspelt",
        setting("SF_LOGIN_URL", "https://acmee--dev.sandbox.my.salesforce.com"),
        "network.host",
        69,
        ("acmee--dev", "SF_LOGIN_URL"),
    ),
    Case("the company's CA is not set", without("SF_CA_FILE"), "network.certificate", 69, ("certificate", "set SF_CA_FILE")),
    Case("another CA is set", other_authority, "network.certificate", 69, ("other-ca.pem", "does not contain the CA")),
    Case("the mailbox refuses", setting("SF_IMAP_PASSWORD", "wrong-mail-password"), "mailbox", 77, ("SF_IMAP_PASSWORD",)),
    Case("the browser does not start", no_browser, "machine.browser_started", 78, ("BROWSER_EXECUTABLE",), browser=True),
    Case(
        "the password is wrong",
        setting("SF_PASSWORD", "wrong-password-1"),
        "org.login",
        77,
        ("username and password",),
        browser=True,
    ),
    Case("a passkey is asked for", lambda _: None, "org.login", 77, ("passkey",), {"after_password": ["passkey"]}, browser=True),
    Case(
        "the user may not create apps", lambda _: None, "org.permission", 77, ("permission",), {"new_button": False}, browser=True
    ),
    Case(
        "there is no such Run As user",
        setting("ECA_RUN_AS", "nobody@acme.example"),
        "org.run_as",
        78,
        ("nobody@acme.example", "no user"),
        browser=True,
    ),
    Case("the Run As user is not active", run_as("former"), "org.run_as", 78, ("not active",), browser=True),
]
