"""What a target holds, and whose it is: only what is free, or our own, may be replaced."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from automation.secrets.credentials import Credentials


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
