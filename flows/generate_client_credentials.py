"""Section 3 of the document: generate client credentials, by relaxing the IP restrictions (steps 3.1 to 3.5).

With ``Enforce IP restrictions`` a token request from outside the Run As user's ranges is refused.
"""

from __future__ import annotations

from automation.settings.app_spec import AppSpec
from automation.steps import Finding, needed, skipped, step, unchanged
from flows.app.app_in_org import AppInOrg
from flows.app.policies import AppPolicies
from flows.app.state import OrgState
from flows.pages.confirmation import Confirmation
from flows.pages.policies_tab import IP_LABELS

STILL_OPEN = "the tab Policies is still open from section 2"


@step("3.1", "Open the External Client App Manager")
def open_manager() -> Finding:
    return skipped(STILL_OPEN)


@step("3.2", "Open the app")
def open_app() -> Finding:
    return skipped(STILL_OPEN)


@step("3.3", "Policies > Edit")
def edit_policies() -> Finding:
    return skipped(STILL_OPEN)


@step("3.4", "App Authorization: set IP Relaxation", fills=True)
def relax_ip(policies: AppPolicies, confirmation: Confirmation, spec: AppSpec) -> Finding:
    difference = policies.differences(spec).get("ip_relaxation")
    if difference is None:
        return unchanged(f"IP Relaxation is already {policies.values().ip_relaxation}")

    def choose() -> str:
        confirmation.answer_modal(0)  # a late one would cover the list
        policies.tab.ip_relaxation.choose(IP_LABELS[spec.ip_relaxation])
        return f"IP Relaxation set to {difference.after}"

    return needed(str(difference), difference, act=choose)


@step("3.5", "Save", commits=True)
def save(policies: AppPolicies, confirmation: Confirmation, spec: AppSpec, app: AppInOrg, state: OrgState) -> Finding:
    differences = tuple(policies.differences(spec).values())
    if not differences:
        policies.tab.cancel()
        return unchanged("nothing to save")

    def press() -> str:
        said = policies.save(spec, confirmation, app.reload)
        state.policies_saved = True
        return said

    return needed("policies of sections 2 and 3 saved", *differences, act=press)
