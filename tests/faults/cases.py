"""The faults, one at a time, and how a run ends that meets each: as data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from automation.errors import (
    FieldRefused,
    NotPermitted,
    OrgBusy,
    OrgUnavailable,
    PageTrouble,
    RunbookError,
    SaveRefused,
    SessionLost,
    TryAgainLater,
    UnexpectedPage,
    VerificationNeeded,
)

Spec = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """One thing that goes wrong.

    Attributes:
        faults: faults of the replica, each an effect (or preset) with its conditions.
        variants, settings: of the org and of the run.
        ends: the error; None: the run heals it and ends in the wanted state.
        says: words of the message.
        fix: words of the recovery sentence; by default the class's own.
        commits: how often the org was asked to create or save, where that is certain.
        done: the org has done what it was asked for; the run finds that out by reading, and does not start over.
        made: the app is there, up to step 1.7, as what goes wrong comes later.
    """

    faults: tuple[Spec, ...] = ()
    variants: Spec = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    ends: type[RunbookError] | None = None
    says: str = ""
    fix: str = ""
    done: bool = False
    made: bool = False


def aura(effect: str, action: str, **more: Any) -> Spec:
    """A fault of one call of a Setup page."""
    return {"effect": effect, "kind": "aura", "action": action, **more}


def shown(action: str, **ui: Any) -> Spec:
    """A fault that only the page shows, beside a good answer."""
    return aura("ui", action, ui=ui)


CODES: Spec = {"after_password": ["email"], "verification": "asked"}
"""An org that asks for a code at the login and at the reveal."""

REVEAL: Spec = {"after_password": [], "verification": "asked"}
"""An org that asks for a code at the reveal alone."""

SAVES = {"createApp": False, "savePolicies": True}
"""Calls that change the org, and whether the app is made before."""

HEALED: dict[str, Case] = {
    **{
        f"{action}: {effect}{' 500' if 'status' in effect else ''}": Case(
            (aura(effect, action),), done=effect.endswith("after"), made=made
        )
        for action, made in SAVES.items()
        for effect in ("reset_before", "reset_after", "status", "status_after")
    },
    **{
        f"{action}: error though done": Case((aura("error_after", action),), done=True, made=made) for action, made in SAVES.items()
    },
    **{f"{action}: late": Case((aura("delay", action, seconds=1.0),), made=made) for action, made in SAVES.items()},
    "createApp: the spinner never ends": Case((shown("createApp", spinner="forever"),), settings={"TIMEOUT_SAVE": "2"}),
    "savePolicies: the spinner never ends": Case(
        (shown("savePolicies", spinner="forever"),), settings={"TIMEOUT_SAVE": "2"}, made=True
    ),
    "the list: the spinner never ends": Case((shown("listApps", spinner="forever"),), settings={"TIMEOUT_PAGE": "4"}),
    "the app: couldn't load": Case((aura("error", "getApp", message="We couldn't load the external client app."),)),
    "the list: 500": Case((aura("status", "listApps"),)),
    "the Setup page: 503": Case(({"effect": "status", "kind": "page", "status": 503, "k": 2},)),
    "the login page: 503 with Retry-After": Case(({"effect": "status", "kind": "login", "status": 503, "retry_after": 1},)),
    "the token: 503 with Retry-After": Case(({"effect": "status", "kind": "token", "status": 503, "retry_after": 1},)),
    "the token: connection reset": Case(({"effect": "reset_before", "kind": "token", "method": "POST"},)),
    "static files: slow": Case(({"effect": "delay", "kind": "static", "seconds": 0.5, "times": 0},)),
    "static files: the style sheet is missing": Case(
        ({"effect": "status", "kind": "static", "status": 503, "path": r"\.css$"},), variants={"look": "summer25"}
    ),
    "static files: one breaks off": Case(
        ({"effect": "truncate", "kind": "static", "path": r"app\.js"},), settings={"TIMEOUT_PAGE": "4"}, made=True
    ),
    "the app: something went wrong": Case(({"preset": "went_wrong"},)),
    "the new tab: blocked for good, opened by its URL": Case(variants={"popup_blocked": True}, settings={"TIMEOUT_ACTION": "2"}),
    "the app: re-rendered under the cursor": Case((shown("getApp", rerender=True),), made=True),
    "the app: a toast covers the footer": Case((shown("getApp", cover=2),), made=True),
    "savePolicies: an error toast though saved": Case(({"preset": "error_after_save"},), made=True),
    "the flow's box: disabled until propagated": Case(variants={"flow_propagation_seconds": 3.0}),
    "the new tab: blocked once": Case((shown("consumerDetailsUrl", popup_blocked=True),), settings={"TIMEOUT_ACTION": "4"}),
    "the new tab: blocked until the page is loaded again": Case(
        (shown("consumerDetailsUrl", popup_blocked=True),), variants={"reveal": "link"}, settings={"TIMEOUT_ACTION": "4"}
    ),
    "the code: refused once, then right": Case(({"preset": "wrong_code_first"},), variants=CODES, made=True),
    "the login's code: its time is over once": Case(({"preset": "code_timed_out"},), variants=CODES, made=True),
    "the reveal's code: its time is over once": Case(({"preset": "code_timed_out"},), variants=REVEAL, made=True),
    "the page of key and secret: the connection breaks": Case(
        ({"effect": "reset_before", "kind": "consumer", "times": 2},), variants=REVEAL, made=True
    ),
    "the page of key and secret: 500, in the same tab": Case(
        ({"effect": "status", "kind": "consumer"},), variants={"reveal": "same_tab", **REVEAL}, made=True
    ),
    "the reveal's verification: the connection breaks": Case(
        ({"effect": "reset_before", "kind": "verify", "times": 2},), variants=REVEAL, made=True
    ),
    "the Lightning page of key and secret: couldn't load": Case(
        (aura("error", "consumerDetails", message="We couldn't load the external client app."),),
        variants={"consumer_page": "lightning"},
        made=True,
    ),
    "the mail: late": Case(variants={**CODES, "mail_delay_seconds": 1.5}, made=True),
    "the key: not known for a while": Case(variants={"propagation_seconds": 3.0}),
}
"""Faults after which the run goes on by itself."""

NO_CREATE = "Create, edit, and delete External Client Apps"

STOPS: dict[str, Case] = {
    "createApp: a field refused": Case(
        (
            aura(
                "error",
                "createApp",
                message="Review the errors on this page.",
                fields={"contactEmail": "Enter a valid email address."},
            ),
        ),
        ends=FieldRefused,
        says='"Contact Email": Enter a valid email address.',
    ),
    "savePolicies: a field refused": Case(
        (aura("error", "savePolicies", message="Review.", fields={"policies.runAs": "Enter a valid execution user."}),),
        ends=FieldRefused,
        says="Enter a valid execution user.",
    ),
    "createApp: refused for good": Case(
        (aura("error", "createApp", message="You have reached the limit of apps.", times=0),),
        ends=SaveRefused,
        says="You have reached the limit of apps.",
    ),
    "savePolicies: refused for good": Case(
        (aura("error", "savePolicies", message="You can't do this now.", times=0),),
        ends=SaveRefused,
        says="You can't do this now.",
    ),
    "the app: couldn't load, ever": Case(
        (aura("error", "getApp", message="We couldn't load the external client app.", times=0),),
        ends=PageTrouble,
        says="could not load",
    ),
    "the Setup page: 500, ever": Case(
        ({"effect": "status", "kind": "page", "times": 0},),
        ends=OrgUnavailable,
        says="HTTP 500",
    ),
    "the login page: 503, ever": Case(
        ({"effect": "status", "kind": "login", "status": 503, "times": 0},), ends=OrgBusy, says="HTTP 503"
    ),
    "the page of key and secret: the session is gone whenever it comes": Case(
        ({"effect": "expire_session", "kind": "consumer", "times": 0},),
        ends=SessionLost,
        says="ended the session before the login was complete",
    ),
    "the session: gone at every call": Case((aura("expire_all", "getApp", times=0),), ends=SessionLost, says="log in again"),
    "the user: no permission to create": Case(
        variants={"new_button": False}, ends=NotPermitted, says="New External Client App", fix=NO_CREATE
    ),
    "the org: External Client Apps switched off": Case(
        variants={"eca_enabled": False},
        ends=NotPermitted,
        says="switched off",
        fix="An admin has to switch them on",
    ),
    "createApp: its answer got lost, and the list does not show the app yet": Case(
        (
            aura("reset_before", "createApp"),
            {**aura("error", "createApp", k=2), "message": "Review the errors.", "fields": {"developerName": "Already in use."}},
        ),
        ends=TryAgainLater,
        says="since Create was clicked",
    ),
    "the code: refused for good": Case(
        ({"preset": "wrong_code_first", "times": 0},),
        variants=CODES,
        ends=VerificationNeeded,
        says="refused",
        fix="Check that the mailbox",
    ),
    "the login's code: its time is over, ever": Case(
        ({"preset": "code_timed_out", "times": 0},), variants=CODES, ends=TryAgainLater, says="timed out"
    ),
    "the new tab: blocked for good": Case(
        variants={"popup_blocked": True, "consumer_without_ret_url": "refused"},
        settings={"TIMEOUT_ACTION": "2"},
        ends=UnexpectedPage,
        says="no new tab",
        fix="blocks new tabs",
    ),
    "the list: the spinner never ends, ever": Case(
        ({**shown("listApps", spinner="forever"), "times": 0},),
        settings={"TIMEOUT_PAGE": "3"},
        ends=PageTrouble,
        says="kept loading",
    ),
}
"""Faults that end the run, with the error that names the cause."""

CALLS = {
    "bootstrap": False,
    "listApps": False,
    "createApp": False,
    "getApp": True,
    "savePolicies": True,
    "consumerDetailsUrl": True,
}
PAGES = ("page", "door", "verify", "consumer")

EXPIRIES: dict[str, Case] = {
    **{f"at {call}": Case((aura("expire_all", call),), made=made) for call, made in CALLS.items()},
    **{f"at the {kind} page": Case(({"effect": "expire_all", "kind": kind, "k": 2},), variants=CODES, made=True) for kind in PAGES},
    **{f"on the Setup host at {call}": Case((aura("expire_session", call),), made=True) for call in ("getApp", "savePolicies")},
}
"""The session ends before this request is handled."""
