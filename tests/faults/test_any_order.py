"""Runs, kills, faults, people's edits and refreshes in any order: one app at most, and a clean run always gets there."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from tests.bench.chaos_faults import Kill, Schedule
from tests.bench.chaos_run import Chaos, Play, Verdict
from tests.faults.wanted import duplicates, edit, lacking, ours
from tests.leaks.search import Ledger

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from automation.replica import Replica

pytestmark = pytest.mark.browser

QUICK = {"propagation_seconds": 0.0, "after_password": [], "verification": "not_asked", "pkce": "editable"}
DRIFTS: dict[str, Any] = {
    "contactEmail": "somebody@else.example",
    "oauth.scopes": ["id"],
    "oauth.flows.clientCredentials": False,
    "policies.clientCredentialsEnabled": False,
    "policies.ipRelaxation": "Enforce",
}
FAULTS: tuple[dict[str, Any], ...] = (
    {"effect": "reset_after", "kind": "aura", "action": "createApp"},
    {"effect": "reset_after", "kind": "aura", "action": "savePolicies"},
    {"effect": "expire_all", "kind": "aura", "action": "getApp"},
    {"effect": "status", "kind": "consumer"},
)


class AnyOrder(RuleBasedStateMachine):
    """One org, and whatever happens to it."""

    chaos: Chaos

    @initialize()
    def an_empty_org(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="any-order-"))
        self._state = mock.patch.dict(os.environ, XDG_STATE_HOME=str(self.folder / "state"))
        self._state.start()
        org = self.chaos.new_org(**QUICK)
        self.play = Play(self.chaos, org, self.folder, Schedule(0, {}, (), (), "off"), Verdict(0))

    @rule(share=st.sampled_from((0.2, 0.5, 0.75, 0.9)))
    def killed(self, share: float) -> None:
        """A run dies at some call."""
        self.play.run(Kill(call=share))

    @rule(fault=st.sampled_from(FAULTS))
    def something_breaks(self, fault: dict[str, Any]) -> None:
        """The next run meets a fault."""
        self.play.org.fault(**fault)

    @precondition(lambda self: bool(ours(self.play.org)))
    @rule(path=st.sampled_from(sorted(DRIFTS)))
    def a_person_edits(self, path: str) -> None:
        """One value of the app is no longer as configured."""
        for app in self.play.org.do(lambda org: list(org.apps.values())):
            edit(self.play.org, app, path, DRIFTS[path])

    @precondition(lambda self: bool(ours(self.play.org)))
    @rule()
    def refreshed(self) -> None:
        """The sandbox is refreshed: no app, another org id, unknown keys."""
        self.play.org.refresh()
        self.play.ledger = Ledger(self.play.org)

    @rule()
    def run(self) -> None:
        """If a fault stops it, the next one does it: what the org and the delivery hold is what was wanted."""
        result, printed = self.play.run(None)
        assert result is not None
        if result.error is not None:
            self.play.org.clear_faults()
            result, printed = self.play.run(None)
        assert result is not None
        assert result.error is None, printed
        assert lacking(self.play.org, self.play.delivered) == [], printed

    @invariant()
    def never_two_and_no_leak(self) -> None:
        assert duplicates(self.play.org) == 0
        assert self.play.verdict.leaks == []

    def teardown(self) -> None:
        self._state.stop()
        shutil.rmtree(self.folder)


@pytest.mark.parametrize(
    ("examples", "steps"), [pytest.param(2, 4, id="small"), pytest.param(12, 8, id="large", marks=pytest.mark.slow)]
)
def test_in_any_order(examples: int, steps: int, replica: Replica, browser: Browser) -> None:
    """The same examples every time."""
    machine = type("OnThisReplica", (AnyOrder,), {"chaos": Chaos(replica, browser, patience=3.0)})
    checks = settings(
        max_examples=examples, stateful_step_count=steps, derandomize=True, deadline=None, database=None,
        suppress_health_check=list(HealthCheck), print_blob=False, report_multiple_bugs=False,
    )  # fmt: skip
    run_state_machine_as_test(machine, settings=checks)
