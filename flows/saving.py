"""Saving a tab of the app: one click, and the org read again, because no answer of the page proves what was saved."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from automation.errors import FieldRefused, ReadBackDiffers, SaveRefused
from flows.pages.app_page import AppTab
from flows.pages.confirmation import Confirmation


def save_and_read(
    tab: AppTab, what: str, confirmation: Confirmation, left: Callable[[], Sequence[str]], reopen: Callable[[], object]
) -> str:
    """Click Save once and make sure, by reading, that the org holds what was wanted; answers a sentence.

    A tab that is not in edit mode any more was saved by a person, so it is only read.

    Args:
        what: what is saved, in words.
        left: reads the tab, and tells what is not as wanted.
        reopen: loads the app's page again.

    Raises:
        FieldRefused, SaveRefused, ReadBackDiffers: with what the org said or holds.
    """
    confirmation.answer_modal(0)
    with confirmation.expected() as dialogs:
        differences, said = _save(tab, what, left, reopen)
    if differences and said:
        raise SaveRefused(f"The org did not save the {what}. It said: {'; '.join(said)}")
    if differences:
        raise ReadBackDiffers(f"After Save the {what} are not as wanted: {', '.join(differences)}.")
    return f"{what} saved{confirmed(dialogs)}"


def _save(
    tab: AppTab, what: str, left: Callable[[], Sequence[str]], reopen: Callable[[], object]
) -> tuple[Sequence[str], Sequence[str]]:
    """What is not as wanted after the click, and what the page said instead of saving."""
    if not tab.editing():
        return left(), ()
    answer = tab.save()
    if answer.field_errors:
        raise FieldRefused(f"The org did not save the {what}: {'; '.join(answer.field_errors)}")
    if answer.done and not left():
        return (), ()
    reopen()  # no answer came, or the page still shows what it held before
    return left(), answer.page_errors


def confirmed(dialogs: Sequence[str]) -> str:
    """The end of a sentence: which of the browser's own dialogs were answered with OK, as nobody documented their words."""
    return "".join(f'; the dialog "{" ".join(words.split())}" was confirmed with OK' for words in dialogs)
