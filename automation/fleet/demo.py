"""``refresh_sandboxes --demo``: a replica production org and six sandboxes, some of which need the job.

Three were just refreshed, which took their app away; in one somebody changed the app; two are up to date.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from automation.delivery.dotenv_file import DotenvFile
from automation.run.demo import own_state, running_replica
from automation.secrets import Secret
from automation.secrets.credentials import Credentials
from automation.settings.app_spec import DEFAULT_NAME
from automation.settings.rules import api_name_for

if TYPE_CHECKING:
    from automation.replica import OrgHandle, Replica

COMPANY: Final = "acme"
SANDBOXES: Final = ("dev", "qa", "uat", "full", "training", "hotfix")
REFRESHED: Final = ("dev", "qa", "uat")
DRIFTED: Final = "full"
VARIABLES: Final = "DEMO_SECRET_"
"""Begins the variables in which the demo's secrets are, for the job and its workers."""
CALLBACK: Final = f"https://{COMPANY}.serviceboard.example/oauth"


@contextmanager
def demo_orgs_file() -> Iterator[Path]:
    """Start the replica and answer the path of an orgs file for it; both are gone afterwards.

    Raises:
        SettingsError: the replica's own dependencies are not installed.
    """
    with running_replica() as replica, own_state(), TemporaryDirectory(prefix="demo-fleet-") as folder:
        place = Path(folder)
        try:
            orgs = {name: _sandbox(replica, name, place) for name in SANDBOXES}
            _as_found(orgs)
            path = place / "orgs.toml"
            path.write_text(_text(replica, orgs, place), encoding="utf-8")
            yield path
        finally:
            for name in [name for name in os.environ if name.startswith(VARIABLES)]:
                del os.environ[name]


def _sandbox(replica: Replica, name: str, place: Path) -> OrgHandle:
    """A sandbox in which the app is set up and delivered, as by an earlier run."""
    org = replica.new_org(f"{COMPANY}--{name}.sandbox", secrets.randbelow(1_000_000), f"admin@{COMPANY}.example")
    key, secret = org.set_up_app(DEFAULT_NAME, api_name_for(DEFAULT_NAME), CALLBACK)
    host = org.login_url.removeprefix("https://")
    token_url = f"{org.login_url}/services/oauth2/token"
    pair = Credentials(
        Secret(key), Secret(secret), token_url, org.login_url, org.org_id, host, api_name_for(DEFAULT_NAME), "2026-01-01T00:00:00Z"
    )
    DotenvFile(str(place / "credentials" / f"{name}.env")).write(pair)
    os.environ[f"{VARIABLES}{name}"] = org.admin.password
    return org


def _as_found(orgs: dict[str, OrgHandle]) -> None:
    """What has happened since then."""
    for name in REFRESHED:
        orgs[name].refresh()
    orgs[DRIFTED].edit_app(api_name_for(DEFAULT_NAME), contactEmail="somebody@else.example")


def _text(replica: Replica, orgs: dict[str, OrgHandle], place: Path) -> str:
    production = replica.new_org(COMPANY)
    os.environ[f"{VARIABLES}TOKEN"] = production.access_token()
    os.environ[f"{VARIABLES}MAILBOX"] = orgs[DRIFTED].admin.mailbox_password
    admin = orgs[DRIFTED].admin
    shared = f"""
[defaults]
login_url = "https://{COMPANY}--{{name}}.sandbox.my.salesforce.com"
username = "{admin.username.removesuffix(f".{DRIFTED}")}"
password = "env:{VARIABLES}{{name}}"
imap_url = "{replica.imap_url}"
imap_username = "{admin.mailbox_user}"
imap_password = "env:{VARIABLES}MAILBOX"
deliver = ["dotenv:{place}/credentials/{{name}}.env"]
https_proxy = "{replica.proxy_url}"
no_proxy = ""
ca_file = "{replica.ca_file}"

[defaults.app]
contact_email = "{admin.email}"
callback_url = "{CALLBACK}"
run_as = "{orgs[DRIFTED].run_as.removesuffix(f".{DRIFTED}")}"

[limits]
keep_days = 0  # what the user's own jobs left is not the demo's to delete

[production]
login_url = "{production.login_url}"
access_token = "env:{VARIABLES}TOKEN"
"""
    return shared + "".join(f"\n[orgs.{name}]\n" for name in orgs)
