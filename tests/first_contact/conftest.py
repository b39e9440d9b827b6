"""The harness of the end-to-end tests, for the looks and languages of orgs that nobody has seen."""

from __future__ import annotations

from tests.e2e.conftest import run

__all__ = ["run"]
