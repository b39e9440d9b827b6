"""The harness of the end-to-end tests."""

from __future__ import annotations

from tests.e2e.conftest import quick_org, run, signed_in

__all__ = ["quick_org", "run", "signed_in"]
