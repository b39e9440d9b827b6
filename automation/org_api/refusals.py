"""What the token endpoint says when it gives no token, as data.

Source of every row: ``error`` and ``error_description`` as documented by Salesforce Help and Developer pages or seen in
public code (confidence "high" and "medium"); "low" marks a wording or code that nobody confirmed for this flow.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from automation.errors import NotPropagatedYet, OrgBusy, ProofFailed, RunbookError, SettingsError

About = Literal["key", "pair", "policy", "user", "org", "request"]
"""Which thing is at fault: the consumer key is unknown, the pair is wrong, a policy of the app, the Run As user, the org,
or our own request."""


@dataclass(frozen=True)
class Refusal:
    """One answer of the token endpoint.

    Attributes:
        error: the field of that name.
        says: a part of ``error_description``, in any case of letters.
        meaning: what it means, for a sentence "The org gave no token: <meaning>."
        raises: the error an operator gets.
        retry: whether waiting alone can fix it. Never true where a repeated try may lock something.
        confidence: how well the row is known.
    """

    error: str
    says: str
    meaning: str
    fix: str
    about: About
    raises: type[RunbookError] = ProofFailed
    retry: bool = False
    confidence: Literal["high", "medium", "low"] = "high"


_LOGINS_USED_UP: Final[tuple[str, str, About, type[RunbookError]]] = (
    "the Run As user has used up the 3,600 logins of this hour",
    "Wait an hour, and find the program that requests a token with every call.",
    "user",
    OrgBusy,
)

REFUSALS: Final[tuple[Refusal, ...]] = (
    Refusal(
        "invalid_grant",
        "request not supported on this domain",
        "this flow answers on the org's My Domain host only",
        "Set SF_LOGIN_URL to the org's My Domain URL, https://<My Domain>.my.salesforce.com.",
        "request",
        raises=SettingsError,
    ),
    Refusal(
        "invalid_grant",
        "no client credentials user enabled",
        "the app's policies name no usable Run As user",
        "Set Run As (Username) on the Policies tab to the username (not the email address) of an active user who has"
        " the API Only permission and the permission sets of the integration.",
        "policy",
    ),
    Refusal(
        "invalid_grant",
        "client credentials flow not enabled",
        "the client credentials flow is off in the app's settings or in its policies",
        "Enable Client Credentials Flow on the Settings tab and on the Policies tab.",
        "policy",
        confidence="medium",
    ),
    Refusal(
        "invalid_client_id",
        "client identifier invalid",
        "the org does not know this consumer key (yet)",
        "A new app is known after 2 to 10, sometimes 30 minutes: run the same command again later. If the sandbox was"
        " refreshed, the app is gone and a run creates it again.",
        "key",
        raises=NotPropagatedYet,
        retry=True,
    ),
    Refusal(
        "invalid_client",
        "invalid client credentials",
        "the org knows the consumer key but not this consumer secret",
        "The secret was rotated or copied wrongly: remove the delivered pair and run again, so that it is read again.",
        "pair",
    ),
    Refusal(
        "invalid_client",
        "app must be installed into org",
        "the org wants the app to be installed or approved first (a rule for connected apps)",
        "Check the org's API access control with its administrator; External Client Apps are exempt from it.",
        "policy",
    ),
    Refusal(
        "unsupported_grant_type",
        "grant type not supported",
        "the org does not offer the client credentials flow",
        "Check with the org's administrator whether the flow is blocked in Setup > OAuth and OpenID Connect Settings.",
        "org",
    ),
    Refusal(
        "invalid_grant",
        "ip restricted or invalid login hours",
        "the Run As user may not log in from this IP address or at this hour",
        "Set IP Relaxation to Relax IP restrictions, or add this machine's IP address to the ranges of the Run As user's"
        " profile; check the profile's login hours.",
        "policy",
    ),
    Refusal(
        "inactive_user",
        "user is inactive",
        "the Run As user is deactivated or frozen",
        "Activate or unfreeze the Run As user.",
        "user",
    ),
    Refusal(
        "inactive_org",
        "org is locked, closed, or suspended",
        "the org is locked, closed or suspended, as a sandbox is while it is being refreshed",
        "Run the same command again when the refresh has ended.",
        "org",
        raises=OrgBusy,
        retry=True,
        confidence="medium",
    ),
    Refusal("rate_limit_exceeded", "number of logins exceeded", *_LOGINS_USED_UP),
    Refusal(
        "invalid_request",
        "scope parameter not supported",
        "a scope was sent, which this flow forbids",
        "Please report this as a bug of this tool.",
        "request",
    ),
    Refusal(
        "invalid_scope",
        "requested scope is",
        "a scope of the app is not allowed for this flow",
        "Select api and id alone in the app's OAuth scopes.",
        "policy",
        confidence="medium",
    ),
    Refusal(
        "invalid_app_access",
        "user is not admin approved to access this app",
        "the app's Permitted Users policy blocks the Run As user",
        "Assign a permission set or profile of the Run As user to the app on the Policies tab, or let all users authorize"
        " themselves.",
        "policy",
        confidence="low",
    ),
    Refusal(
        "OAUTH_EC_APP_NOT_FOUND",
        "external client app is not installed in this org",
        "the app is disabled, or not in this org any more, as after a sandbox refresh",
        "If the list shows the app, open it and press Enable; otherwise run again: the app is created again.",
        "key",
    ),
    *(
        Refusal(
            "invalid_grant",
            words,
            f"the org treated the request as a JWT flow {meaning}",
            "Check that the app has the client credentials flow enabled and that the pair belongs to it.",
            "request",
        )
        for words, meaning in (
            ("user hasn't approved this consumer", "and wants the user's approval"),
            ("audience is invalid", "with a wrong audience"),
        )
    ),
    Refusal("invalid_grant", "login rate exceeded", *_LOGINS_USED_UP, confidence="low"),
    *(
        Refusal(code, words, "the org had an internal error", "Run the same command again later.", "org", OrgBusy, retry=True)
        for code, words in (
            ("unknown_error", "retry your request"),
            ("server_error", "encountered an unexpected condition"),
            ("temporarily_unavailable", "temporarily"),
        )
    ),
)
"""The last three: ``unknown_error`` as public issues show it; the two others are RFC 6749's words for a temporary fault."""

BROAD: Final = frozenset({"invalid_request", "invalid_client", "invalid_grant", "invalid_scope", "unsupported_grant_type"})
"""Codes that RFC 6749 5.2 uses for many things: only their words say what is meant."""


def refusal_for(error: str, description: str) -> Refusal | None:
    """The row that fits an answer, or None when nobody has described it yet.

    Code and words together decide; then the words alone, as some codes are unconfirmed; then a code that has only one
    meaning, as descriptions may be translated.
    """
    said = _plain(description)
    by_words = [row for row in REFUSALS if row.says in said]
    by_code = [row for row in REFUSALS if row.error == error]
    both = [row for row in by_words if row in by_code]
    if both or by_words:
        return (both or by_words)[0]
    return by_code[0] if len(by_code) == 1 and error not in BROAD else None


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")).strip().lower()
