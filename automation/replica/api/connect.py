"""Connect REST's credentials of External Client Apps (evidence/org-access.md 5.4): shut by default.

The org setting "Allow access to External Client App consumer secrets via REST API" is off; Salesforce's own guidance is to keep
it so, and the tool works without. Staging and rotation are not imitated.
"""

from __future__ import annotations

from typing import Any

from automation.replica.org.apps import App
from automation.replica.org.orgs import Org
from automation.replica.org.users import User

NOT_ENABLED = "This feature is not currently enabled for this user."


class Shut(Exception):
    """The org setting is off, or the user may not see secrets."""


def usage(org: Org, user: User) -> Any:
    """``apps/oauth/usage``."""
    _need(org, user)
    return {"apps": [{"developerName": a.developer_name, "identifier": a.id15, "label": a.label} for a in org.apps.values()]}


def consumers(org: Org, user: User, app: App) -> Any:
    """``apps/oauth/credentials/<identifier>``."""
    _need(org, user)
    return {"consumers": [{"id": app.consumer_id, "key": app.key, "name": app.label, "stagedCredentialsUrl": None}]}


def pair(org: Org, user: User, app: App) -> Any:
    """``apps/oauth/credentials/<identifier>/<consumer>?part=keyandsecret``."""
    _need(org, user)
    org.log("secret read by REST", app=app.developer_name)
    return {"key": app.key, "secret": app.secret}


def _need(org: Org, user: User) -> None:
    if not (org.variants.rest_secret_access and user.can_view_secrets):
        raise Shut(NOT_ENABLED)
