"""The pages work in every cell of the bundle matrix: library release x gates x shadow mode.

Only the default cell is committed; the others are run where `python -m automation.replica.build --matrix` built them.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from automation.replica import build
from automation.replica.pages import shell
from tests.replica.bundle.hand import TICK, Pages

pytestmark = pytest.mark.browser

CELLS = [
    build.DEFAULT_CELL,
    "1.28.15-open-synthetic",
    "1.28.15-open-native",
    "1.28.15-closed-synthetic",
    "1.28.15-closed-native",
]


def need(cell: str) -> None:
    """Skip unless the cell is there and made from the sources that are here."""
    folder = shell.bundle_folder(cell)
    if not folder.is_dir() or build.stale_sources(folder):
        pytest.skip(f"{cell} is not built, or from older sources: python -m automation.replica.build --matrix")


@pytest.mark.parametrize("cell", CELLS)
def test_an_app_is_made_and_its_policies_saved(pages: Pages, cell: str) -> None:
    need(cell)
    hand = pages(bundle=cell, cc_confirm="modal")
    hand.new()
    hand.fill_form()
    hand.button("Create").click()
    hand.button("Edit").click()
    hand.expand("OAuth Policies")
    expect(hand.tick(TICK)).to_have_count(0)
    hand.tab("Settings").click()
    hand.expand("OAuth Settings")
    hand.button("Edit").click()
    hand.tick(TICK).press("Space")
    hand.page.get_by_role("button", name="OK", exact=True).click()
    expect(hand.tick(TICK)).to_be_checked()
    hand.button("Save").first.click()
    expect(hand.button("Edit")).to_be_visible()

    made = hand.org.app()
    assert made.doc["oauth"]["flows"]["clientCredentials"] is True
