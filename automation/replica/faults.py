"""Faults: what goes wrong with the k-th request that matches.

A fault names the requests it counts (``kind``, ``path`` pattern, ``action``, ``method``) and what happens from the
``k``-th of them on, ``times`` times (0: for ever). Several faults can be set; all that match apply. With ``chance`` below 1 each
matching request is hit with that probability, drawn from ``seed``.

Kinds: ``page`` (Setup shell), ``aura``, ``static``, ``login``, ``verify``, ``consumer``, ``door``, ``token``, ``rest``, ``home``.
"""

from __future__ import annotations

import dataclasses
import random
import re
from dataclasses import dataclass, field
from typing import Any

EFFECTS = {
    "delay": "answer `seconds` late",
    "status": "answer HTTP `status` (500, 503 with `retry_after`) and do nothing",
    "status_after": "do it, then answer HTTP `status`",
    "reset_before": "break the connection, nothing done",
    "reset_after": "do it, then break the connection (calls: in mid-answer; pages: silently, which a browser repeats once)",
    "expire_session": "end the session on this host first",
    "expire_all": "end all sessions of the user first",
    "wrong_code": "verify: the code is taken for a wrong one, whatever it is",
    "late_code": "verify: the code's time is over when it is typed (Your verification attempt has timed out)",
    "error": "aura: answer ERROR with `message` and `fields`, nothing done",
    "error_after": "aura: do it, then answer ERROR with `message`",
    "ui": "aura: put `ui` beside the answer (see variants.py)",
    "truncate": "static: send half of the file, then break the connection",
}


class BadFault(ValueError):
    """A fault that does not exist or lacks something."""


@dataclass
class Fault:
    """One fault; see the module's text."""

    effect: str
    kind: str = ""
    path: str = ""
    action: str = ""
    method: str = ""
    k: int = 1
    times: int = 1
    seconds: float = 0.0
    status: int = 500
    retry_after: int = 0
    message: str = "An internal server error has occurred"
    fields: dict[str, str] = field(default_factory=dict)
    ui: dict[str, Any] = field(default_factory=dict)
    chance: float = 1.0
    seed: int = 0
    seen: int = 0
    hits: int = 0

    def __post_init__(self) -> None:
        if self.effect not in EFFECTS:
            raise BadFault(f"no effect {self.effect!r}; there are: {', '.join(EFFECTS)}")
        self._random = random.Random(self.seed)
        self._pattern = re.compile(self.path) if self.path else None

    def hit(self, kind: str, path: str, action: str, method: str) -> bool:
        """Count the request if it matches, and say whether the fault strikes it."""
        if not self._matches(kind, path, action, method):
            return False
        self.seen += 1
        in_turn = self.seen >= self.k and (self.times == 0 or self.seen < self.k + self.times)
        struck = in_turn and self._random.random() < self.chance
        self.hits += struck
        return struck

    def _matches(self, kind: str, path: str, action: str, method: str) -> bool:
        wanted = ((self.kind, kind), (self.action, action), (self.method, method))
        if any(want and want != have for want, have in wanted):
            return False
        return self._pattern is None or self._pattern.search(path) is not None

    def as_dict(self) -> dict[str, Any]:
        """The fault with its counters, as JSON."""
        return dataclasses.asdict(self)


def make(spec: dict[str, Any]) -> Fault:
    """A fault from JSON. Raises BadFault for unknown keys."""
    known = {item.name for item in dataclasses.fields(Fault)}
    unknown = sorted(set(spec) - known)
    if unknown or "effect" not in spec:
        raise BadFault(f"unknown keys {unknown}" if unknown else "a fault needs an effect")
    return Fault(**spec)


PRESETS: dict[str, dict[str, Any]] = {
    "lost_create": {"effect": "reset_after", "kind": "aura", "action": "createApp"},
    "lost_save": {"effect": "reset_after", "kind": "aura", "action": "savePolicies"},
    "create_500": {"effect": "status", "kind": "aura", "action": "createApp"},
    "busy": {"effect": "status", "status": 503, "retry_after": 1},
    "session_gone": {"effect": "expire_all", "kind": "aura"},
    "slow_static": {"effect": "delay", "kind": "static", "seconds": 2.0, "times": 0},
    "error_after_save": {
        "effect": "ui", "kind": "aura", "action": "savePolicies",
        "ui": {"toast": {"variant": "error", "message": "Sorry to interrupt. Something went wrong."}},
    },
    "endless_spinner": {"effect": "ui", "kind": "aura", "action": "savePolicies", "ui": {"spinner": "forever"}},
    "load_error": {
        "effect": "error", "kind": "aura", "action": "getApp",
        "message": "We couldn't load the external client app.",
    },
    "went_wrong": {"effect": "error", "kind": "aura", "action": "getApp", "message": "Something went wrong"},
    "wrong_code_first": {"effect": "wrong_code", "kind": "verify", "method": "POST"},
    "code_timed_out": {"effect": "late_code", "kind": "verify", "method": "POST"},
    "covering_toast": {"effect": "ui", "kind": "aura", "action": "getApp", "ui": {"cover": 2}},
    "rerender": {"effect": "ui", "kind": "aura", "action": "getApp", "ui": {"rerender": True}},
}  # fmt: skip
"""Ready-made faults by name, for the control API and tests."""
