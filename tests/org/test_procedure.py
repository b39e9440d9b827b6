"""The documented steps on the org of ``--org``: each is done, and then it is looked up what it must have left."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from automation.errors import RunbookError
from flows.procedure import all_steps
from tests.org.checks import CHECKS
from tests.org.cleanup import remove_app

if TYPE_CHECKING:
    from automation.report.result import RunResult
    from automation.steps import Step
    from tests.org.session import OrgSession

pytestmark = [pytest.mark.org, pytest.mark.browser]
STEPS = pytest.mark.parametrize("step", all_steps(), ids=lambda step: step.id)


class TestFirstPass:
    """Each step does what the document says, and the org shows it."""

    @STEPS
    def test_step(self, step: Step, on_org: OrgSession, created: set[str]) -> None:
        """The step does what the document says, and the org shows it."""
        missing = [before.id for before in all_steps()[: all_steps().index(step)] if before.id not in on_org.done]
        if missing:
            pytest.skip(f"step {missing[0]} failed")
        try:
            on_org.perform(step)
        except RunbookError as error:
            pytest.fail(f"{error.message}\nNext: {error.next}", pytrace=False)
        if on_org.state.app_created:
            created.add(on_org.spec.api_name)
        CHECKS[step.id](on_org)


class TestSecondPass:
    """A whole run right after it."""

    @STEPS
    def test_a_second_run_changes_nothing(self, step: Step, second_run: RunResult) -> None:
        """Everything is found as it should be; nothing is saved and nothing is revealed."""
        if second_run.error is not None:
            pytest.fail(f"{second_run.error.message}\nNext: {second_run.error.next}", pytrace=False)
        (result,) = (one for one in second_run.steps if one.id == step.id)
        assert result.result in ("unchanged", "skipped"), result.note
        assert second_run.outcome == "unchanged"


class TestCleanup:
    """Only with ``--org-cleanup``."""

    def test_the_app_is_removed(self, on_org: OrgSession, created: set[str], pytestconfig: pytest.Config) -> None:
        """Only with ``--org-cleanup``: the app is deleted on its page, as a person would, and is in the list no more."""
        if not pytestconfig.getoption("--org-cleanup"):
            pytest.skip("--org-cleanup was not given: the app stays")
        if on_org.spec.api_name not in created:
            pytest.skip("the app was there before these tests: it stays")
        for step in all_steps():
            if step.always:
                on_org.perform(step)
        remove_app(on_org)
