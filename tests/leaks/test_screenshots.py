"""Screenshots can't be scrubbed: that none shows a secret is proven by the page that each was taken of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Page

from tests.e2e.conftest import NewOrg, Runbook

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("variants", "faults"),
    [
        pytest.param({"reveal": "same_tab"}, (), id="same tab"),
        pytest.param({}, (), id="new tab", marks=pytest.mark.slow),
        pytest.param({}, ({"preset": "wrong_code_first", "times": 0},), id="code refused", marks=pytest.mark.slow),
        pytest.param({"after_password": ["unknown"]}, (), id="unknown page at the login", marks=pytest.mark.slow),
        pytest.param(
            {"consumer_page": "lightning", "reveal_method": "push"}, (), id="stopped at the reveal", marks=pytest.mark.slow
        ),
    ],
)
def test_each_screenshot_is_of_a_setup_page(
    variants: dict[str, Any], faults: tuple[dict[str, Any], ...], new_org: NewOrg, run: Runbook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With screenshots, a film and evidence asked for: no login page, verification page or page of key and secret is taken."""
    taken: list[str] = []
    screenshot = Page.screenshot

    def noting(page: Page, **options: Any) -> bytes:
        data = screenshot(page, **options)
        taken.append(page.url)
        return data

    monkeypatch.setattr(Page, "screenshot", noting)
    org = new_org(propagation_seconds=0.0, **variants)
    for fault in faults:
        org.fault(**fault)
    result = run(org, {"TIMEOUT_CODE": "3"}, screenshot="on", tracing="on", restarts=0)
    assert (result.error is None) == (not faults and set(variants) <= {"reveal"}), run.printed.getvalue()
    strange = [url for url in taken if ".my.salesforce-setup.com/lightning/setup/" not in url and url != "about:blank"]
    assert [url.split("?")[0] for url in strange] == []
    assert all("consumer" not in url for url in taken)
    if result.error is None:
        assert taken != []
        _all_were_counted(run.folder / "run-1", taken)


def _all_were_counted(folder: Path, taken: list[str]) -> None:
    """No screenshot was made in another way."""
    assert len(list(folder.rglob("*.jpg")) + list(folder.rglob("*.png"))) <= len(taken)
