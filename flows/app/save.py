"""What the org may ask to confirm: ticking ``Enable Client Credentials Flow``, and saving a tab of the app."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from automation.errors import FieldRefused, PageTrouble, ReadBackDiffers, SaveRefused, UnexpectedPage
from flows.pages.app_page import AppTab
from flows.pages.checkbox import Checkbox
from flows.pages.commit import Answer
from flows.pages.confirmation import GRACE, Confirmation

if TYPE_CHECKING:
    from flows.app.app_in_org import AppInOrg


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


def save_and_read(tab: AppTab, what: str, app: AppInOrg, left: Callable[[], Sequence[str]]) -> str:
    """Click Save once and make sure, by reading, that the org holds what is configured; returns a sentence.

    No answer of the page proves what was saved. A tab that is not in edit mode any more was saved by a person, so it is only read.
    ``left`` reads the tab, and lists what still differs.

    Raises:
        FieldRefused, SaveRefused, ReadBackDiffers: with what the org said or holds.
        PageTrouble: no answer came, and the org does not hold it.
    """
    with app.confirmation.expected() as dialogs:
        answer = tab.save()
        if answer.field_errors:
            raise FieldRefused(f"The org did not save the {what}: {'; '.join(answer.field_errors)}")
        if not answer.done or left():
            app.reload()  # no answer came, or the page still shows what it held before
            _require(left(), what, answer)
    return f"{what} saved{confirmed(dialogs)}"


def _require(differences: Sequence[str], what: str, answer: Answer) -> None:
    """Raise with the reason why the org does not hold what is configured; returns when it does."""
    if not differences:
        return
    listed = ", ".join(differences)
    if answer.page_errors:
        raise SaveRefused(f"The org did not save the {what}. It said: {'; '.join(answer.page_errors)}")
    if not answer.done:
        raise PageTrouble(f"Save got no response, and the {what} still differ: {listed}.")
    raise ReadBackDiffers(f"After Save the {what} still differ: {listed}.")


def confirmed(dialogs: Sequence[str]) -> str:
    """The end of a sentence: which of the browser's own dialogs were answered with OK, as nobody documented their words."""
    return "".join(f'; the dialog "{" ".join(words.split())}" was confirmed with OK' for words in dialogs)
