"""Fixtures of the replica's own tests."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from tests.replica.visitor import Visitor

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Browser, BrowserType, Playwright

    from automation.replica import OrgHandle, Replica


class Visit(Protocol):
    """Makes a browser for an org, or for a fresh org with variants."""

    def __call__(self, org: OrgHandle | None = None, **variants: Any) -> Visitor:
        """A browser that has not logged in."""


@pytest.fixture
def visit(new_org: Callable[..., OrgHandle]) -> Iterator[Visit]:
    """Browsers, closed after the test."""
    with ExitStack() as stack:

        def make(org: OrgHandle | None = None, **variants: Any) -> Visitor:
            visitor = Visitor(org or new_org(**variants))
            stack.callback(visitor.http.close)
            return visitor

        yield make


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any], playwright: Playwright) -> dict[str, Any]:
    """The machine's Chromium where Playwright has none of its own."""
    if "channel" in browser_type_launch_args or Path(playwright.chromium.executable_path).exists():
        return browser_type_launch_args
    found = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    return {**browser_type_launch_args, **({"executable_path": found} if found else {})}


@pytest.fixture(scope="module")
def pinned(browser_type: BrowserType, browser_type_launch_args: dict[str, Any], replica: Replica) -> Iterator[Browser]:
    """A browser that goes through the replica's proxy and trusts its CA's key."""
    given = browser_type_launch_args.get("args")
    args = [*(given if isinstance(given, list) else []), f"--ignore-certificate-errors-spki-list={replica.spki}"]
    options = {**browser_type_launch_args, "args": args, "proxy": {"server": replica.proxy_url, "bypass": "<-loopback>"}}
    browser = browser_type.launch(**options)
    yield browser
    browser.close()


@pytest.fixture
def visitor(visit: Visit, org: OrgHandle) -> Visitor:
    """A browser that has not logged in, at an org with the default variants."""
    return visit(org)


@pytest.fixture
def admin(visitor: Visitor) -> Visitor:
    """A browser that the administrator has logged in to Setup with."""
    visitor.log_in()
    return visitor


@pytest.fixture
def ready(admin: Visitor) -> Visitor:
    """The same, with the document's app made, set up and propagated."""
    admin.set_policies(admin.create_app())
    admin.org.replica.advance(2)
    return admin
