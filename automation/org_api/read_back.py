"""What the org holds for an app, read over REST with the proof token.

The objects are marked "for internal use only" by Salesforce, but are queried by public tools (sfdx-hardis
``unsecure-connected-apps.ts``). Where the Run As user may not see them, a field of `Reading` stays None and is read
from the pages instead.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

from automation.network.parallel import together
from automation.org_api.rest import NotReadable, Rest, text_of
from automation.salesforce.ids import same_id
from automation.settings.app_spec import AppSpec
from automation.steps import Difference


@dataclass(frozen=True)
class Reading:
    """What was read; None means that it could not be.

    Attributes:
        scopes: scope tokens of the app.
        scopes_reported: which scopes this reading covers at all; None means every scope.
        client_credentials: the tick on the Policies tab.
        run_as: a username or a user id (which of the two ``ClientCredentialsFlowUser`` holds is not known).
        ip_relaxation: API value.
    """

    name: str | None = None
    api_name: str | None = None
    contact_email: str | None = None
    distribution_state: str | None = None
    scopes: tuple[str, ...] | None = None
    scopes_reported: frozenset[str] | None = None
    client_credentials: bool | None = None
    run_as: str | None = None
    ip_relaxation: str | None = None

    def missing(self, spec: AppSpec, token_scopes: tuple[str, ...] = ()) -> tuple[str, ...]:
        """Labels of what can't be compared with ``spec``; ``token_scopes`` are known from the proof token."""
        names = [label for name, label in _LABELS.items() if getattr(self, name) is None]
        return (*names, _SCOPES) if _unreadable(self, spec, token_scopes) else tuple(names)

    def filled_from(self, other: Reading) -> Reading:
        """This reading, with what is missing taken from ``other``; scopes are taken together."""
        more = {name: getattr(other, name) for name in _LABELS if getattr(self, name) is None}
        if self.scopes_reported is not None or self.scopes is None:
            both = {*(self.scopes or ()), *(other.scopes or ())}
            more["scopes"] = tuple(sorted(both)) if self.scopes is not None or other.scopes is not None else None
            more["scopes_reported"] = other.scopes_reported if other.scopes is not None else self.scopes_reported
        return replace(self, **more)


SCOPE_FIELDS: Final = {
    "OauthScopesAPI": "api",
    "OauthScopesWEB": "web",
    "OauthScopesFULL": "full",
    "OauthScopesREFRESH_TOKEN": "refresh_token",
    "OauthScopesOFFLINE_ACCESS": "offline_access",
    "OauthScopesOPENID": "openid",
    "OauthScopesPROFILE": "profile",
    "OauthScopesEMAIL": "email",
    "OauthScopesSFAP_API": "sfap_api",
    "OauthScopesMCP_API": "mcp_api",
}
"""Fields of ``ExtlClntAppOauthSettings`` that evidence names, and their scopes. None of them is for the scope ``id``; that
one, and those without a field here, are seen in the scopes that the proof token was given.
"""

_APP: Final = {
    "DeveloperName": "api_name",
    "MasterLabel": "name",
    "ContactEmail": "contact_email",
    "DistributionState": "distribution_state",
}
_PARENT: Final = "ExternalClientApplicationId"
_FLOW: Final = "IsClientCredentialsFlowEnabled"
_POLICY: Final = {"ClientCredentialsFlowUser": "run_as", "IpRelaxationPolicyType": "ip_relaxation"}
"""Fields of the objects whose texts are read, and their names in `Reading`."""
_SCOPES: Final = "OAuth Scopes"
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
        app_id: its ``0xI...`` id; with it, all objects are asked at once.
    """
    if app_id is None:
        found = rest.query(f"SELECT Id FROM ExternalClientApplication WHERE DeveloperName = '{quoted(api_name)}'")  # noqa: S608
        app_id = None if isinstance(found, NotReadable) or not found else text_of(found[0].get("Id"))
        if app_id is None:
            return None
    wanted: list[tuple[str, tuple[str, ...], str]] = [
        ("ExternalClientApplication", tuple(_APP), "Id"),
        ("ExtlClntAppOauthPlcyCnfg", (_FLOW, *_POLICY), _PARENT),
        ("ExtlClntAppOauthSettings", tuple(SCOPE_FIELDS), _PARENT),
    ]
    reading = _reading(*together([partial(_one, rest, kind, names, by, app_id) for kind, names, by in wanted]))
    return None if reading == Reading() else reading


def _reading(app: dict[str, Any], policy: dict[str, Any], scopes: dict[str, Any]) -> Reading:
    ticks = {SCOPE_FIELDS[name]: scopes[name] for name in SCOPE_FIELDS if isinstance(scopes.get(name), bool)}
    texts = {name: text_of(app.get(field)) for field, name in _APP.items()}
    texts |= {name: text_of(policy.get(field)) for field, name in _POLICY.items()}
    flow = policy.get(_FLOW)
    return Reading(
        **texts,
        scopes=tuple(scope for scope, ticked in ticks.items() if ticked) if ticks else None,
        scopes_reported=frozenset(ticks) if ticks else None,
        client_credentials=flow if isinstance(flow, bool) else None,
    )


def compare(reading: Reading, spec: AppSpec, token_scopes: tuple[str, ...] = (), run_as_id: str | None = None) -> list[Difference]:
    """What differs from the configured app. Fields that could not be read are not differences; see `Reading.missing`.

    Args:
        token_scopes: scopes of the proof token, which the app must have too.
        run_as_id: user id of the configured Run As user, for an org that answers with the id.
    """
    wanted: dict[str, str | bool] = {name: getattr(spec, name, True) for name in _LABELS}  # the flow is always to be enabled
    found = [
        Difference(_LABELS[name], _shown(is_), _shown(want) or "")
        for name, want in wanted.items()
        if (is_ := getattr(reading, name)) is not None and not _same(name, is_, want, run_as_id)
    ]
    return found + _missing_scopes(reading, spec, token_scopes)


def extra_scopes(reading: Reading, spec: AppSpec, token_scopes: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Scopes of the app beyond the configured ones: reported, but no difference unless the app was asked for exactly."""
    return tuple(sorted({*(reading.scopes or ()), *token_scopes} - set(spec.scopes) - _IMPLIED))


_IMPLIED: Final = frozenset({"profile", "email", "address", "phone"})
"""Parts of the scope ``id``, whose label reads "(id, profile, email, address, phone)"; a token may list them one by one."""


def _unreadable(reading: Reading, spec: AppSpec, token_scopes: tuple[str, ...]) -> list[str]:
    """Configured scopes of which neither the token nor the reading says anything."""
    unseen = [scope for scope in spec.scopes if scope not in token_scopes]
    if reading.scopes is None:
        return unseen
    reported = reading.scopes_reported
    return [] if reported is None else [scope for scope in unseen if scope not in reported and scope not in reading.scopes]


def _missing_scopes(reading: Reading, spec: AppSpec, token_scopes: tuple[str, ...]) -> list[Difference]:
    known = {*(reading.scopes or ()), *token_scopes}
    unreadable = _unreadable(reading, spec, token_scopes)
    if all(scope in known or scope in unreadable for scope in spec.scopes):
        return []
    return [Difference(_SCOPES, " ".join(sorted(known)) or None, " ".join(spec.scopes))]


def _same(name: str, is_: str | bool, want: str | bool, run_as_id: str | None) -> bool:
    if not isinstance(is_, str) or not isinstance(want, str):
        return is_ == want
    if name == "run_as":
        return same_id(is_, run_as_id) or is_.lower() == want.lower()
    is_, want = " ".join(is_.split()), " ".join(want.split())  # as a page shows them, which is all that a run can compare there
    return is_.lower() == want.lower() if name == "contact_email" else is_ == want


def _shown(value: str | bool) -> str | None:
    if isinstance(value, bool):
        return "on" if value else "off"
    return value or None


def quoted(text: str) -> str:
    """``text`` for between the quotes of a SOQL string."""
    return text.replace("\\", "\\\\").replace("'", "\\'")


def _one(rest: Rest, kind: str, names: tuple[str, ...], by: str, record_id: str) -> dict[str, Any]:
    """The one record of an object; empty where it can't be read. Fields that a release lacks are left out."""
    soql = f"SELECT {', '.join(names)} FROM {kind} WHERE {by} = '{quoted(record_id)}'"  # noqa: S608 - our names, quoted id
    found = rest.query(soql)
    if isinstance(found, NotReadable) and found.code == "INVALID_FIELD":
        there = tuple(name for name in names if name in _fields(rest, kind))
        return _one(rest, kind, there, by, record_id) if there and there != names else {}
    return {} if isinstance(found, NotReadable) or not found else found[0]


def _fields(rest: Rest, kind: str) -> tuple[str, ...]:
    described = rest.describe(kind)
    if isinstance(described, NotReadable):
        return ()
    fields = described.get("fields")
    names = [one.get("name") for one in fields if isinstance(one, dict)] if isinstance(fields, list) else []
    return tuple(name for name in names if isinstance(name, str))
