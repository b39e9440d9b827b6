"""Copies of a sandbox: its creation and each refresh, as ``SandboxProcess`` shows them (evidence/org-access.md 6.2)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Copy:
    """One copy. Times are seconds of the world's clock; ``ready_at`` may be later than ``ended_at``."""

    org_id: str
    started_at: float
    ended_at: float
    ready_at: float

    def status_at(self, now: float) -> str:
        """The word in ``SandboxProcess.Status`` at a time: three quarters copying, one quarter activating."""
        if now >= self.ended_at:
            return "Completed"
        done = (now - self.started_at) / max(self.ended_at - self.started_at, 1e-9)
        stages = ("Pending", "Processing", "Processing", "Activating")
        return stages[min(int(done * 4), 3)]
