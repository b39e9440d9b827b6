"""A fleet of sandboxes on a replica, the command as a user starts it, and the search for leaks."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

from automation.delivery.dotenv_file import DotenvFile
from automation.refresh_sandboxes import main
from automation.secrets import Secret
from automation.secrets.credentials import Credentials

if TYPE_CHECKING:
    from automation.replica import OrgHandle, Replica
    from automation.replica.org.orgs import Org

ROOT = Path(__file__).resolve().parents[2]
APP = "ServiceMax_Service_Board_Sync"
PASSWORD, MAILBOX = "FLEET_PASSWORD", "FLEET_MAILBOX_PASSWORD"


@dataclass
class Done:
    """How the command ended."""

    exit_code: int
    stdout: str
    stderr: str

    @property
    def orgs(self) -> dict[str, dict[str, Any]]:
        """The JSON lines, by name of the org."""
        lines = [json.loads(line) for line in self.stdout.splitlines()]
        return {line["name"]: line for line in lines}

    def found(self) -> dict[str, str]:
        """What the checks found, by name of the org."""
        return {name: line["found"] for name, line in self.orgs.items()}


@dataclass
class FleetOnReplica:
    """Sandboxes of one production org that share a mailbox, an orgs file for them, and the command."""

    replica: Replica
    folder: Path
    company: str
    orgs: dict[str, OrgHandle] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    tables: dict[str, str] = field(default_factory=dict)
    extra: str = ""
    deliver: str = '["dotenv:credentials/{name}.env"]'

    def add(self, name: str, *, own_mailbox: bool = False, **variants: Any) -> OrgHandle:
        """One more sandbox. Its admin gets email in the fleet's mailbox, or in one of his own."""
        email = f"{name if own_mailbox else 'admin'}@{self.company}.example"
        org = self.replica.new_org(f"{self.company}--{name}.sandbox", 1, email, **variants)
        self.orgs[name] = org
        self.secrets[f"{PASSWORD}_{name}"] = org.admin.password
        box = f"{MAILBOX}_{name}" if own_mailbox else MAILBOX
        self.secrets[box] = org.admin.mailbox_password
        if own_mailbox:
            self.tables[name] = f'imap_username = "{email}"\nimap_password = "env:{box}"\n'
        return org

    def set_up(self, name: str, **policies: Any) -> OrgHandle:
        """One more sandbox in which the app is made and its pair delivered, as by an earlier run."""
        org = self.add(name)
        self.deliver_pair(name, self.make_app(name, **policies))
        return org

    def deliver_pair(self, name: str, app: Any) -> None:
        """The app's pair lies where the orgs file says."""
        org = self.orgs[name]
        host = org.login_url.removeprefix("https://")
        pair = Credentials(
            Secret(app.key),
            Secret(app.secret),
            f"{org.login_url}/services/oauth2/token",
            org.login_url,
            org.org_id,
            host,
            APP,
            "2026",
        )
        DotenvFile(str(self.folder / "credentials" / f"{name}.env")).write(pair)

    def make_app(self, name: str, **policies: Any) -> Any:
        """The finished app, made in the org without a run."""
        handle = self.orgs[name]
        form = {
            "label": "ServiceMax Service Board Sync",
            "developerName": APP,
            "contactEmail": f"admin@{self.company}.example",
            "oauth": {
                "enabled": True,
                "callbackUrl": f"https://{self.company}.serviceboard.example/oauth",
                "scopes": ["id", "api"],
                "flows": {"clientCredentials": True},
            },
        }
        wanted = {"clientCredentialsEnabled": True, "runAs": handle.run_as, "ipRelaxation": "Bypass"}
        app = handle.create_app(form, {**wanted, **policies})
        app.created_at -= 3600  # known everywhere by now
        return app

    def change_app(self, name: str, **changes: Any) -> None:
        """Somebody changes the app of an org by hand: ``policies={...}``, ``secret="..."`` ``doc={...}`` or ``scopes=[...]``."""
        handle = self.orgs[name]

        def change(org: Org) -> None:
            app = org.app_named(APP)
            assert app is not None
            if "policies" in changes:
                org.save_policies(app, changes["policies"])
            app.secret = changes.get("secret", app.secret)
            app.doc.update(changes.get("doc", {}))
            app.doc["oauth"]["scopes"] = changes.get("scopes", app.doc["oauth"]["scopes"])

        handle.do(change)

    def delete_app(self, name: str) -> None:
        """Somebody deletes the app of an org."""
        self.orgs[name].do(lambda org: org.apps.clear())

    @property
    def file(self) -> Path:
        """The orgs file, written again."""
        path = self.folder / "orgs.toml"
        tables = [f'[orgs.{name}]\npassword = "env:{PASSWORD}_{name}"\n{self.tables.get(name, "")}' for name in self.orgs]
        path.write_text(self._shared() + "\n".join(tables) + self.extra)
        return path

    def _shared(self) -> str:
        return f"""
[defaults]
login_url = "https://{self.company}--{{name}}.sandbox.my.salesforce.com"
username = "admin@{self.company}.example"
imap_url = "{self.replica.imap_url}"
imap_username = "admin@{self.company}.example"
imap_password = "env:{MAILBOX}"
deliver = {self.deliver}
https_proxy = "{self.replica.proxy_url}"
no_proxy = ""
ca_file = "{self.replica.ca_file}"
timeout_page = 60
timeout_action = 30
timeout_save = 60
timeout_code = 60
timeout_propagation = 60

[defaults.app]
contact_email = "admin@{self.company}.example"
callback_url = "https://{self.company}.serviceboard.example/oauth"
run_as = "sync@{self.company}.example"

"""

    def environment(self, **more: str) -> dict[str, str]:
        """The command's environment: where the secrets are, and nothing of the developer's."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "PLAYWRIGHT_NODEJS_PATH") if name in os.environ}
        own = {"PYTHONPATH": str(ROOT), "XDG_STATE_HOME": str(self.folder / "state")}
        return {**kept, **own, **self.secrets, **more}

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        """Start the command and do not wait for it."""
        command = [sys.executable, "-m", "automation.refresh_sandboxes", "--orgs", str(self.file), *arguments]
        pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL}
        return subprocess.Popen(command, cwd=self.folder, env=self.environment(**environment), text=True, **pipes)

    def run(self, *arguments: str, **environment: str) -> Done:
        """Run the command with ``--json`` to its end."""
        process = self.start("--json", *arguments, **environment)
        out, said = process.communicate(timeout=600)
        return Done(process.returncode, out, said)

    def history(self, *arguments: str) -> list[dict[str, Any]]:
        """What ``history --json`` prints."""
        printed = io.StringIO()
        with mock.patch.dict(os.environ, self.environment(), clear=True), redirect_stdout(printed):
            assert main(["history", "--json", *arguments]) == 0
        return [json.loads(line) for line in printed.getvalue().splitlines() if line]

    def apps(self) -> dict[str, list[str]]:
        """API names of the apps that are really there, by name of the org."""
        return {name: [app["developerName"] for app in org.truth()["apps"]] for name, org in self.orgs.items()}

    def secret_values(self) -> dict[str, str]:
        """Everything that must stand nowhere but where it was delivered."""
        values = dict(self.secrets)
        for name, org in self.orgs.items():
            for app in org.truth()["apps"]:
                values |= {f"{name} key": app["key"], f"{name} secret": app["secret"]}
        return values


def leaks(folder: Path, values: Mapping[str, str], skip: Sequence[str] = ("credentials",)) -> list[str]:
    """``file: what`` for every secret in a file below ``folder``, in any encoding; also inside zip files."""
    from automation.secrets.encodings import encodings

    forms = {what: [form.encode() for form in encodings(value)] for what, value in values.items()}
    found = []
    for path, data in _files(folder, skip):
        found += [f"{path}: {what}" for what, all_forms in forms.items() if any(form in data for form in all_forms)]
    return found


def _files(folder: Path, skip: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    import zipfile

    for path in sorted(folder.rglob("*")):
        if not path.is_file() or set(path.relative_to(folder).parts) & set(skip):
            continue
        yield str(path), path.read_bytes()
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                for name in archive.namelist():
                    yield f"{path}!{name}", archive.read(name)
