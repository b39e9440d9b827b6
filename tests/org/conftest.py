"""Fixtures of ``pytest tests/org --org [FILE]``: the settings of FILE, one browser session, the steps in their order."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from automation.errors import RunbookError
from automation.report.console import Console
from automation.run.one_run import OneRun
from automation.settings import Settings, load_settings
from automation.settings.app_spec import AppSpec
from automation.settings.options import Options
from flows.procedure import all_steps
from tests.org.session import OrgSession, org_session

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright

    from automation.report.result import RunResult

HERE = Path(__file__).parent


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests on an org run only with ``--org``, and then they alone, in the order of the document whatever shuffles them."""
    mine = [item for item in items if item.get_closest_marker("org") is not None]
    others = [item for item in items if item not in mine]
    chosen, left = (others, mine) if config.getoption("--org") is None else (sorted(mine, key=_place), others)
    config.hook.pytest_deselected(items=left)
    items[:] = chosen


def _place(item: pytest.Item) -> tuple[int, int]:
    order = ("test_step", "test_a_second_run_changes_nothing", "test_the_app_is_removed")
    name, _, step = item.name.rstrip("]").rpartition("[") if "[" in item.name else (item.name, "", "")
    ids = [one.id for one in all_steps()]
    return order.index(name), next((place for place, one in enumerate(ids) if step.endswith(one)), 0)


@pytest.fixture(autouse=True)
def _own_machine() -> None:
    """Unlike elsewhere, the user's own variables and state folder count: it is the user's org."""


@pytest.fixture(scope="session")
def org_settings(pytestconfig: pytest.Config) -> Settings:
    """The settings of ``--org FILE`` and the environment."""
    if os.environ.get("PYTEST_XDIST_WORKER"):
        pytest.exit("--org needs one process: leave out -n.", returncode=2)
    try:
        return load_settings(os.environ, Path(pytestconfig.getoption("--org")))
    except RunbookError as error:
        pytest.exit(f"{error.message} {error.next}", returncode=error.exit_code)


@pytest.fixture(scope="session")
def org_spec(org_settings: Settings) -> AppSpec:
    """The wanted app."""
    return AppSpec.from_settings(org_settings)


@pytest.fixture(scope="session")
def org_browser(playwright: Playwright, org_settings: Settings, pytestconfig: pytest.Config) -> Iterator[Browser]:
    """The product's own browser, as ``--headed`` and ``--slowmo`` ask for it."""
    from automation.browser import launched

    headed, slowmo = bool(pytestconfig.getoption("--headed")), float(pytestconfig.getoption("--slowmo"))
    with launched(playwright, org_settings, headed=headed, slowmo=slowmo) as browser:
        yield browser


@pytest.fixture(scope="class")
def on_org(org_browser: Browser, org_settings: Settings, org_spec: AppSpec, pytestconfig: pytest.Config) -> Iterator[OrgSession]:
    """A browser session on the org. ``--recording FILE`` keeps what the first one met."""
    recordings = pytestconfig.getoption("--recording")
    recording = Path(recordings[0]) if recordings and not Path(recordings[0]).exists() else None
    try:
        with org_session(org_browser, org_settings, org_spec, recording=recording) as session:
            yield session
    except RunbookError as error:
        pytest.exit(f"{error.message} {error.next}", returncode=error.exit_code)


@pytest.fixture(scope="session")
def created() -> set[str]:
    """API names of the apps that these tests made; no other app is ever removed."""
    return set()


@pytest.fixture(scope="class")
def second_run(org_browser: Browser, org_settings: Settings, org_spec: AppSpec) -> RunResult:
    """A whole run after the first pass."""
    options = Options(tracing="off")
    return OneRun(org_settings, org_spec, options, Console(stream=io.StringIO()), browser=org_browser).perform()
