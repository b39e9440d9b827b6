"""Starting a browser and opening contexts in it: the same proxy, certificates and time limits everywhere."""

from __future__ import annotations

import functools
import logging
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from playwright.sync_api import Browser, BrowserContext, Playwright, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from automation.browser.find import HOW_TO_GET_ONE, Found, find_browser
from automation.browser.trust import Trust, trusting
from automation.errors import SettingsError, UsageError
from automation.network.proxy import Proxy, browser_bypass
from automation.secrets.child_environment import PLAYWRIGHT, child_environment, forget_debugging, only
from automation.secrets.scratch import VARIABLES, scratch_folder

if TYPE_CHECKING:
    from automation.settings import Settings

log = logging.getLogger(__name__)

FLAGS: Final = (
    "--disable-quic",  # a proxy can't carry it
    "--disable-background-networking",  # no traffic but the org's
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)

DEVTOOLS: Final = "--auto-open-devtools-for-tabs"

VIEWPORT: Final = {"width": 1280, "height": 1536}
"""Pixels. Tall enough for the whole create form, so that screenshots in reports show it."""

_NO_SANDBOX: Final = re.compile(r"sandboxing failed|No usable sandbox|Failed to move to new namespace|crbug\.com/(?:638180|357670)")
"""What Chromium says, or Playwright in its place, when its sandbox is the reason not to start."""
SMALL_DRIVER: Final = "--max-semi-space-size=2"
"""MB for what the driver throws away soon: by default Node takes 16, which makes it a sixth larger and no faster (measured)."""
LONGEST_TMPDIR: Final = 56
"""Characters. Chromium puts a socket into a folder of its own there, and a socket's path has at most 103 (macOS) or 107."""


@contextmanager
def started_driver() -> Iterator[Playwright]:
    """Playwright's driver, with a clean environment and a folder of its own for temporary files.

    Its files hold the cookies and answers of the run until they are scrubbed.

    Raises:
        SettingsError: the folder can't be made.
    """
    forget_debugging()
    with scratch_folder() as folder:
        environment = child_environment(*PLAYWRIGHT, values={**dict.fromkeys(VARIABLES, str(folder)), "NODE_OPTIONS": SMALL_DRIVER})
        manager = sync_playwright()
        with only(environment):
            playwright = manager.start()
        try:
            yield playwright
        finally:
            manager.__exit__()


@contextmanager
def open_browser(settings: Settings, *, headed: bool = False, slowmo: float = 0, devtools: bool = False) -> Iterator[Browser]:
    """A browser for the time of the context.

    Args:
        headed: show its window.
        slowmo: milliseconds to wait after each browser action, for people who watch.
        devtools: open the developer tools of each tab.

    Raises:
        SettingsError: no browser was found or it does not start; says what to do.
        UsageError: a window is wanted, but there is no display.
    """
    if headed:
        require_display()
    how: dict[str, Any] = {"headed": headed, "slowmo": slowmo, "devtools": devtools}
    with started_driver() as playwright, launched(playwright, settings, **how) as browser:
        yield browser


@contextmanager
def launched(
    playwright: Playwright, settings: Settings, *, headed: bool = False, slowmo: float = 0, devtools: bool = False
) -> Iterator[Browser]:
    """As `open_browser`, with a Playwright that runs already."""
    remote = _connected(playwright, settings, slowmo)
    if remote is not None:
        yield remote
        return
    found = find_browser(settings, Path(playwright.chromium.executable_path), headed=headed)
    with scratch_folder() as folder, trusting(settings, folder) as trust:
        options = launch_options(settings, found, trust, headed=headed, slowmo=slowmo, devtools=devtools)
        options["chromium_sandbox"] = not _is_root()
        if len(str(folder)) <= LONGEST_TMPDIR:
            options["env"] |= dict.fromkeys(VARIABLES, str(folder))
        if _is_root():
            _note_no_sandbox("it does not work for root")
        browser = _launch(playwright, found, options)
        try:
            yield browser
        finally:
            _close(browser)


def launch_options(
    settings: Settings, found: Found, trust: Trust, *, headed: bool = False, slowmo: float = 0, devtools: bool = False
) -> dict[str, Any]:
    """Keyword arguments of ``playwright.chromium.launch``.

    Signals are left to Python: the run ends its steps before it closes the browser.
    """
    options: dict[str, Any] = {
        "headless": not headed,
        "slow_mo": slowmo,
        "args": [*FLAGS, *trust.flags, *(["--start-maximized"] if headed else []), *([DEVTOOLS] if devtools else [])],
        "handle_sigint": False,
        "handle_sigterm": False,
        "handle_sighup": False,
        "env": child_environment(values=trust.environment),
    }
    if found.executable is not None:
        options["executable_path"] = str(found.executable)
    if found.channel is not None:
        options["channel"] = found.channel
    if (proxy := settings.network.proxy) is not None:
        options["proxy"] = proxy_option(proxy, settings.no_proxy)
    return options


def proxy_option(proxy: Proxy, no_proxy: str | None) -> dict[str, str]:
    """Playwright's form of a proxy: server, bypass list, and username and password on their own."""
    option = {"server": proxy.url}
    if bypass := browser_bypass(no_proxy):
        option["bypass"] = bypass
    if proxy.username is not None:
        option |= {"username": proxy.username, "password": proxy.password}
    return option


def new_context(browser: Browser, settings: Settings, *, headed: bool = False, **options: Any) -> BrowserContext:
    """A fresh context with the run's time limits. Language and time zone stay the machine's own.

    Pages are asked not to animate, as any user may ask: a dialog of Lightning's is gone at once then, instead of after 0.4 s.

    Args:
        headed: pages are as large as the window that a person sees.
        options: further keyword arguments of ``browser.new_context``.
    """
    size: dict[str, Any] = {"no_viewport": True} if headed else {"viewport": VIEWPORT}
    context = browser.new_context(**{**size, "accept_downloads": False, "reduced_motion": "reduce", **options})
    context.set_default_timeout(settings.timeout_action * 1000)
    context.set_default_navigation_timeout(settings.timeout_page * 1000)
    return context


def require_display() -> None:
    """Raise UsageError where a window can't be shown."""
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        raise UsageError(
            "--headed needs a display, and this machine has none.",
            next="Run it under `xvfb-run -a`, or leave --headed out and open the trace of --tracing on.",
        )


def _connected(playwright: Playwright, settings: Settings, slowmo: float) -> Browser | None:
    try:
        if settings.browser_ws is not None:
            return playwright.chromium.connect(settings.browser_ws.reveal(), slow_mo=slowmo)
        if settings.browser_cdp is not None:
            return playwright.chromium.connect_over_cdp(settings.browser_cdp.reveal(), slow_mo=slowmo)
    except PlaywrightError:
        name = "BROWSER_WS" if settings.browser_ws is not None else "BROWSER_CDP"
        raise SettingsError(f"{name}: no browser answers at this URL.") from None
    return None


def _launch(playwright: Playwright, found: Found, options: dict[str, Any]) -> Browser:
    """Start it; once more without Chromium's sandbox where that was the reason not to start."""
    try:
        return playwright.chromium.launch(**options)
    except PlaywrightError as error:
        if options["chromium_sandbox"] and _NO_SANDBOX.search(error.message):
            _note_no_sandbox("this system does not let an ordinary user make one (user namespaces)")
            return _launch(playwright, found, {**options, "chromium_sandbox": False})
        name = found.executable or found.channel or "Playwright's own browser"
        reason = error.message.splitlines()[0] if error.message else "no reason given"
        raise SettingsError(f"The browser {name} ({found.why}) does not start: {reason}.", next=HOW_TO_GET_ONE) from None


def _is_root() -> bool:
    return sys.platform != "win32" and os.geteuid() == 0


@functools.cache
def _note_no_sandbox(why: str) -> None:
    log.warning("Note: Chromium's own sandbox is off, as %s.", why)


def _close(browser: Browser) -> None:
    try:
        browser.close()
    except PlaywrightError:
        return  # it is closed already
