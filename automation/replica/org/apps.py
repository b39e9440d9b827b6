"""An External Client App: its five parts as one JSON document, key, secret and the times that matter."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any

Doc = dict[str, Any]

FLOWS = ("clientCredentials", "codeCredentials", "codeCredentialsPostOnly", "device", "jwtBearer", "tokenExchange")
LOCKED_2026 = ("pkce", "refreshTokenRotation", "idleTtl")
"""Security boxes that new apps of 2026 have checked and locked (setup-ui 3.2, LUSI)."""


SECURITY_SEEN: dict[str, Doc] = {
    "editable": {"refreshTokenRotation": False, "idleTtl": False},
    "off": {"pkce": False, "refreshTokenRotation": False, "idleTtl": False},
    "secrets_off": {"secretForWebServer": False, "secretForRefreshToken": False},
}
"""Defaults of the Security card in orgs that were seen, by the variant ``security_defaults`` (update-2026-11-28 1.15): an
English org of April 2026, a Developer Edition of June 2026, a partner's trial kit of 2026. The first two had nothing locked."""


def locked_boxes(look: str, pkce: str, defaults: str = "look") -> list[str]:
    """Which security boxes are locked for a look, a ``pkce`` and a ``security_defaults`` knob."""
    locked = list(LOCKED_2026) if look in {"summer26", "winter27"} and defaults not in {"editable", "off"} else []
    if defaults == "secrets_off" and "pkce" not in locked:
        locked.append("pkce")
    if pkce == "locked" and "pkce" not in locked:
        locked.append("pkce")
    if pkce in {"editable", "absent"} and "pkce" in locked:
        locked.remove("pkce")
    return locked


def security_defaults(look: str, pkce: str, defaults: str = "look") -> Doc:
    """The Security card of a new app in a look (setup-ui 3.2, 12), or in an org that was seen."""
    of_2026 = look in {"summer26", "winter27"}
    return {
        "secretForWebServer": True,
        "secretForRefreshToken": True,
        "pkce": pkce != "absent",
        "refreshTokenRotation": of_2026,
        "namedUserJwt": False,
        "idleTtl": of_2026,
        "ipAllowlist": False,
        **SECURITY_SEEN.get(defaults, {}),
    }


def new_document(look: str, pkce: str, defaults: str = "look", *, tick: bool = False) -> Doc:
    """An empty app document with a look's defaults, including the policies a new app gets."""
    return {
        "id": "", "label": "", "developerName": "", "contactEmail": "", "distributionState": "Local",
        "contactPhone": "", "infoUrl": "", "logoUrl": "", "iconUrl": "", "description": "", "status": "Enabled",
        "oauth": {
            "enabled": False, "callbackUrl": "", "scopes": [], "introspectAllTokens": False, "configureIdToken": False,
            "flows": dict.fromkeys(FLOWS, False),
            "security": security_defaults(look, pkce, defaults),
            "locked": locked_boxes(look, pkce, defaults),
        },
        "policies": {
            "startPage": "None", "permittedUsers": "AllSelfAuthorized",
            "clientCredentialsEnabled": tick, "clientCredentialsAvailable": False, "runAs": "",
            "ipRelaxation": "Enforce", **refresh_defaults(look),
            "singleLogout": False, "highAssurance": False, "sessionTimeoutMinutes": None, "jwtTimeout": "UserDefault",
        },
    }  # fmt: skip


def refresh_defaults(look: str) -> Doc:
    """The refresh-token policy a new app starts with (setup-ui 5.2: Dec 2025 specific time, 2026 not used for)."""
    if look == "summer25":
        return {"refreshTokenPolicy": "Infinite", "refreshValidityPeriod": 365, "refreshValidityUnit": "Days"}
    if look == "winter26":
        return {"refreshTokenPolicy": "SpecificLifetime", "refreshValidityPeriod": 365, "refreshValidityUnit": "Days"}
    return {"refreshTokenPolicy": "SpecificInactivity", "refreshValidityPeriod": 30, "refreshValidityUnit": "Days"}


def merge(into: Doc, changes: Doc) -> None:
    """Copy values of ``changes`` into the same keys of ``into``, deeply. Keys ``into`` lacks are ignored."""
    for key, old in into.items():
        if key not in changes:
            continue
        if isinstance(old, dict) and isinstance(changes[key], dict):
            merge(old, changes[key])
        elif not isinstance(old, dict):
            into[key] = copy.deepcopy(changes[key])


@dataclass
class App:
    """One app of an org.

    Times are seconds of the world's clock. ``old_policies`` stay in force until ``policies_from``.
    """

    id15: str
    doc: Doc
    key: str
    secret: str
    consumer_id: str
    created_at: float
    modified_at: float
    flow_from: float = 0.0
    """When the Settings tick of the client-credentials flow has reached the Policies tab."""
    policies_from: float = 0.0
    old_policies: Doc = field(default_factory=dict)
    reveals: int = 0
    created_by: str = ""

    @property
    def developer_name(self) -> str:
        """The API name."""
        return str(self.doc["developerName"])

    @property
    def label(self) -> str:
        """The External Client App Name."""
        return str(self.doc["label"])

    def policies_at(self, now: float) -> Doc:
        """The policies in force at a time."""
        policies: Doc = self.old_policies if now < self.policies_from and self.old_policies else self.doc["policies"]
        return policies

    def public(self, now: float) -> Doc:
        """The document as the pages see it: no key, no secret."""
        doc = copy.deepcopy(self.doc)
        doc["id"] = self.id15
        on = doc["oauth"]["enabled"] and doc["oauth"]["flows"]["clientCredentials"]
        doc["policies"]["clientCredentialsAvailable"] = bool(on and now >= self.flow_from)
        return doc

    def row(self) -> Doc:
        """The app's row in the list page."""
        doc = self.doc
        return {
            "id": self.id15,
            "label": doc["label"],
            "contactEmail": doc["contactEmail"],
            "appAuthorization": doc["policies"]["permittedUsers"],
            "type": doc["distributionState"],
            "status": doc["status"],
        }
