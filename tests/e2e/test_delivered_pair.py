"""A pair delivered earlier: used again while it is good, even when the policies around it are not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.wanted import deliver, make_app

from .conftest import NewOrg, Runbook

if TYPE_CHECKING:
    from automation.replica import OrgHandle

pytestmark = pytest.mark.usefixtures("signed_in")


def drift(org: OrgHandle, **policies: Any) -> None:
    """Somebody edits the Policies tab."""
    org.do(lambda inner: inner.save_policies(org.app(), policies))


@pytest.mark.parametrize(
    "policies",
    [{"clientCredentialsEnabled": False}, {"ipRelaxation": "Enforce"}],
    ids=["flow off", "IP enforced"],
)
def test_a_good_pair_behind_a_drifted_policy_is_not_revealed_again(
    policies: dict[str, Any], quick_org: NewOrg, run: Runbook
) -> None:
    """A plan says so, and the run that repairs the policy does so; the delivered file stays as it was."""
    org = quick_org()
    make_app(org)
    deliver(org, run.delivered)
    delivered = run.delivered.read_text()
    drift(org, **policies)

    if "clientCredentialsEnabled" in policies:  # a plan knows no difference between the two
        planned = run(org, plan=True)
        assert planned.error is None, run.printed.getvalue()
        assert {step.id for step in planned.steps if step.result == "changed"} >= {"3.5", "5.1"}
        assert [step.result for step in planned.steps if step.id in ("4.5", "4.6", "4.7")] == ["unchanged"] * 3

    repaired = run(org)
    assert repaired.error is None, run.printed.getvalue()
    assert repaired.outcome == "changed"
    assert org.events("reveal") == []
    assert run.delivered.read_text() == delivered


def test_after_a_refresh_a_new_pair_takes_the_old_ones_place(quick_org: NewOrg, run: Runbook) -> None:
    """Same host, same app name, another org: the old pair is dead, and its place is where the new one goes."""
    org = quick_org()
    make_app(org)
    deliver(org, run.delivered)
    before = run.delivered.read_text()
    org.refresh()
    make_app(org)  # a run that makes it after a refresh: tests/fleet/test_repairing.py

    environment = org.environment()
    result = run(org, environment)
    assert result.error is None, run.printed.getvalue()
    assert run.delivered.read_text() != before
    assert f"SALESFORCE_ORG_ID={org.org_id}" in run.delivered.read_text()
