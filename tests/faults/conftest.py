"""The harness of the end-to-end tests."""

from __future__ import annotations

from tests.e2e.conftest import run

__all__ = ["run"]
