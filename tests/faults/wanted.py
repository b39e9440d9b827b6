"""Whether an org is as the document wants it, by the replica's own truth and not by what a run says of itself."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from dotenv import dotenv_values

from automation.delivery.dotenv_file import DotenvFile
from automation.replica.org.rules import API_NAME_TAKEN
from automation.secrets import Secret
from automation.secrets.credentials import Credentials

if TYPE_CHECKING:
    from automation.replica import OrgHandle
    from automation.replica.org.apps import App
    from automation.replica.org.orgs import Org

NAME, API_NAME = "ServiceMax Service Board Sync", "ServiceMax_Service_Board_Sync"
CALLBACK = "https://acme.serviceboard.example/oauth"

Doc = dict[str, Any]


def document(org: OrgHandle, **changes: Any) -> Doc:
    """What the create form would send for the wanted app; ``changes`` replace its top-level values."""
    return {
        "label": NAME,
        "developerName": API_NAME,
        "contactEmail": org.admin.email,
        "distributionState": "Local",
        "oauth": {
            "enabled": True,
            "callbackUrl": CALLBACK,
            "scopes": ["id", "api"],
            "flows": {"clientCredentials": True},
            "security": {"pkce": False},
        },
        **changes,
    }


POLICIES = {"clientCredentialsEnabled": True, "ipRelaxation": "Bypass"}


def make_app(org: OrgHandle, *, policies: bool = True, run_as: str = "", **changes: Any) -> App:
    """The wanted app with its policies, made without a browser, as by a careful person; ``policies=False``: up to step 1.7."""
    return org.create_app(document(org, **changes), {**POLICIES, "runAs": run_as or org.run_as} if policies else None)


def deliver(org: OrgHandle, path: Path) -> None:
    """The pair of the org's app, where an earlier run would have put it."""
    app, host = org.app(), org.login_url.removeprefix("https://")
    token_url = f"{org.login_url}/services/oauth2/token"
    DotenvFile(str(path)).write(
        Credentials(Secret(app.key), Secret(app.secret), token_url, org.login_url, org.org_id, host, API_NAME, "2026")
    )


def edit(org: OrgHandle, app: App, path: str, value: Any) -> None:
    """A person changes one value of an app behind the tool's back; ``path`` is dotted, as in ``oauth.callbackUrl``."""

    def change(_: Org) -> None:
        *folders, last = path.split(".")
        place = app.doc
        for name in folders:
            place = place[name]
        if last not in place:
            raise KeyError(path)
        place[last] = value

    org.do(change)


def ours(org: OrgHandle) -> list[Doc]:
    """The apps that carry the wanted name or API name."""
    return [app for app in org.truth()["apps"] if app["label"] == NAME or app["developerName"].lower() == API_NAME.lower()]


def duplicates(org: OrgHandle) -> int:
    """Apps beyond the one, and tries to make a second one that only the org's own rule stopped."""
    taken = API_NAME_TAKEN.split(".", maxsplit=1)[0]
    refused = [event for event in org.events("refused") if event["action"] == "createApp" and _says(event, taken)]
    return max(0, len(ours(org)) - 1) + len(refused)


def _says(event: Doc, text: str) -> bool:
    return text in str(event.get("message", "")) or "developerName" in event.get("fields", [])


def _holds(app: Doc, org: OrgHandle) -> dict[str, bool]:
    """For each documented field, whether it is as configured."""
    oauth, policies = app["oauth"], app["policies"]
    security = oauth["security"]
    return {
        "name": (app["label"], app["developerName"]) == (NAME, API_NAME),
        "contact email": app["contactEmail"] == org.admin.email,
        "distribution state": app["distributionState"] == "Local",
        "callback": oauth["enabled"] and oauth["callbackUrl"] == CALLBACK,
        "scopes": {"id", "api"} <= set(oauth["scopes"]),
        "flow": oauth["flows"]["clientCredentials"],
        "secrets": security["secretForWebServer"] and security["secretForRefreshToken"],
        "PKCE": not security["pkce"] or "pkce" in oauth["locked"],
        "policies tick": policies["clientCredentialsEnabled"],
        "Run As": policies["runAs"] == org.run_as,
        "IP relaxation": policies["ipRelaxation"] == "Bypass",
    }


def lacking(org: OrgHandle, delivered: Path) -> list[str]:
    """What is not in the wanted state; empty when all is: one app, every documented value, its pair delivered."""
    apps = ours(org)
    if len(apps) != 1:
        return [f"{len(apps)} apps"]
    (app,) = apps
    missing = [name for name, right in _holds(app, org).items() if not right]
    pair = dotenv_values(delivered) if delivered.exists() else {}
    held = (pair.get("SALESFORCE_CLIENT_ID"), pair.get("SALESFORCE_CLIENT_SECRET"), pair.get("SALESFORCE_ORG_ID"))
    return missing if held == (app["key"], app["secret"], org.org_id) else [*missing, "delivery"]
