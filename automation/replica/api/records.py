"""Rows of the objects that SOQL can ask for (evidence/org-access.md 3, 4.1, 5.3, 6.2)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from automation.replica.org import rights
from automation.replica.org.apps import App
from automation.replica.org.orgs import Org
from automation.replica.org.scopes import SCOPES
from automation.replica.org.seeds import to_18
from automation.replica.org.users import User

Rows = list[dict[str, Any]]
ECA_OBJECTS = frozenset(
    {"externalclientapplication", "extlclntappoauthplcycnfg", "extlclntappoauthsettings", "extlclntappplcycnfg"}
)


def stamp(at: float) -> str:
    """A date-time as REST writes it."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def rows(org: Org, kind: str, user: User) -> Rows | None:
    """The rows of an object that ``user`` may see, or None when there is no such object for that user."""
    name = kind.lower()
    if name in ECA_OBJECTS:
        if org.variants.eca_objects == "INVALID_TYPE":
            return None
        if org.variants.eca_objects == "no_rows":
            return []
        return [ECA_ROWS[name](org, app) for app in org.apps.values()]
    maker = OTHERS.get(name)
    if maker is not None:
        return maker(org, user)
    return [] if rights.visible(org, user, kind) else None


def _organization(org: Org, _: User) -> Rows:
    return [
        {
            "Id": org.id,
            "Name": org.name,
            "IsSandbox": org.sandbox,
            "InstanceName": "SWE42S" if org.sandbox else "SWE42",
            "TrialExpirationDate": None,
            "OrganizationType": "Enterprise Edition",
            "LanguageLocaleKey": {"en": "en_US", "ja": "ja", "es": "es"}[org.variants.language],
            "NamespacePrefix": None,
        }
    ]


def _users(org: Org, _: User) -> Rows:
    return [
        {
            "Id": to_18(user.id),
            "Username": user.username,
            "Name": user.name,
            "Email": user.email,
            "IsActive": user.active,
            "UserType": "Standard",
            "ProfileId": profile_id(org, user),
            "Profile": {"Name": user.profile, "PermissionsApiEnabled": user.api_enabled, "PermissionsApiUserOnly": user.api_only},
        }
        for user in org.users.values()
    ]


def profile_id(org: Org, user: User) -> str:
    """The id of a user's profile."""
    return to_18(org.seeded.record_id("00e", user.profile))


def _user_logins(org: Org, _: User) -> Rows:
    return [
        {"Id": to_18(org.seeded.record_id("0Yw", user.username)), "UserId": to_18(user.id), "IsFrozen": user.frozen}
        for user in org.users.values()
    ]


def _app(org: Org, app: App) -> dict[str, Any]:
    return {
        "Id": to_18(app.id15),
        "DeveloperName": app.developer_name,
        "MasterLabel": app.label,
        "DistributionState": app.doc["distributionState"],
        "ManagedType": None,
        "OrgScopedExternalApp": f"{org.id15}:{app.label}",
        "ContactEmail": app.doc["contactEmail"],
        "Description": app.doc["description"] or None,
        "Language": "en_US",
        "NamespacePrefix": None,
        "Version": "1.0",
        "CreatedDate": stamp(app.created_at),
        "LastModifiedDate": stamp(app.modified_at),
    }


def settings_id(org: Org, app: App) -> str:
    """The id of an app's OAuth settings record (prefix is a guess)."""
    return to_18(org.seeded.record_id("0xJ", app.id15))


def _oauth_policies(org: Org, app: App) -> dict[str, Any]:
    policies = app.doc["policies"]
    run_as = policies["runAs"] or None
    named = org.users.get(str(run_as).lower())
    if org.variants.client_credentials_user_form == "id" and named:
        run_as = to_18(named.id)
    return {
        "Id": to_18(org.seeded.record_id("0xK", app.id15)),
        "ExternalClientApplicationId": to_18(app.id15),
        "ExtlClntAppOauthSettingsId": settings_id(org, app),
        "ClientCredentialsFlowUser": run_as,
        "IsClientCredentialsFlowEnabled": policies["clientCredentialsEnabled"],
        "IpRelaxationPolicyType": policies["ipRelaxation"],
        "PermittedUsersPolicyType": policies["permittedUsers"],
        "PolicyAction": None,
        "RequiredSessionLevel": "HIGH_ASSURANCE" if policies["highAssurance"] else "STANDARD",
        "RefreshTokenPolicyType": policies["refreshTokenPolicy"],
        "RefreshTokenValidityPeriod": policies["refreshValidityPeriod"],
        "RefreshTokenValidityUnit": policies["refreshValidityUnit"],
        "SessionTimeoutInMinutes": policies["sessionTimeoutMinutes"],
        "StartUrl": None,
        "SingleLogoutUrl": None,
        "LastModifiedDate": stamp(app.modified_at),
    }


def _oauth_settings(org: Org, app: App) -> dict[str, Any]:
    chosen = set(app.doc["oauth"]["scopes"])
    columns = {scope.column: scope.value in chosen for scope in SCOPES}
    columns["OauthScopesOFFLINE_ACCESS"] = "refresh_token" in chosen
    for part in ("PROFILE", "EMAIL", "ADDRESS", "PHONE"):
        columns[f"OauthScopes{part}"] = False
    return {
        "Id": settings_id(org, app),
        "ExternalClientApplicationId": to_18(app.id15),
        "OauthLink": f"{org.id15}:{app.consumer_id}",
        "SingleLogoutUrl": None,
        **columns,
    }


def _plain_policies(org: Org, app: App) -> dict[str, Any]:
    return {
        "Id": to_18(org.seeded.record_id("0xL", app.id15)),
        "ExternalClientApplicationId": to_18(app.id15),
        "IsEnabled": app.doc["status"] == "Enabled",
        "OauthPluginStatus": "Enabled" if app.doc["oauth"]["enabled"] else "Disabled",
        "SamlPluginStatus": "Disabled",
        "StartPage": app.doc["policies"]["startPage"],
        "StartUrl": None,
    }


def _login_history(org: Org, _: User) -> Rows:
    return [
        {
            "Id": to_18(org.seeded.record_id("0Ya", str(event.number))),
            "LoginTime": stamp(event.at),
            "LoginType": "Remote Access 2.0",
            "LoginSubType": "OauthClientCredentials",
            "Status": "Success",
            "UserId": to_18(org.users[event.details["username"].lower()].id),
        }
        for event in org.events.events
        if event.name == "token given" and event.details["username"].lower() in org.users
    ]


METHODS = {"email": "Email", "totp": "Totp", "sms": "Sms", "push": "SalesforceAuthenticator", "temp_code": "TempCode",
           "passkey": "BuiltInAuthenticator"}  # fmt: skip
"""Screens by ``VerificationMethod`` (OA 3)."""


def _verifications(org: Org, _: User) -> Rows:
    return [
        {
            "Id": to_18(org.seeded.record_id("0ce", str(event.number))),
            "VerificationTime": stamp(event.at),
            "VerificationMethod": METHODS[event.details["screen"]],
            "Activity": "Login" if event.details["purpose"] == "login" else "ExternalClientApp",
            "Policy": "DeviceActivation" if event.details["purpose"] == "login" else "PageAccess",
            "Status": "Succeeded",
            "UserId": to_18(org.users[event.details["username"].lower()].id),
        }
        for event in org.events.events
        if event.name == "screen passed" and event.details["screen"] in METHODS
    ]


ECA_ROWS = {
    "externalclientapplication": _app,
    "extlclntappoauthplcycnfg": _oauth_policies,
    "extlclntappoauthsettings": _oauth_settings,
    "extlclntappplcycnfg": _plain_policies,
}
OTHERS = {
    "organization": _organization,
    "user": _users,
    "userlogin": _user_logins,
    "loginhistory": _login_history,
    "verificationhistory": _verifications,
    **rights.TABLES,
}
