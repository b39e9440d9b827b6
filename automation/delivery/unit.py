"""Key and secret as one unit with where they are valid: the JSON object that every target keeps or gets.

A reader that sees the unit never sees a key of one app with the secret of another. Where a store keeps text, the unit is
one text; the host name alone would not do, as it is the same before and after a sandbox refresh.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from automation.credentials import Credentials
from automation.secrets import Secret

REQUIRED: Final = ("client_id", "client_secret", "token_url", "host", "app")


def to_object(credentials: Credentials) -> dict[str, str | None]:
    """The unit in clear text, for the store and for nothing else."""
    return {
        "client_id": credentials.client_id.reveal(),
        "client_secret": credentials.client_secret.reveal(),
        "token_url": credentials.token_url,
        "instance_url": credentials.instance_url,
        "org_id": credentials.org_id,
        "host": credentials.host,
        "app": credentials.app,
        "created_at": credentials.created_at,
    }


def to_text(credentials: Credentials) -> str:
    """The unit as one line of JSON, in clear text."""
    return json.dumps(to_object(credentials), ensure_ascii=False)


def from_object(tree: Mapping[str, Any]) -> Credentials | None:
    """The pair in an object that `to_object` made; None when it is something else or lacks a part."""
    texts = {name: tree.get(name) for name in REQUIRED}
    if not all(isinstance(text, str) and text for text in texts.values()):
        return None
    return Credentials(
        client_id=Secret(str(tree["client_id"])),
        client_secret=Secret(str(tree["client_secret"])),
        token_url=str(tree["token_url"]),
        instance_url=str(tree.get("instance_url") or f"https://{tree['host']}"),
        org_id=str(tree["org_id"]) if tree.get("org_id") else None,
        host=str(tree["host"]),
        app=str(tree["app"]),
        created_at=str(tree.get("created_at") or ""),
    )


def from_text(text: str | bytes) -> Credentials | None:
    """The pair in a text that `to_text` made; None when the text is something else."""
    try:
        tree = json.loads(text)
    except ValueError:
        return None
    return from_object(tree) if isinstance(tree, dict) else None


def same_pair(one: Credentials | None, other: Credentials) -> bool:
    """Whether both are the same key and secret for the same app of the same org."""
    if one is None:
        return False
    place = (one.host.lower(), one.app) == (other.host.lower(), other.app)
    return place and (one.client_id, one.client_secret) == (other.client_id, other.client_secret)
