"""Orgs look different; runs pass them all. The variants of `tests/e2e/test_variants.py` are not repeated here.

Variants that do not touch each other share a run; with ``-m slow`` each also gets runs of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from automation.replica import build, shell
from tests.e2e.conftest import NewOrg, Runbook
from tests.e2e.test_variants import name_of

if TYPE_CHECKING:
    from automation.replica import OrgHandle

pytestmark = pytest.mark.browser

API_NAME = "ServiceMax_Service_Board_Sync"

TOGETHER: list[dict[str, Any]] = [
    {"run_as_widget": "lookup", "tree": "collapsed", "trial_banner": True, "quick_settings": True},
    {"list_size": 300, "list_paging": "infinite", "view_mode": "disabled", "url_after_new": "new", "toast": "none"},
    {"list_size": 300, "list_paging": "virtual", "view_mode": "output", "inactive_panels": "drop", "toast": "aura"},
    {
        "list_size": 300,
        "list_paging": "pages",
        "api_name_follows": "input",
        "distribution_default": "empty",
        "email_prefilled": True,
    },
    {
        "policies_open_on_edit": True,
        "policies_tick_default": "on",
        "consumer_page": "lightning",
        "cancel_confirms": True,
        "run_as_email": "accepted",
        "eca_objects": "INVALID_TYPE",
        "url_after_create": "home",
    },
    {"flow_propagation_seconds": 2.0, "quick_settings": True, "tree": "collapsed", "language": "ja"},
]

ALONE = [{knob: value} for group in TOGETHER[:5] for knob, value in group.items() if not knob.startswith("list_")] + [
    {"list_size": 300, "list_paging": paging} for paging in ("all", "infinite", "virtual", "pages", "more")
]

CELLS = ["1.28.15-open-synthetic", "1.28.15-open-native", "1.28.15-closed-synthetic", "1.28.15-closed-native"]


def expect_created_once_and_found_again(org: OrgHandle, run: Runbook) -> None:
    """The first run does it all; a second one, without the delivered pair, changes nothing in the org but reads it again."""
    first = run(org)
    assert first.error is None, run.printed.getvalue()
    assert first.outcome == "created"
    assert first.state.proof.read_back
    run.delivered.unlink()
    second = run(org)
    assert second.error is None, run.printed.getvalue()
    assert [step.id for step in second.steps if step.id < "4" and step.result == "changed"] == []
    (made,) = [app for app in org.truth()["apps"] if app["developerName"] == API_NAME]
    assert made["policies"]["runAs"] == org.run_as


@pytest.mark.parametrize("variant", TOGETHER, ids=name_of)
def test_looks_pass_together(variant: dict[str, Any], new_org: NewOrg, run: Runbook) -> None:
    expect_created_once_and_found_again(new_org(**variant), run)


@pytest.mark.slow
@pytest.mark.parametrize("variant", ALONE, ids=name_of)
def test_every_look_passes_alone(variant: dict[str, Any], new_org: NewOrg, run: Runbook) -> None:
    expect_created_once_and_found_again(new_org(**variant), run)


@pytest.mark.parametrize(("width", "height"), [(800, 700), (1920, 1080)], ids=["narrow", "wide"])
def test_the_size_of_the_window_does_not_matter(
    width: int, height: int, new_org: NewOrg, run: Runbook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At 800 pixels panels lie over each other and scopes are cut; low windows put the footer over fields."""
    monkeypatch.setattr("automation.browser.VIEWPORT", {"width": width, "height": height})
    expect_created_once_and_found_again(new_org(), run)


@pytest.mark.parametrize("cell", CELLS)
def test_every_shadow_mode_and_library_passes(cell: str, new_org: NewOrg, run: Runbook) -> None:
    """Native and synthetic shadow, base components of 2023 and 2026. Salesforce may use any of them."""
    folder = shell.bundle_folder(cell)
    if not folder.is_dir() or build.stale_sources(folder):
        pytest.skip(f"{cell} is not built, or from older sources: python -m automation.replica.build --matrix")
    expect_created_once_and_found_again(new_org(bundle=cell), run)
