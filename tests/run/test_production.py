"""Production is refused unless it is named a second time."""

from __future__ import annotations

from contextlib import ExitStack
from types import SimpleNamespace
from typing import Any

import pytest

from automation.access.named_org import HostWatch, NamedOrg
from automation.errors import ProductionRefused
from automation.run.guards import HostGuard, require_named
from automation.settings import load_settings
from automation.settings.options import Options
from flows.app.state import OrgState
from tests.step_results import step_result

PRODUCTION = "acme.my.salesforce.com"


@pytest.mark.parametrize(
    "host",
    [
        "acme--dev.sandbox.my.salesforce.com",
        "x-dev-ed.develop.my.salesforce.com",
        "x.scratch.my.salesforce.com",
        "test.salesforce.com",
    ],
)
def test_sandboxes_and_the_like_need_no_second_naming(host: str) -> None:
    require_named(host, None)


@pytest.mark.parametrize("host", [PRODUCTION, "login.salesforce.com", "acme--dev.my.salesforce.com", "acme.my.salesforce.mil"])
def test_any_other_host_is_refused_with_the_flag_to_give(host: str) -> None:
    with pytest.raises(ProductionRefused) as caught:
        require_named(host, None)
    assert f"--allow-production {host}" in caught.value.next
    assert caught.value.exit_code == 77


def test_the_second_naming_has_to_be_exact() -> None:
    require_named(PRODUCTION, PRODUCTION)
    with pytest.raises(ProductionRefused):
        require_named(PRODUCTION, "other.my.salesforce.com")
    with pytest.raises(ProductionRefused):
        require_named(PRODUCTION, "login.salesforce.com")


@pytest.mark.parametrize(
    ("allowed", "reached", "fine"),
    [
        ("login.salesforce.com", PRODUCTION, True),
        (PRODUCTION, PRODUCTION, True),
        (PRODUCTION, "other.my.salesforce.com", False),
    ],
)
def test_after_a_login_for_all_orgs_the_org_that_was_reached_counts(
    allowed: str, reached: str, fine: bool, environment: dict[str, str]
) -> None:
    settings = load_settings({**environment, "SF_LOGIN_URL": "https://login.salesforce.com"})
    require_named(settings.host, allowed)
    state = OrgState(host=reached)
    with ExitStack() as locks:
        watch = HostWatch(NamedOrg(settings.host))
        attempt: Any = SimpleNamespace(settings=settings, options=Options(allow_production=allowed), state=state, watch=watch)
        guard = HostGuard(attempt, locks)
        login = step_result("1.1", "unchanged", 0.1, "", title="Log in", section="Create")
        if fine:
            guard.step_ended(login)
            assert guard.locked == {reached}
        else:
            with pytest.raises(ProductionRefused):
                guard.step_ended(login)
