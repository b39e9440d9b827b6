"""Every lookup of a recorded run comes out the same at its recorded pages, without the org."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.replay.replay import Replay

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from automation.record.file import RecordedStep, Recording
    from flows.pages.labels import Labels

pytestmark = pytest.mark.browser


@pytest.mark.usefixtures("each_page_once")
def test_step_finds_and_reads_what_it_did_in_the_run(
    closed_browser: Browser, recording: Recording, recorded_step: RecordedStep, replay_labels: Labels
) -> None:
    """Each locator finds exactly one visible control, each read gives the recorded value, each page is recognised."""
    misses = Replay(recording, closed_browser, replay_labels).misses(recorded_step)
    if misses:
        text = "\n\n".join(miss.text for miss in misses)
        pytest.fail(f"{recording.name}, step {recorded_step.id} {recorded_step.title}:\n{text}", pytrace=False)
