"""What the org holds for an app, read over REST with the proof token.

The objects are marked "for internal use only" by Salesforce, but are queried by public tools (sfdx-hardis
``unsecure-connected-apps.ts``). Where the Run As user may not see them, a field of `Reading` stays None and is read
from the pages instead.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, Final

from automation.app_spec import AppSpec
from automation.org_api.ids import is_id, same_id
from automation.org_api.rest import NotReadable, Rest
from automation.steps import Difference


@dataclass(frozen=True)
class Reading:
    """What was read; None means that it could not be.

    Attributes:
        scopes: scope tokens, as far as known; compared with the token's own scopes added.
        client_credentials: the tick on the Policies tab.
        run_as: a user name or a user id (which of the two ``ClientCredentialsFlowUser`` holds is not known).
        ip_relaxation: API value.
    """

    name: str | None = None
    api_name: str | None = None
    contact_email: str | None = None
    distribution_state: str | None = None
    scopes: tuple[str, ...] | None = None
    client_credentials: bool | None = None
    run_as: str | None = None
    ip_relaxation: str | None = None

    @property
    def missing(self) -> tuple[str, ...]:
        """Names of what could not be read."""
        return tuple(field.name for field in fields(self) if getattr(self, field.name) is None)

    def filled_from(self, other: Reading) -> Reading:
        """This reading, with what is missing taken from ``other``."""
        return replace(self, **{name: getattr(other, name) for name in self.missing})


SCOPE_FIELDS: Final = {
    "OauthScopesAPI": "api",
    "OauthScopesID": "id",
    "OauthScopesBASIC": "id",
    "OauthScopesSFAP_API": "sfap_api",
    "OauthScopesMCP_API": "mcp_api",
    "OauthScopesWAVE": "wave_api",
    "OauthScopesCHATTER": "chatter_api",
}
"""Fields of ``ExtlClntAppOauthSettings`` whose scope token is not just their ending in lower case.

Evidence has API, WEB, FULL, REFRESH_TOKEN, OFFLINE_ACCESS, OPENID, PROFILE, EMAIL, SFAP_API and MCP_API. ID, BASIC, WAVE
and CHATTER are guesses; a field that does not exist does no harm, as the fields are taken from the object's own description
and the token's scopes are looked at as well.
"""

_APP: Final = ("DeveloperName", "MasterLabel", "ContactEmail", "DistributionState")
_POLICY: Final = ("IsClientCredentialsFlowEnabled", "ClientCredentialsFlowUser", "IpRelaxationPolicyType")
_LABELS: Final = {
    "name": "External Client App Name",
    "api_name": "API Name",
    "contact_email": "Contact Email",
    "distribution_state": "Distribution State",
    "client_credentials": "Enable Client Credentials Flow (Policies)",
    "run_as": "Run As (Username)",
    "ip_relaxation": "IP Relaxation",
}


def read_back(rest: Rest, api_name: str, app_id: str | None = None) -> Reading | None:
    """What the org holds for the app, or None when the Run As user may not see External Client Apps at all.

    Args:
        api_name: ``DeveloperName`` of the app; made of letters, digits and underscores.
        app_id: its ``0xI...`` id, which wins where it is known.
    """
    which = _which(api_name, app_id)
    found = rest.query(f"SELECT Id, {', '.join(_APP)} FROM ExternalClientApplication WHERE {which}")  # noqa: S608 - quoted
    if isinstance(found, NotReadable) or not found:
        return None
    app = found[0]
    policy = _one(rest, "ExtlClntAppOauthPlcyCnfg", _POLICY, str(app["Id"]))
    return Reading(
        name=_text(app.get("MasterLabel")),
        api_name=_text(app.get("DeveloperName")),
        contact_email=_text(app.get("ContactEmail")),
        distribution_state=_text(app.get("DistributionState")),
        scopes=_scopes(rest, str(app["Id"])),
        client_credentials=_flag(policy.get("IsClientCredentialsFlowEnabled")),
        run_as=_text(policy.get("ClientCredentialsFlowUser")),
        ip_relaxation=_text(policy.get("IpRelaxationPolicyType")),
    )


def compare(
    reading: Reading, spec: AppSpec, token_scopes: tuple[str, ...] = (), run_as_id: str | None = None
) -> list[Difference]:
    """What is not as wanted. Fields that could not be read are not differences; see `Reading.missing`.

    Args:
        token_scopes: scopes of the proof token, which the app must have too.
        run_as_id: user id of the wanted Run As user, for an org that answers with the id.
    """
    wanted: dict[str, str | bool] = {
        "name": spec.name,
        "api_name": spec.api_name,
        "contact_email": spec.contact_email,
        "distribution_state": spec.distribution_state,
        "client_credentials": True,
        "run_as": spec.run_as,
        "ip_relaxation": spec.ip_relaxation,
    }
    found = [
        Difference(_LABELS[name], _shown(is_), _shown(want) or "")
        for name, want in wanted.items()
        if (is_ := getattr(reading, name)) is not None and not _same(name, is_, want, run_as_id)
    ]
    return found + _missing_scopes(reading, spec, token_scopes)


def extra_scopes(reading: Reading, spec: AppSpec, token_scopes: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Scopes of the app beyond the wanted ones: reported, but no difference unless the app was asked for exactly."""
    return tuple(sorted({*(reading.scopes or ()), *token_scopes} - set(spec.scopes) - _IMPLIED))


_IMPLIED: Final = frozenset({"profile", "email", "address", "phone"})
"""Parts of the scope ``id``, whose label reads "(id, profile, email, address, phone)"; a token may list them one by one."""


def _missing_scopes(reading: Reading, spec: AppSpec, token_scopes: tuple[str, ...]) -> list[Difference]:
    if reading.scopes is None and not token_scopes:
        return []
    known = {*(reading.scopes or ()), *token_scopes}
    lacking = [scope for scope in spec.scopes if scope not in known]
    if not lacking:
        return []
    return [Difference("OAuth Scopes", " ".join(sorted(known)) or None, " ".join(spec.scopes))]


def _same(name: str, is_: str | bool, want: str | bool, run_as_id: str | None) -> bool:
    if not isinstance(is_, str) or not isinstance(want, str):
        return is_ == want
    if name == "run_as":
        return same_id(is_, run_as_id) or is_.lower() == want.lower()
    return is_.lower() == want.lower() if name == "contact_email" else is_ == want


def _shown(value: str | bool) -> str | None:
    if isinstance(value, bool):
        return "on" if value else "off"
    return value or None


def _which(api_name: str, app_id: str | None) -> str:
    if app_id is not None and is_id(app_id):
        return f"Id = '{app_id}'"
    return "DeveloperName = '" + api_name.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _one(rest: Rest, kind: str, names: tuple[str, ...], app_id: str) -> dict[str, Any]:
    """The one record of a satellite object; empty where it can't be read. Fields that a release lacks are left out."""
    soql = f"SELECT {', '.join(names)} FROM {kind} WHERE ExternalClientApplicationId = '{app_id}'"  # noqa: S608 - our names
    found = rest.query(soql)
    if isinstance(found, NotReadable) and found.code == "INVALID_FIELD":
        there = tuple(name for name in names if name in _fields(rest, kind))
        return _one(rest, kind, there, app_id) if there and there != names else {}
    return {} if isinstance(found, NotReadable) or not found else found[0]


def _scopes(rest: Rest, app_id: str) -> tuple[str, ...] | None:
    names = tuple(name for name in _fields(rest, "ExtlClntAppOauthSettings") if name.startswith("OauthScopes"))
    record = _one(rest, "ExtlClntAppOauthSettings", names, app_id) if names else {}
    if not record:
        return None
    ticked = [name for name in names if record.get(name) is True]
    return tuple(SCOPE_FIELDS.get(name, name.removeprefix("OauthScopes").lower()) for name in ticked)


def _fields(rest: Rest, kind: str) -> tuple[str, ...]:
    described = rest.describe(kind)
    if isinstance(described, NotReadable):
        return ()
    return tuple(str(one["name"]) for one in described.get("fields", []))


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None
