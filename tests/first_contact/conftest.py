"""The harness of the end-to-end tests, for the looks and languages of orgs that nobody has seen."""

from __future__ import annotations

from tests.e2e.conftest import expect_created_and_found_again, quick_org, run, signed_in

__all__ = ["expect_created_and_found_again", "quick_org", "run", "signed_in"]
