"""The harness that runs the whole procedure: on a replica by default, on a real sandbox with ``--org``.

pytest-playwright's fixtures are used; only the launch arguments are ours (see ``tests/conftest.py``), so ``--headed``,
``--slowmo`` and ``--browser-channel`` keep working.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from automation.app_spec import AppSpec
from automation.create_app import create_app
from automation.options import Options
from automation.report.console import Console
from automation.result import RunResult
from automation.settings import load_settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from automation.replica import OrgHandle


class Target(Protocol):
    """An org that can be run against: a replica's, or a real sandbox."""

    def environment(self) -> dict[str, str]: ...


@dataclass
class Runbook:
    """Runs the procedure in this process, with the shared browser and a folder of its own per run."""

    browser: Browser
    folder: Path
    printed: io.StringIO = field(default_factory=io.StringIO)
    runs: int = 0

    @property
    def delivered(self) -> Path:
        """The dotenv file of the default delivery."""
        return self.folder / "delivered.env"

    def __call__(self, org: Target, settings: Mapping[str, str] | None = None, **options: Any) -> RunResult:
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
            **(settings or {}),
        }
        checked = load_settings(environment, None)
        exact = options.pop("exact", False)
        given = Options(**{"tracing": "off", "output": self.folder / f"run-{self.runs}", **options})
        spec = AppSpec.from_settings(checked, exact=exact)
        return create_app(checked, spec, given, Console(stream=self.printed), browser=self.browser)


@pytest.fixture
def run(browser: Browser, tmp_path: Path) -> Runbook:
    """``run(org)`` does the whole procedure and returns its result."""
    return Runbook(browser, tmp_path)


NewOrg = Callable[..., "OrgHandle"]
