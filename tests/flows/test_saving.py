"""Saving a tab: what counts is what is read afterwards, whatever the page answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, cast

import pytest

from automation.errors import FieldRefused, PageTrouble, ReadBackDiffers, RunbookError, SaveRefused
from flows.app.save import save_and_read
from flows.pages.commit import Answer

DONE, SILENT = Answer(done=True), Answer(done=False)


class Tab:
    """A tab that answers as the test says."""

    def __init__(self, answer: Answer) -> None:
        self._answer, self.clicks = answer, 0

    def save(self) -> Answer:
        self.clicks += 1
        return self._answer


class Confirmation:
    """The browser's own dialogs with these words."""

    def __init__(self, *words: str) -> None:
        self.words = words

    @contextmanager
    def expected(self) -> Iterator[Sequence[str]]:
        yield self.words


class Saved:
    """One save, with what is read before and after the page is loaded again."""

    def __init__(self, tab: Tab, readings: Sequence[Sequence[str]], *dialogs: str) -> None:
        self.tab, self.readings, self.loads, self.confirmation = tab, list(readings), 0, Confirmation(*dialogs)

    def __call__(self) -> str:
        tab, app = cast("Any", self.tab), cast("Any", self)
        return save_and_read(tab, "policies", app, lambda: self.readings.pop(0))

    def reload(self) -> None:
        self.loads += 1


def test_a_save_that_reads_back_is_done_with_one_click() -> None:
    """Nothing is loaded again."""
    saved = Saved(Tab(DONE), [[]])
    assert saved() == "policies saved"
    assert (saved.tab.clicks, saved.loads) == (1, 0)


@pytest.mark.parametrize("readings", [[["Run As: a -> b"], []]], ids=["the old record is shown for a moment"])
def test_a_page_that_shows_what_was_there_before_is_read_again(readings: list[list[str]]) -> None:
    saved = Saved(Tab(DONE), readings)
    assert saved() == "policies saved"
    assert (saved.tab.clicks, saved.loads) == (1, 1)


def test_a_lost_answer_is_looked_up() -> None:
    """The page is loaded again; nothing is clicked a second time."""
    saved = Saved(Tab(SILENT), [[]])
    assert saved() == "policies saved"
    assert (saved.tab.clicks, saved.loads) == (1, 1)


def test_the_words_of_a_dialog_are_reported() -> None:
    """Nobody documented them, so they are worth reading."""
    assert Saved(Tab(DONE), [[]], "Really  do\nthis?")() == 'policies saved; the dialog "Really do this?" was confirmed with OK'


@pytest.mark.parametrize(
    ("answer", "readings", "kind", "said"),
    [
        (Answer(False, ("Run As: unknown user",), ("Review the errors",)), [], FieldRefused, "Run As: unknown user"),
        (Answer(False, (), ("Not now, please.",)), [["Run As: a -> b"]], SaveRefused, "It said: Not now, please."),
        (SILENT, [["Run As: a -> b"]], PageTrouble, "Save got no response, and the policies still differ: Run As: a -> b"),
        (DONE, [["Run As: a -> b"], ["Run As: a -> b"]], ReadBackDiffers, "still differ: Run As: a -> b"),
    ],
)
def test_what_is_not_there_is_never_taken_for_saved(
    answer: Answer, readings: list[list[str]], kind: type[RunbookError], said: str
) -> None:
    with pytest.raises(kind, match=said) as caught:
        Saved(Tab(answer), readings)()
    assert type(caught.value) is kind
