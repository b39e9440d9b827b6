"""The harness that runs the whole procedure on a replica.

pytest-playwright's fixtures are used; only the launch arguments are ours (see ``tests/conftest.py``), so ``--headed``,
``--slowmo`` and ``--browser-channel`` keep working.

A whole run costs 5 seconds of CPU. A claim about a part of it begins where that part does: `quick_org` makes orgs that ask
for nothing, ``tests.faults.wanted`` puts the finished app and its delivered pair into one, and ``run(org, first="4.1",
last="4.7")`` leaves out what comes before and after. Where the login is no part of the claim, runs begin `signed_in`. They
take no screenshots unless a test asks for them.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from automation.replica.org.apps import locked_boxes, security_defaults
from automation.report.console import Console
from automation.report.result import RunResult
from automation.run.one_run import OneRun
from automation.settings import load_settings
from automation.settings.app_spec import AppSpec
from automation.settings.options import Options
from flows.verification import login_form as fill_in_login
from tests.e2e.variants import LIST, PLAN, WINDOW, Variant, of_org
from tests.faults.wanted import duplicates, lacking
from tests.sessions import session_cookies

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from automation.replica import OrgHandle


@dataclass
class Runbook:
    """Runs the procedure in this process, with the shared browser and a folder of its own per run."""

    browser: Browser
    folder: Path
    signed_in: bool = False
    printed: io.StringIO = field(default_factory=io.StringIO)
    runs: int = 0

    @property
    def delivered(self) -> Path:
        """The dotenv file of the default delivery."""
        return self.folder / "delivered.env"

    def __call__(self, org: OrgHandle, settings: Mapping[str, str] | None = None, **options: Any) -> RunResult:
        """One run. ``settings``: names to texts that replace the org's; ``options``: see `Options`."""
        self.runs += 1
        environment = {
            "TIMEOUT_PAGE": "20",
            "TIMEOUT_ACTION": "8",
            "TIMEOUT_SAVE": "20",
            "TIMEOUT_CODE": "20",
            "TIMEOUT_PROPAGATION": "30",
            "CREDENTIALS_TO": f"dotenv:{self.delivered}",
            **org.environment(),
            **({"SF_STORAGE_STATE": self._session(org)} if self.signed_in else {}),
            **(settings or {}),
        }
        checked = load_settings(environment, None)
        exact = options.pop("exact", False)
        given = Options(**{"tracing": "off", "screenshot": "off", "output": self.folder / f"run-{self.runs}", **options})
        spec = AppSpec.from_settings(checked, exact=exact)
        return OneRun(checked, spec, given, Console(stream=self.printed), browser=self.browser).perform()

    def _session(self, org: OrgHandle) -> str:
        file = self.folder / f"session-{self.runs}.json"
        file.write_text(json.dumps({"cookies": session_cookies(org), "origins": []}))
        return str(file)


NewOrg = Callable[..., "OrgHandle"]

QUICK: dict[str, Any] = {"after_password": [], "verification": "not_asked", "propagation_seconds": 0.0}
"""Knobs of an org that asks for no code and knows a new key at once."""


@pytest.fixture
def quick_org(new_org: NewOrg) -> NewOrg:
    """As ``new_org``, with the `QUICK` knobs where a test gives no others: nothing is asked, nothing has to be waited for."""

    def make(**variants: Any) -> OrgHandle:
        return new_org(**{**QUICK, **variants})

    return make


@pytest.fixture
def run(browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Runbook:
    """``run(org)`` does the whole procedure and returns its result; ``tests/access`` is about late scripts of login pages."""
    monkeypatch.setattr(fill_in_login, "LATE_SCRIPTS", 0.05)
    return Runbook(browser, tmp_path)


@pytest.fixture
def signed_in(run: Runbook) -> Runbook:
    """As ``run``, with a saved session of the org in place of its login form. With `pytest.mark.usefixtures`, so is ``run``."""
    run.signed_in = True
    return run


Expect = Callable[..., None]


@pytest.fixture
def expect_created_and_found_again(quick_org: NewOrg, run: Runbook, monkeypatch: pytest.MonkeyPatch) -> Expect:
    """Checks an org (a row of `variants`): a run does it all; a plan, where the row has one, finds nothing to do."""

    def expect(row: Variant, list_size: int = LIST) -> None:
        if row[WINDOW]:
            width, height = row[WINDOW]
            monkeypatch.setattr("automation.browser.launch.VIEWPORT", {"width": width, "height": height})
        org = quick_org(**of_org(row, list_size))
        first = run(org)
        _created(first, org, run)
        assert first.state.language == row["language"]
        form = row["look"], row["pkce"], row["security_defaults"]
        locked = "pkce" in locked_boxes(*form) and security_defaults(*form)["pkce"]  # an empty one is as it should be
        assert any("locked" in note for note in first.state.notes) is locked

        if row[PLAN]:
            run.signed_in = True
            second = run(org, plan=True)
            assert second.error is None, run.printed.getvalue()
            assert [step.id for step in second.steps if step.result == "changed"] == []

    return expect


def _created(result: RunResult, org: OrgHandle, run: Runbook) -> None:
    assert (result.outcome, result.error) == ("created", None), run.printed.getvalue()
    assert result.state.proof.token
    assert result.state.proof.read_back
    assert lacking(org, run.delivered) == []
    assert duplicates(org) == 0
    assert not org.events("retURL followed")
