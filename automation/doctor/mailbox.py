"""The mailbox for emailed codes: whether it opens, and when its newest email came."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automation.doctor.check import Check, from_error, passed, skipped
from automation.errors import RunbookError

if TYPE_CHECKING:
    from automation.settings import Settings


def examine(settings: Settings) -> Check:
    """Log in and read the newest email's time; no email is opened or marked."""
    from automation.access.codes.mailbox import mailbox_from

    try:
        box = mailbox_from(settings)
        if box is None:
            return skipped("mailbox", "no mailbox is set (SF_IMAP_URL)")
        newest = box.newest()
        box.close()
    except RunbookError as error:
        return from_error("mailbox", error)
    seen = f"its newest email came {newest:%Y-%m-%d %H:%M} UTC" if newest is not None else "it is empty"
    how = "" if settings.sf_imap_auth == "password" else f" with a token ({settings.sf_imap_auth})"
    return passed("mailbox", f"the mailbox of {settings.sf_imap_username} opens{how}; {seen}")
