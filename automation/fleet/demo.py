"""``refresh_sandboxes --demo``: a replica production org and six sandboxes, some of which need the job.

Three were just refreshed, which took their app away; in one somebody changed the app; two are up to date.
"""

from __future__ import annotations

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
from automation.secrets.files import write_private
from automation.settings.app_spec import DEFAULT_NAME
from automation.settings.rules import api_name_for

if TYPE_CHECKING:
    from automation.replica import OrgHandle, Replica

COMPANY: Final = "acme"
SANDBOXES: Final = ("dev", "qa", "uat", "full", "training", "hotfix")
REFRESHED: Final = ("dev", "qa", "uat")
DRIFTED: Final = "full"
CALLBACK: Final = f"https://{COMPANY}.serviceboard.example/oauth"


@contextmanager
def demo_orgs_file() -> Iterator[Path]:
    """Start the replica and answer the path of an orgs file for it; both are gone afterwards. Raises as `running_replica`."""
    with running_replica() as replica, own_state(), TemporaryDirectory(prefix="demo-fleet-") as folder:
        place = Path(folder)
        orgs = {name: _sandbox(replica, name, place) for name in SANDBOXES}
        _as_found(orgs)
        yield write_private(place / "orgs.toml", _text(replica, orgs, place))


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
    write_private(place / f"{name}.secret", org.admin.password)
    return org


def _as_found(orgs: dict[str, OrgHandle]) -> None:
    for name in REFRESHED:
        orgs[name].refresh()
    orgs[DRIFTED].edit_app(api_name_for(DEFAULT_NAME), contactEmail="somebody@else.example")


def _text(replica: Replica, orgs: dict[str, OrgHandle], place: Path) -> str:
    production = replica.new_org(COMPANY)
    write_private(place / "token.secret", production.access_token())
    write_private(place / "mailbox.secret", orgs[DRIFTED].admin.mailbox_password)
    admin = orgs[DRIFTED].admin
    folder = place.as_posix()
    shared = f"""
[defaults]
login_url = "https://{COMPANY}--{{name}}.sandbox.my.salesforce.com"
username = "{admin.username.removesuffix(f".{DRIFTED}")}"
password = "file:{folder}/{{name}}.secret"
imap_url = "{replica.imap_url}"
imap_username = "{admin.mailbox_user}"
imap_password = "file:{folder}/mailbox.secret"
deliver = ["dotenv:{folder}/credentials/{{name}}.env"]
https_proxy = "{replica.proxy_url}"
no_proxy = ""
ca_file = "{replica.ca_file.as_posix()}"

[defaults.app]
contact_email = "{admin.email}"
callback_url = "{CALLBACK}"
run_as = "{orgs[DRIFTED].run_as.removesuffix(f".{DRIFTED}")}"

[limits]
keep_days = 0  # what the user's own jobs left is not the demo's to delete

[production]
login_url = "{production.login_url}"
access_token = "file:{folder}/token.secret"
"""
    return shared + "".join(f"\n[orgs.{name}]\n" for name in orgs)
