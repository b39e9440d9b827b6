"""Ticking ``Enable Client Credentials Flow``, with whatever confirmation the org puts in the way."""

from __future__ import annotations

from flows.pages.confirmation import GRACE, Confirmation
from flows.pages.fields import Checkbox


def tick_with_confirmation(box: Checkbox, confirmation: Confirmation) -> str:
    """Tick the box, answer a dialog or a modal with OK, and make sure that the tick stayed; answers a sentence."""
    confirmation.answer_no_late_ones()
    with confirmation.expected() as dialogs:
        box.set(True)
        # The org asks in one of both forms; should a modal follow a dialog, it is answered before Create and Save.
        modal = confirmation.answer_modal(0 if dialogs else GRACE)
        if not modal and not box.state():  # the tick waits for an answer that takes its time to be asked for
            modal = confirmation.answer_modal(box.timeout)
        box.expect(True)
    confirmation.answer_late_ones()
    how = "a modal" if modal else "a dialog" if dialogs else None
    return f"{box.label} ticked" + (f"; {how} was confirmed with OK" if how else "")
