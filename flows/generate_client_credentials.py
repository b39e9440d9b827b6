"""Section 3 of the document: generate client credentials, by relaxing the IP restrictions (steps 3.1 to 3.5).

With ``Enforce IP restrictions`` a token request from outside the Run As user's ranges is refused.
"""

from __future__ import annotations

from automation.steps import Finding, needed, skipped, step, unchanged
from flows.attempt import Attempt
from flows.pages.policies_tab import IP_LABELS

STILL_OPEN = "the tab Policies is still open from section 2"


@step("3.1", "Open the External Client App Manager")
def open_manager(_: Attempt) -> Finding:
    return skipped(STILL_OPEN)


@step("3.2", "Open the app")
def open_app(_: Attempt) -> Finding:
    return skipped(STILL_OPEN)


@step("3.3", "Policies > Edit")
def edit_policies(_: Attempt) -> Finding:
    return skipped(STILL_OPEN)


@step("3.4", "App Authorization: set IP Relaxation", fills=True)
def relax_ip(run: Attempt) -> Finding:
    policies = run.policies
    difference = policies.differences().get("ip_relaxation")
    if difference is None:
        return unchanged(f"IP Relaxation is already {policies.values().ip_relaxation}")

    def choose() -> str:
        run.app.confirmation.answer_modal(0)  # a late one would cover the list
        policies.tab.ip_relaxation.choose(IP_LABELS[run.spec.ip_relaxation])
        return f"IP Relaxation set to {difference.after}"

    return needed(str(difference), difference, act=choose)


@step("3.5", "Save", commits=True)
def save(run: Attempt) -> Finding:
    differences = tuple(run.policies.differences().values())
    if not differences:
        run.policies.tab.cancel()
        return unchanged("nothing to save")
    return needed("policies of sections 2 and 3 saved", *differences, act=run.policies.save)
