"""What the doctor checks: machine, settings, network, mailbox, org. Nothing here changes anything."""

from automation.doctor.check import Check, Result, failed, from_error, passed, skipped, warned

__all__ = ["Check", "Result", "failed", "from_error", "passed", "skipped", "warned"]
