"""Fixtures for everybody: one replica per test process, one fresh org per test."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Playwright

    from automation.replica import OrgHandle, Replica

hypothesis.settings.register_profile("any machine", deadline=None)  # a busy machine is no failure
hypothesis.settings.load_profile("any machine")

_numbers = itertools.count(1)


_RECORDING = "replay this *.recording.zip (repeatable); with --org: write it"
_ORG = "do the procedure on the org of FILE (default: .env)"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options of ``tests/replay``; options can only be declared at the top."""
    group = parser.getgroup("recordings of an org's pages")
    group.addoption(
        "--recording",
        action="append",
        default=[],
        metavar="FILE",
        help=_RECORDING,
    )
    org = parser.getgroup("a real sandbox")
    org.addoption("--org", nargs="?", const=".env", metavar="FILE", help=_ORG)
    org.addoption("--org-cleanup", action="store_true", help="with --org: delete the app at the end")
    group.addoption("--labels-file", metavar="FILE", help="replay with this LABELS_FILE over the built-in labels")


@pytest.hookimpl(tryfirst=True)  # before pytest itself selects by ``-m``
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Marks are what lanes are made of (see the Makefile).

    A test with any browser fixture is marked ``browser`` here, so that nobody can forget it. Slow tests run only when they are
    asked for: ``-m slow``, or any other expression with that word.
    """
    for item in items:
        if "playwright" in getattr(item, "fixturenames", ()):  # all of pytest-playwright's fixtures stand on that one
            item.add_marker("browser")
    if "slow" in str(config.getoption("markexpr")):
        return
    slow = [item for item in items if item.get_closest_marker("slow") is not None]
    if slow:
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if item not in slow]


DRIVER = "PLAYWRIGHT_NODEJS_PATH"
"""The program that Playwright's driver is run by, in this process and in those that tests start."""


@pytest.fixture(autouse=True)
def _own_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[None]:
    """No test depends on, or changes, a developer's variables and state folder; none without the mark starts a browser.

    The secrets of one test are forgotten after it: they would mask the texts of another.
    """
    from tests.forgetting import only_own

    for name in [name for name in os.environ if name.startswith(("SF_", "ECA_", "TIMEOUT_", "BROWSER_", "CREDENTIALS_TO"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr("automation.secrets.child_environment._withheld", {})
    if request.node.get_closest_marker("browser") is None:
        monkeypatch.setenv(DRIVER, "/this test starts a browser: give it pytest.mark.browser")
    with only_own():
        yield


@pytest.fixture(scope="session")
def replica() -> Iterator[Replica]:
    """A running replica, shared by all tests of this process."""
    from automation.replica import start

    with start() as running:
        yield running


@pytest.fixture
def new_org(replica: Replica) -> Iterator[Callable[..., OrgHandle]]:
    """Makes fresh sandboxes with variants: ``new_org(look="summer25")``. Each has hosts and a mailbox of its own.

    ``my_domain`` and ``seed`` may be given; the clock is put back after the test.
    """
    before = replica.world.offset

    def make(my_domain: str = "", seed: int = 1, **variants: Any) -> OrgHandle:
        return replica.new_org(my_domain or f"acme--t{next(_numbers)}.sandbox", seed, **variants)

    yield make
    replica.advance(before - replica.world.offset)


@pytest.fixture
def org(new_org: Callable[..., OrgHandle]) -> OrgHandle:
    """A fresh sandbox with the default variants."""
    return new_org()


@pytest.fixture(scope="session")
def browser_type_launch_args(
    browser_type_launch_args: dict[str, Any], playwright: Playwright, replica: Replica, pytestconfig: pytest.Config
) -> Iterator[dict[str, Any]]:
    """The product's own choice of browser, proxy and certificates, below the options of pytest-playwright.

    The browser of a test process is shared by all its tests, so there is one such choice for all folders.
    """
    from automation.browser import launch_options
    from automation.browser.find import find_browser
    from automation.browser.trust import trusting
    from automation.settings import load_settings

    settings = load_settings(replica.new_org("acme--browser.sandbox").environment(), None)
    headed = bool(pytestconfig.getoption("--headed"))
    found = find_browser(settings, Path(playwright.chromium.executable_path), headed=headed)
    with trusting(settings) as trust:
        yield {**launch_options(settings, found, trust, headed=headed), **browser_type_launch_args}
