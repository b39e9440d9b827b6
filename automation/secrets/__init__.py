"""Secrets: values that do not print themselves, the scrubber, private phases, and private files."""

from automation.secrets.secret import MASK, Secret, holds_secret, known_secrets, private, quoted, remember, scrub

__all__ = ["MASK", "Secret", "holds_secret", "known_secrets", "private", "quoted", "remember", "scrub"]
