"""What the org accepts, and what it says when it does not.

The rules are evidence (setup-ui 3.1, 3.2, 5.2); their wording is not documented (setup-ui 7.3), so every sentence here
is a guess in Salesforce's usual phrasing, save those marked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from automation.replica.org.apps import Doc
from automation.replica.org.scopes import BY_VALUE
from automation.replica.org.users import User
from automation.replica.variants import Variants

REQUIRED = "Complete this field."
"""The base components' own text for a missing value (setup-ui 7.3)."""
API_NAME_RULE = (
    "The API Name can only contain underscores and alphanumeric characters. It must be unique, begin with a letter, "
    "not include spaces, not end with an underscore, and not contain two consecutive underscores."
)
"""Salesforce's sentence for developer names in general."""
API_NAME_TAKEN = "This API Name already exists or was previously used. Use a different API Name."
STATE_FIXED = "You can't change the distribution state of this external client app."
"""A guess, for the variant ``distribution_edit=refused``."""
SCRATCH_CREATE = "The Org Scoped External Client App must be in the format DeveloperOrganizationId:ExternalClientAppDeveloperName"
"""Verbatim, what Create answers in a scratch org (update-2026-11-28 1.8)."""
BAD_EMAIL = "Enter a valid email address."
BAD_CALLBACK = "Callback URL must be a secure URL (https://) or a custom scheme: "
BAD_RUN_AS = "Enter a valid execution user for the OAuth client credentials flow."
"""Verbatim from metadata deployments (org-access 5.2); in the page it is a guess."""

_API_NAME = re.compile(r"[A-Za-z](?:_?[A-Za-z0-9])*\Z")
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)+\Z")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*\Z")
IP_RELAXATION = ("Enforce", "Enforce_RelaxRefresh", "Bypass_2factor", "Bypass")
FORBIDDEN_SCHEMES = frozenset({"javascript", "data", "file", "vbscript"})

Errors = dict[str, str]


def api_name_valid(name: str) -> bool:
    """Letters, digits and single underscores; starts with a letter; no underscore at the end."""
    return bool(_API_NAME.match(name)) and len(name) <= 80


def callback_valid(url: str) -> bool:
    """https, plain http on localhost only, or a custom scheme (setup-ui 3.2, PTKIT)."""
    if not url or any(char.isspace() for char in url):
        return False
    parts = urlsplit(url)
    if parts.scheme == "https":
        return bool(parts.hostname)
    if parts.scheme == "http":
        return parts.hostname in {"localhost", "127.0.0.1"}
    return bool(_SCHEME.match(parts.scheme)) and parts.scheme not in FORBIDDEN_SCHEMES


def check_basics(doc: Doc) -> Errors:
    """Field errors of Basic Information, keyed by dotted JSON name."""
    errors: Errors = {}
    for key in ("label", "developerName", "contactEmail", "distributionState"):
        if not str(doc[key]).strip():
            errors[key] = REQUIRED
    if "developerName" not in errors and not api_name_valid(doc["developerName"]):
        errors["developerName"] = API_NAME_RULE
    if "contactEmail" not in errors and not _EMAIL.match(doc["contactEmail"]):
        errors["contactEmail"] = BAD_EMAIL
    if "distributionState" not in errors and doc["distributionState"] not in {"Local", "Packaged"}:
        errors["distributionState"] = REQUIRED
    if len(doc["label"]) > 80:
        errors["label"] = "External Client App Name: data value too large (max length=80)"
    return errors


def check_oauth(doc: Doc) -> Errors:
    """Field errors of the OAuth part. Callback and a scope are demanded as soon as OAuth is on."""
    oauth = doc["oauth"]
    if not oauth["enabled"]:
        return {}
    errors: Errors = {}
    lines = [line.strip() for line in str(oauth["callbackUrl"]).splitlines() if line.strip()]
    if not lines:
        errors["oauth.callbackUrl"] = REQUIRED
    bad = next((line for line in lines if not callback_valid(line)), None)
    if bad is not None:
        errors["oauth.callbackUrl"] = BAD_CALLBACK + bad
    if not oauth["scopes"]:
        errors["oauth.scopes"] = "Select at least one OAuth scope."
    elif any(scope not in BY_VALUE for scope in oauth["scopes"]):
        errors["oauth.scopes"] = "Invalid OAuth scope."
    return errors


def check_policies(policies: Doc, users: Mapping[str, User], variants: Variants) -> Errors:
    """Field errors of the Policies tab."""
    errors: Errors = {}
    if policies["ipRelaxation"] not in IP_RELAXATION:
        errors["policies.ipRelaxation"] = REQUIRED
    if policies["clientCredentialsEnabled"]:
        problem = run_as_problem(str(policies["runAs"]).strip(), users, variants)
        if problem:
            errors["policies.runAs"] = problem
    timeout = policies["sessionTimeoutMinutes"]
    if timeout not in (None, "") and not _in_range(timeout):
        errors["policies.sessionTimeoutMinutes"] = "Session Timeout In Minutes must be between 1 and 1440."
    return errors


def _in_range(value: Any) -> bool:
    return str(value).isdigit() and 1 <= int(value) <= 1440


def run_as_problem(run_as: str, users: Mapping[str, User], variants: Variants) -> str:
    """Why a Run As value is refused, or an empty text."""
    if not run_as:
        return REQUIRED
    user = users.get(run_as.lower())
    if user is None:
        is_email = any(run_as.lower() == other.email.lower() for other in users.values())
        return "" if is_email and variants.run_as_email == "accepted" else BAD_RUN_AS
    if not user.active:
        return BAD_RUN_AS
    if variants.run_as_api_only == "enforced" and not user.api_only:
        return BAD_RUN_AS
    return ""
