"""The main run in every cell of the bundle matrix: library release x gates x shadow mode.

Only the default cell is committed and run by all other tests; the others are run where they were built, as in CI.
"""

from __future__ import annotations

import pytest

from automation.replica import build, shell

from .conftest import NewOrg, Runbook

pytestmark = pytest.mark.browser

CELLS = ["1.28.15-open-synthetic", "1.28.15-open-native", "1.28.15-closed-synthetic", "1.28.15-closed-native"]


@pytest.mark.parametrize("cell", CELLS)
def test_the_main_run_passes_in_every_cell(cell: str, new_org: NewOrg, run: Runbook) -> None:
    folder = shell.bundle_folder(cell)
    if not folder.is_dir() or build.stale_sources(folder):
        pytest.skip(f"{cell} is not built, or from older sources: python -m automation.replica.build --matrix")
    org = new_org(bundle=cell)
    created = run(org)
    again = run(org)

    assert created.error is None, run.printed.getvalue()
    assert created.outcome == "created"
    assert created.state.proof.read_back
    assert again.outcome == "unchanged", run.printed.getvalue()
