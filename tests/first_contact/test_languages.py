"""A run in each language ends in proven credentials; what a label file lacks is said by name."""

from __future__ import annotations

import pytest

from tests.e2e.conftest import NewOrg, Runbook

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("language", ["en", "ja", "es"])
def test_a_run_in_each_language_ends_in_proven_credentials(language: str, new_org: NewOrg, run: Runbook) -> None:
    org = new_org(language=language)
    result = run(org)

    assert result.error is None, run.printed.getvalue()
    assert result.outcome == "created"
    assert result.state.language == language
    assert result.state.proof.token
    assert result.state.proof.read_back
    (app,) = org.truth()["apps"]
    assert app["policies"]["ipRelaxation"] == "Bypass"
    assert app["oauth"]["scopes"] == ["id", "api"]


@pytest.mark.parametrize("language", ["ja", "es"])
def test_a_second_run_in_another_language_finds_nothing_to_do(language: str, new_org: NewOrg, run: Runbook) -> None:
    org = new_org(language=language)
    run(org)
    assert run(org).outcome == "unchanged", run.printed.getvalue()
