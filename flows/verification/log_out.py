"""The end of the session that a run made for itself."""

from __future__ import annotations

import logging
from typing import Final

from playwright.sync_api import BrowserContext
from playwright.sync_api import Error as PlaywrightError

log = logging.getLogger(__name__)

PATH: Final = "/secur/logout.jsp"
TIMEOUT: Final = 5_000
"""Milliseconds; the run is over, and its result does not depend on this."""


def log_out(context: BrowserContext, host: str) -> None:
    """End the session, so that nobody can use what a trace or a full disk may still hold of it. Raises nothing.

    Only for a session that this run made by a password. One from a file, a link or the CLI may be in use elsewhere: Salesforce
    ends the session that the browser shows, and those of its other hosts with it.

    Args:
        context: the run's; nothing may be recorded in it any more.
        host: My Domain host of the org.
    """
    try:
        page = context.new_page()
        page.goto(f"https://{host}{PATH}", wait_until="commit", timeout=TIMEOUT)
    except PlaywrightError:
        log.info("The session could not be ended; it ends by the org's own time limit.")
