"""A full disk of the run folder costs the journal, the trace or the evidence, and never the run."""

from __future__ import annotations

import errno
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest

from automation.artifacts import ArtifactsRecorder, evidence
from automation.artifacts import recorder as artifacts
from automation.artifacts.run_folder import Journal
from automation.errors import ElementNotFound, Sought
from automation.report.screenshots import Screenshots
from flows.pages.labels import Labels
from flows.pages.suggestions import suggest_labels
from tests.step_results import step_result

FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


class Tracing:
    """A browser's tracing that writes what it is given."""

    def __init__(self, written: bytes) -> None:
        self.written = written

    def start(self, **_: Any) -> None: ...

    def stop(self, path: Path) -> None:
        path.write_bytes(self.written)


class Context:
    def __init__(self, written: bytes) -> None:
        self.tracing = Tracing(written)
        self.pages = [object()]


def full(*_: Any, **__: Any) -> None:
    raise FULL


def recorded(folder: Path, written: bytes) -> ArtifactsRecorder:
    recorder = ArtifactsRecorder(folder, "on")
    recorder.attach(Context(written))  # type: ignore[arg-type]
    recorder._start()
    return recorder


def test_the_journal_says_once_that_it_is_cut_off(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    journal = Journal(tmp_path / "gone" / "journal.jsonl")
    for _ in range(3):
        journal.note("step_begun", step="1.7")
    assert [record.getMessage() for record in caplog.records] == ["The journal could not be written: No such file or directory."]


@pytest.mark.parametrize("written", [b"", b"PK half a file"])
def test_a_trace_that_the_browser_could_not_write_is_left_out(
    tmp_path: Path, written: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    assert recorded(tmp_path, written).finish(failed=True) == []
    assert not list(tmp_path.glob("trace*"))
    assert "could not be kept" in caplog.text


def test_a_trace_that_can_not_be_scrubbed_again_is_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither a half-written part nor one that may hold a secret stays."""
    with zipfile.ZipFile(tmp_path / "whole.zip", "w") as archive:
        archive.writestr("trace.trace", "{}")
    recorder = recorded(tmp_path, (tmp_path / "whole.zip").read_bytes())
    recorder.detach()
    assert len(recorder.parts) == 1
    monkeypatch.setattr(artifacts, "scrub_trace", full)
    assert recorder.finish(failed=True) == []
    assert not (tmp_path / "trace-1.zip").exists()
    assert "No space left on device" in caplog.text


def test_evidence_screenshots_and_suggestions_are_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(evidence, "collect", full)
    assert recorded(tmp_path, b"").collect_evidence() is None
    monkeypatch.setattr("flows.pages.suggestions.write_private", full)
    error = ElementNotFound("x", sought=(Sought("textbox", "API Name", ("Other",)),))
    suggest_labels(error, Labels(), tmp_path, private=False)
    assert caplog.text.count("could not be kept") == 2
    assert "labels.toml" not in error.next


def test_a_screenshot_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("automation.report.screenshots.screenshot", lambda *_, **__: b"jpeg")
    monkeypatch.setattr("automation.report.screenshots.write_private", full)
    screenshots = Screenshots(tmp_path, "on")
    screenshots.attach(ArtifactsRecorder(tmp_path), object())  # type: ignore[arg-type]
    screenshots.step_ended(step_result("1.7", "changed", 0.1))
    assert screenshots.taken == {}
