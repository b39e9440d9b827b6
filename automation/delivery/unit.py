"""Key and secret as one unit with where they are valid: the JSON object that every target keeps or gets, and whose it is.

A reader that sees the unit never sees a key of one app with the secret of another. Where a store keeps text, the unit is
one text; the host name alone would not do, as it is the same before and after a sandbox refresh.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final

from automation.secrets import Secret
from automation.secrets.credentials import Credentials
from automation.secrets.text_files import json_object

REQUIRED: Final = ("client_id", "client_secret", "token_url", "host", "app")
KEYS: Final = tuple(one.name for one in fields(Credentials))
"""All keys of the unit."""

LONGEST: Final = 4096
"""Characters of one value; Salesforce's are far shorter."""


@dataclass(frozen=True)
class Held:
    """What a target holds at one moment. Without a pair, a mark or something else, the place is free.

    Attributes:
        pair: the whole pair that is there.
        marks: `mark` of each app that is said to have its pair there, where the store does not give the pair itself.
        other: what is there in the pair's place and is not a pair, in words.
        missing: whether a store that gives nothing back at least says that nothing is there.
        rest: values of the user's beside the pair, which stay.
        version: the store's name for what was read, so that a change by somebody else since then is noticed.
    """

    pair: Credentials | None = None
    marks: tuple[str, ...] = ()
    other: str | None = None
    missing: bool = False
    rest: Mapping[str, Any] = field(default_factory=dict, repr=False)
    version: Any = None

    def foreign(self, host: str, app: str, client_id: object = None) -> str | None:
        """What is there and is not the pair of ``app`` of ``host``, in words; None when the place is free or ours.

        A pair without a mark of its app, as one that a person wrote, is ours only when it has the same ``client_id``.
        """
        if self.other is not None or self.pair is None:
            strange = [one for one in self.marks if one != mark(host, app)]
            return self.other or (f"the pair of another app or org (marked {', '.join(strange)})" if strange else None)
        ours = self.pair.app == app or (not self.pair.app and self.pair.client_id == client_id)
        if ours and self.pair.host.lower() == host.lower():
            return None
        return f"the pair of {self.pair.app or 'an unnamed app'} of {self.pair.host}"


def mark(host: str, app: str) -> str:
    """Twelve letters and digits that identify an app of an org, for places where only a name can be kept."""
    return hashlib.sha256(f"{app}@{host.lower()}".encode()).hexdigest()[:12].upper()


def to_object(credentials: Credentials) -> dict[str, str | None]:
    """The unit in clear text, for the store and for nothing else."""
    parts = ((name, getattr(credentials, name)) for name in KEYS)
    return {name: part.reveal() if isinstance(part, Secret) else part for name, part in parts}


def to_text(credentials: Credentials, rest: Mapping[str, Any] | None = None, indent: int | None = None) -> str:
    """The unit as JSON, in clear text, after what else is kept beside it."""
    return json.dumps({**(rest or {}), **to_object(credentials)}, ensure_ascii=False, indent=indent)


def from_object(tree: Mapping[str, Any]) -> Credentials | None:
    """The pair in an object that `to_object` made; None when it is something else or lacks a part."""
    if not all(tree.get(name) and _is_text(tree[name]) for name in REQUIRED):
        return None
    if not all(tree.get(name) is None or _is_text(tree[name]) for name in KEYS):
        return None
    values = {name: tree.get(name) or None for name in KEYS}
    values |= {name: Secret(tree[name]) for name in ("client_id", "client_secret")}
    values["instance_url"] = values["instance_url"] or f"https://{tree['host']}"
    return Credentials(**values | {"created_at": tree.get("created_at") or ""})


def _is_text(value: object) -> bool:
    """Whether a value may be a part of a pair. Half a surrogate pair, which JSON can hold, can't be written anywhere."""
    return isinstance(value, str) and len(value) <= LONGEST and not any("\ud800" <= one <= "\udfff" for one in value)


def held_in_text(text: str | bytes, version: Any = None) -> Held:
    """What a place for one text holds: nothing but our unit, with what a user put beside it, may be replaced there."""
    if not text.strip():
        return Held(version=version)
    tree = json_object(text.removeprefix("\ufeff") if isinstance(text, str) else text)
    pair = from_object(tree) if tree is not None else None
    if tree is None or pair is None:
        return Held(other="something other than a delivered pair", version=version)
    return Held(pair, rest=_beside(tree), version=version)


def held_in_object(tree: Mapping[str, Any], version: Any = None) -> Held:
    """What a place for named values holds. Values of other names stay; ours are free only when none of them is taken."""
    pair = from_object(tree)
    taken = [name for name in KEYS if tree.get(name)]
    other = f"values named {', '.join(taken)} that are no delivered pair" if taken and pair is None else None
    return Held(pair, other=other, rest=_beside(tree), version=version)


def _beside(tree: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in tree.items() if name not in KEYS}


def same_pair(one: Credentials | None, other: Credentials) -> bool:
    """Whether both are the same key and secret for the same app of the same org."""
    if one is None:
        return False
    place = (one.host.lower(), one.app) == (other.host.lower(), other.app)
    return place and (one.client_id, one.client_secret) == (other.client_id, other.client_secret)
