"""Orgs are built from other versions of the same components; looks, languages and windows are in `tests/e2e/variants.py`."""

from __future__ import annotations

import pytest

from automation.replica import build
from automation.replica.pages import shell
from tests.e2e.conftest import Expect
from tests.e2e.variants import default

CELLS = ["1.28.15-open-synthetic", "1.28.15-open-native", "1.28.15-closed-synthetic", "1.28.15-closed-native"]


@pytest.mark.slow
@pytest.mark.parametrize("cell", CELLS)
def test_every_shadow_mode_and_library_passes(cell: str, expect_created_and_found_again: Expect) -> None:
    """Native and synthetic shadow, base components of 2023 and 2026. Salesforce may use any of them."""
    folder = shell.bundle_folder(cell)
    if not folder.is_dir() or build.stale_sources(folder):
        pytest.skip(f"{cell} is not built, or from older sources: make bundle-matrix")
    expect_created_and_found_again(default() | {"bundle": cell})
