"""Orgs look different; a run passes them all. The variants of `tests/e2e/test_variants.py` are not repeated here."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.conftest import NewOrg, Runbook
from tests.e2e.test_variants import name_of

pytestmark = pytest.mark.browser

LOOKS: list[dict[str, Any]] = [
    {"run_as_widget": "lookup"},
    {"tree": "collapsed"},
    {"trial_banner": True},
    {"quick_settings": True},
    {"trial_banner": True, "quick_settings": True, "tree": "collapsed"},
    {"list_size": 300, "list_paging": "all"},
    {"list_size": 300, "list_paging": "infinite"},
    {"list_size": 300, "list_paging": "virtual"},
    {"view_mode": "disabled"},
    {"view_mode": "output"},
    {"inactive_panels": "drop"},
    {"api_name_follows": "input"},
    {"url_after_new": "new"},
    {"distribution_default": "empty"},
    {"email_prefilled": True},
    {"policies_open_on_edit": True},
    {"policies_tick_default": "on"},
    {"toast": "none"},
    {"toast": "aura"},
    {"consumer_page": "lightning"},
    {"cancel_confirms": True},
    {"flow_propagation_seconds": 2.0},
    {"eca_objects": "INVALID_TYPE"},
    {"run_as_email": "accepted"},
]


@pytest.mark.parametrize("variant", LOOKS, ids=name_of)
def test_every_look_passes(variant: dict[str, Any], new_org: NewOrg, run: Runbook) -> None:
    org = new_org(**variant)
    result = run(org)

    assert result.error is None, run.printed.getvalue()
    assert result.outcome == "created"
    assert result.state.proof.read_back
    (made,) = [app for app in org.truth()["apps"] if app["developerName"] == "ServiceMax_Service_Board_Sync"]
    assert made["policies"]["runAs"] == org.run_as


@pytest.mark.parametrize(
    "variant",
    [
        {"view_mode": "disabled"},
        {"view_mode": "output"},
        {"list_size": 300, "list_paging": "infinite"},
        {"list_size": 300, "list_paging": "virtual"},
        {"run_as_widget": "lookup"},
        {"inactive_panels": "drop", "cancel_confirms": True},
        {"quick_settings": True},
    ],
    ids=name_of,
)
def test_a_second_run_finds_nothing_to_do_in_any_look(variant: dict[str, Any], new_org: NewOrg, run: Runbook) -> None:
    org = new_org(**variant)
    assert run(org).error is None, run.printed.getvalue()
    run.delivered.unlink()
    second = run(org)
    assert second.error is None, run.printed.getvalue()
    assert not [step for step in second.steps if step.id < "4" and step.result == "changed"]
    assert len([app for app in org.truth()["apps"] if app["developerName"] == "ServiceMax_Service_Board_Sync"]) == 1
