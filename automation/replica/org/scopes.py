"""OAuth scopes: value, label in Setup, and the SOQL column that shows them.

Labels are verbatim from the create form (setup-ui 3.2), in list order as far as visible there; set and order vary by
licence. Columns are those of ``ExtlClntAppOauthSettings`` (org-access 5.3), some by analogy (guess).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scope:
    """One scope."""

    value: str
    label: str
    column: str


SCOPES: tuple[Scope, ...] = (
    Scope("id", "Access the identity URL service (id, profile, email, address, phone)", "OauthScopesBASIC"),
    Scope("api", "Manage user data via APIs (api)", "OauthScopesAPI"),
    Scope("web", "Manage user data via Web browsers (web)", "OauthScopesWEB"),
    Scope("full", "Full access (full)", "OauthScopesFULL"),
    Scope("chatter_api", "Access Connect REST API resources (chatter_api)", "OauthScopesCHATTER_API"),
    Scope("visualforce", "Access Visualforce applications (visualforce)", "OauthScopesCUSTOM_APPLICATIONS"),
    Scope(
        "refresh_token",
        "Perform requests at any time (refresh_token, offline_access)",
        "OauthScopesREFRESH_TOKEN",
    ),
    Scope("openid", "Access unique user identifiers (openid)", "OauthScopesOPENID"),
    Scope("custom_permissions", "Access custom permissions (custom_permissions)", "OauthScopesCUSTOM_PERMISSIONS"),
    Scope("wave_api", "Access Analytics REST API resources (wave_api)", "OauthScopesWAVE_API"),
    Scope("sfap_api", "Access the Salesforce API Platform (sfap_api)", "OauthScopesSFAP_API"),
    Scope("interaction_api", "Access Interaction API resources (interaction_api)", "OauthScopesINTERACTION_API"),
    Scope("cdp_api", "Access all Data Cloud API resources (cdp_api)", "OauthScopesCDP_API"),
    Scope("einstein_gpt_api", "Access Einstein GPT services (einstein_gpt_api)", "OauthScopesEINSTEIN_GPT_API"),
    Scope("mcp_api", "Access Salesforce hosted MCP servers (mcp_api)", "OauthScopesMCP_API"),
    Scope("pwdless_login_api", "Access headless passwordless login API (pwdless_login_api)", "OauthScopesPWDLESS_LOGIN_API"),
)
BY_VALUE = {scope.value: scope for scope in SCOPES}
FILTERED = frozenset({"full", "web", "refresh_token", "offline_access"})
"""Scopes that the client-credentials flow "automatically filters out" (OA 2.1)."""
EXPANDED = {"id": "id profile email address phone"}


def granted(values: list[str]) -> str:
    """The ``scope`` text of a client-credentials token for an app's scopes.

    The order, and ``id`` standing alone as it does in captured answers, are guesses.
    """
    return " ".join(value for value in values if value not in FILTERED)
