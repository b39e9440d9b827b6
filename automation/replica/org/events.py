"""The org's event log: what really happened on the server, in order, without any secret."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Event:
    """One server-side fact: its sequence number, clock time (seconds), name and plain details."""

    number: int
    at: float
    name: str
    details: dict[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """The event as JSON for the control API."""
        return {"number": self.number, "at": round(self.at, 3), "name": self.name, **self.details}


@dataclass(slots=True)
class EventLog:
    """Events with increasing numbers. Callers pass names and ids only, never a password, code, key or secret."""

    events: list[Event] = field(default_factory=list)

    def add(self, at: float, name: str, **details: Any) -> None:
        """Append one event."""
        self.events.append(Event(len(self.events) + 1, at, name, details))

    def as_list(self, after: int = 0) -> list[dict[str, Any]]:
        """Events with a number greater than ``after``, as JSON."""
        return [event.as_dict() for event in self.events[after:]]

    def named(self, name: str) -> list[dict[str, Any]]:
        """Events of one name, as JSON."""
        return [event.as_dict() for event in self.events if event.name == name]
