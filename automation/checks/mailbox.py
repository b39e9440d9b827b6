"""The mailbox for emailed codes: whether it opens, and when its newest mail came."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automation.checks.check import Check, from_error, passed, skipped
from automation.errors import RunbookError

if TYPE_CHECKING:
    from automation.settings import Settings


def examine(settings: Settings) -> Check:
    """Log in and look at the newest mail's time; no mail is opened or marked."""
    if not settings.sf_imap_url or not settings.sf_imap_username or settings.sf_imap_password is None:
        return skipped("mailbox", "no mailbox is set (SF_IMAP_URL)")
    from automation.access.codes.mailbox import Mailbox

    try:
        box = Mailbox(settings.sf_imap_url, settings.sf_imap_username, settings.sf_imap_password, settings.sf_ca_file)
        newest = box.newest()
        box.close()
    except RunbookError as error:
        return from_error("mailbox", error)
    told = f"its newest mail came {newest:%Y-%m-%d %H:%M} UTC" if newest is not None else "it is empty"
    return passed("mailbox", f"the mailbox of {settings.sf_imap_username} opens; {told}")
