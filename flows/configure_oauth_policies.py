"""Section 2 of the document: configure the OAuth policies (steps 2.1 to 2.6).

Sections 2 and 3 edit the same tab, so both are done in one visit and saved once, at 3.5; at 2.6 only where ``--until``
ends the run in between.
"""

from __future__ import annotations

from automation.steps import Finding, needed, skipped, step, unchanged
from automation.steps.runner import Selection
from flows.app.save import tick_with_confirmation
from flows.attempt import Attempt

OF_SECTION_2 = ("client_credentials", "run_as")
"""Policies that this section sets, by attribute of `PolicyValues`."""


@step("2.1", "Open the External Client App Manager", entry=True)
def open_manager(run: Attempt) -> Finding:
    return run.app.open_manager()


@step("2.2", "Open the app")
def open_app(run: Attempt) -> Finding:
    return run.app.open()


@step("2.3", "Policies > Edit")
def edit_policies(run: Attempt) -> Finding:
    run.policies.flow_off = run.existing.flow_off
    if not run.policies.differences():
        return unchanged("the policies are already as configured; no edit needed")
    return needed("the tab Policies is in edit mode", act=run.policies.edit)


@step("2.4", "OAuth Policies: Enable Client Credentials Flow", fills=True)
def enable_flow(run: Attempt) -> Finding:
    policies = run.policies
    difference = policies.differences().get("client_credentials")
    if difference is None:
        return unchanged(f"{policies.labels['policies.client_credentials']} is already ticked")

    def tick() -> str:
        policies.wait_for_flow(run.settings.timeout_propagation)
        return tick_with_confirmation(policies.tab.client_credentials, run.app.confirmation)

    return needed(str(difference), difference, act=tick)


@step("2.5", "Set Run As (Username) to the integration user", fills=True)
def set_run_as(run: Attempt) -> Finding:
    policies, wanted = run.policies, run.spec.run_as
    policies.look_at_run_as()
    difference = policies.differences().get("run_as")
    if policies.run_as_hidden:
        return skipped("Run As is shown, and compared, only once the flow is ticked")
    if difference is None:
        return unchanged(f"Run As is already {wanted}")

    def fill() -> str:
        policies.tab.run_as.set(wanted)
        return f"Run As set to {wanted}"

    return needed(str(difference), difference, act=fill)


@step("2.6", "Save", commits=True)
def save(run: Attempt) -> Finding:
    policies = run.policies
    if not policies.differences():
        return unchanged("nothing to save")
    if not Selection(run.options.first, run.options.last).ends_before("3.5"):
        return skipped("saved once, together with section 3, at 3.5")
    mine = {name: difference for name, difference in policies.differences().items() if name in OF_SECTION_2}
    if not mine:
        return unchanged("nothing to save in this section")
    return needed("policies of section 2 saved", *mine.values(), act=lambda: policies.save(OF_SECTION_2))
