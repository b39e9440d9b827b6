"""The review page of a recording marks which of the open questions it answers."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from automation.record import file
from automation.record.questions import QUESTIONS, answers
from automation.record.recorded_run import review_page

RECORDINGS = Path(__file__).parent.parent / "recordings"

ANSWERS = {
    "1a": "Enable Client Credentials Flow (page 15)",
    "1b": "Enable Client Credentials Flow (page 20)",
    "4": "form: home; app: detail",
    "7": "2",
    "10": "Move to Selected OAuth Scopes, Move to Available OAuth Scopes (page 8)",
    "14": "locked (page 8)",
    "15": "Enforce IP restrictions / Enforce IP restrictions, but relax for refresh tokens / "
    "Relax IP restrictions for activated devices / Relax IP restrictions (page 24)",
    "16": "EmailVerificationFinishUi/e",
    "17": "classic",
    "20": "native shadow roots",
}


def test_a_whole_run_answers_what_its_pages_show() -> None:
    recording = file.read(RECORDINGS / "winter27.recording.zip")
    assert {question.id: answer for question, answer in answers(recording) if answer} == ANSWERS


def test_a_run_that_broke_off_leaves_the_rest_open() -> None:
    """Nothing is concluded from pages that were never reached."""
    found = dict(answers(file.read(RECORDINGS / "renamed.recording.zip")))
    assert [question.id for question, answer in found.items() if answer] == ["20"]


def test_no_confirmation_is_an_answer_only_where_the_box_was_ticked() -> None:
    recording = file.read(RECORDINGS / "winter27.recording.zip")
    silent = dataclasses.replace(recording, pages=tuple(dataclasses.replace(page, tree="") for page in recording.pages))
    assert {one.id: answer for one, answer in answers(silent)}["1a"] == "no confirmation in the page"


def test_the_review_page_shows_answers_and_what_to_look_at() -> None:
    page = review_page(file.read(RECORDINGS / "winter27.recording.zip"))
    assert f"Answered by this recording: {len(ANSWERS)} of {len(QUESTIONS)}" in page
    assert "&#10003; locked (page 8)" in page
    assert "open: Policies &gt; Edit, change something, Cancel." in page


def test_every_question_has_a_number_and_something_to_look_at() -> None:
    assert len({question.id for question in QUESTIONS}) == len(QUESTIONS)
    assert all(question.text and question.look_at for question in QUESTIONS)
