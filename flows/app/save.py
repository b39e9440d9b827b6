"""Saving a tab of the app: one click, and the org read again, because no answer of the page proves what was saved."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from automation.errors import FieldRefused, PageTrouble, ReadBackDiffers, SaveRefused
from flows.pages.app_page import AppTab
from flows.pages.commit import Answer
from flows.pages.confirmation import Confirmation


def save_and_read(
    tab: AppTab, what: str, confirmation: Confirmation, left: Callable[[], Sequence[str]], reload: Callable[[], object]
) -> str:
    """Click Save once and make sure, by reading, that the org holds what is configured; returns a sentence.

    A tab that is not in edit mode any more was saved by a person, so it is only read (`AppTab.save`).

    Args:
        what: what is saved, in words.
        left: reads the tab, and lists what still differs.
        reload: loads the app's page again.

    Raises:
        FieldRefused, SaveRefused, ReadBackDiffers: with what the org said or holds.
        PageTrouble: no answer came, and the org does not hold it.
    """
    with confirmation.expected() as dialogs:
        answer = tab.save()
        if answer.field_errors:
            raise FieldRefused(f"The org did not save the {what}: {'; '.join(answer.field_errors)}")
        if not answer.done or left():
            reload()  # no answer came, or the page still shows what it held before
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
