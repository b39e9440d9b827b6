"""Ticking ``Enable Client Credentials Flow``, with whatever confirmation the org asks for."""

from __future__ import annotations

from automation.errors import UnexpectedPage
from flows.pages.checkbox import Checkbox
from flows.pages.confirmation import GRACE, Confirmation


def tick_with_confirmation(box: Checkbox, confirmation: Confirmation) -> str:
    """Tick the box, answer a dialog or a modal with OK, and make sure that the tick stayed; returns a sentence.

    Once more where the page drew the box again meanwhile.
    """
    confirmation.answer_no_late_ones()
    try:
        how = _tick(box, confirmation)
    except UnexpectedPage:
        if box.state() is not False:
            raise
        how = _tick(box, confirmation)
    confirmation.answer_late_ones()
    return f"{box.label} ticked" + (f"; {how} was confirmed with OK" if how else "")


def _tick(box: Checkbox, confirmation: Confirmation) -> str | None:
    """What was answered, if anything. Raises UnexpectedPage when the tick did not stay."""
    with confirmation.expected() as dialogs:
        box.set(True)
        # The org asks in one of both forms; should a modal follow a dialog, it is answered before Create and Save.
        modal = confirmation.answer_modal(0 if dialogs else GRACE)
        if not box.state():
            modal = modal or confirmation.answer_modal(box.timeout)  # the tick waits for a late confirmation
            box.expect(True)
    return "a modal" if modal else "a dialog" if dialogs else None
