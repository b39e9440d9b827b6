"""These tests run on a clean machine."""

from __future__ import annotations

from tests.clean_machine import clean_machine, environment

__all__ = ["clean_machine", "environment"]
