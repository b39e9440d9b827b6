"""Recordings: made without a name or a secret of the org; a changed label is named so that it can be fixed."""

from __future__ import annotations

import os
import stat
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from automation.errors import UsageError
from automation.record import SUFFIX, file
from automation.record import __main__ as command
from automation.record.lookups import WATCHES
from automation.record.recorded_run import review_of
from automation.record.watching import watching
from automation.secrets import secret as secrets
from flows.pages.labels import Labels
from tests.forgetting import only_own
from tests.recordings.make import FOLDER, record
from tests.replay.replay import OWNERS, Replay

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from automation.record.file import Recording
    from automation.replica import OrgHandle

RENAMED = """\
TextField "create.contact_email" find textbox on page 5 (External Client App Manager | Salesforce):
No textbox labelled "Contact Email"; closest matches: "Contact Email Address", "Contact Phone", """
SUGGESTED = """\
Label create.contact_email; nearest textbox that is no other known label: "Contact Email Address", "Contact Phone", "Logo Image URL"
If that is the control, put this line into flows/pages/labels/en.toml or your LABELS_FILE:
[create]
contact_email = { text = ["Contact Email", "Contact Email Address"], source = "renamed" }"""


def committed(name: str) -> Recording:
    return file.read(FOLDER / (name + SUFFIX))


def misses(recording: Recording, browser: Browser, step: str, labels: Labels | None = None) -> list[str]:
    wanted = next(one for one in recording.steps if one.id == step)
    return [miss.text for miss in Replay(recording, browser, labels, seconds=2.0).misses(wanted)]


@pytest.mark.browser
def test_a_changed_label_is_named_with_its_step_the_nearest_candidates_and_the_line_that_fixes_it(closed_browser: Browser) -> None:
    (text,) = misses(committed("renamed"), closed_browser, "1.4")
    assert text.startswith(RENAMED)
    assert text.endswith(SUGGESTED)


@pytest.mark.browser
def test_the_suggested_line_fixes_it(closed_browser: Browser, tmp_path: Path) -> None:
    own = tmp_path / "labels.toml"
    own.write_text("\n".join(SUGGESTED.splitlines()[2:]))
    assert misses(committed("renamed"), closed_browser, "1.4", Labels("en", own)) == []


@pytest.mark.browser
def test_a_value_that_reads_otherwise_is_reported(closed_browser: Browser) -> None:
    """A replay that could not fail would prove nothing."""
    recording = committed("winter27")
    reads = [one for one in recording.lookups_of("1.7") if one.kind == "read"]
    lookups = tuple(replace(one, value="other") if one in reads else one for one in recording.lookups)
    found = misses(replace(recording, lookups=lookups), closed_browser, "1.7")
    assert len(found) == len(reads)
    assert "recorded was 'other'" in found[0]


@pytest.mark.browser
def test_a_second_control_of_the_same_name_is_reported(closed_browser: Browser) -> None:
    recording = committed("winter27")
    number = next(one.page for one in recording.lookups_of("1.7") if one.name == "create_button")
    html = recording.page(number).html.replace("</body>", "<button>Create</button></body>")
    pages = tuple(replace(page, html=html) if page.number == number else page for page in recording.pages)
    assert any(
        '2 controls with role button are labelled "Create"' in text
        for text in misses(replace(recording, pages=pages), closed_browser, "1.7")
    )


@pytest.mark.browser
def test_a_control_that_is_waited_for_and_never_comes_is_reported(closed_browser: Browser) -> None:
    """A page that stands still does not hold the replay."""
    recording = committed("winter27")
    pages = tuple(replace(page, html=page.html.replace("Edit", "Change")) for page in recording.pages)
    assert any('"Edit"' in text for text in misses(replace(recording, pages=pages), closed_browser, "2.3"))


@pytest.mark.browser
def test_a_problem_that_is_no_longer_recognised_is_reported(closed_browser: Browser) -> None:
    recording = committed("winter27")
    lookups = tuple(replace(one, failed="session_lost") if one.step == "1.2" else one for one in recording.lookups)
    (text,) = misses(replace(recording, lookups=lookups), closed_browser, "1.2")
    assert "recognised as session_lost in the run, and is not now" in text


@pytest.fixture
def no_secrets() -> Iterator[None]:
    """None of other tests' secrets is known."""
    with only_own(empty=True):
        yield


@pytest.mark.browser
def test_a_recording_holds_no_name_and_no_secret_of_the_org(
    new_org: Callable[..., OrgHandle], browser: Browser, closed_browser: Browser, tmp_path: Path, no_secrets: None
) -> None:
    """Searched in every file of it, and in the page to review it; and it replays."""
    org = new_org("weyland--yutani.sandbox", seed=7, propagation_seconds=0.0)
    path = tmp_path / f"org{SUFFIX}"
    result, run = record(org, path, tmp_path, browser=browser)
    assert result.outcome == "created"
    with zipfile.ZipFile(path) as archive:
        kept = {name: archive.read(name).decode() for name in archive.namelist()}
    kept["review"] = review_of(path).read_text()
    pair, state = run.state.credentials, run.state
    assert pair is not None
    assert state.app_id
    assert state.org_id
    names = {
        "weyland",
        "yutani",
        org.admin.username,
        org.admin.email,
        org.run_as,
        state.app_id[:15],
        state.org_id[:15],
        pair.fingerprint,
    }
    names |= {pair.client_id.reveal(), pair.client_secret.reveal(), org.admin.password, str(tmp_path)}
    assert [(name, found) for name, text in kept.items() for found in names if found.casefold() in text.casefold()] == []
    assert [name for name, text in kept.items() if secrets.holds_secret(text)] == []
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(review_of(path).stat().st_mode) == 0o600
    assert misses(file.read(path), closed_browser, "4.7") == []


def test_the_committed_recordings_are_small_and_made_of_texts_alone() -> None:
    for path in FOLDER.glob("*" + SUFFIX):
        assert path.stat().st_size < 300_000
        with zipfile.ZipFile(path) as archive:
            assert {Path(name).suffix for name in archive.namelist()} == {".json", ".html", ".yml"}


def test_only_a_recording_is_read(tmp_path: Path) -> None:
    path = tmp_path / f"no{SUFFIX}"
    path.write_text("text")
    with pytest.raises(UsageError, match="is no recording"):
        file.read(path)
    file.write({file.MANIFEST: '{"schema": 99}'}, path)
    with pytest.raises(UsageError, match="has form 99"):
        file.read(path)


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    recording = committed("renamed")
    again = file.write(file.members(recording, "review"), tmp_path / f"renamed{SUFFIX}")
    assert file.read(again) == recording


def test_page_objects_are_followed_only_while_a_recording_runs() -> None:
    before = {watch: vars(watch.owner)[watch.name] for watch in WATCHES}
    with watching(None):  # type: ignore[arg-type]  # nobody looks at a page here
        assert all(vars(watch.owner)[watch.name] is not before[watch] for watch in WATCHES)
    assert {watch: vars(watch.owner)[watch.name] for watch in WATCHES} == before


def test_every_recorded_lookup_names_a_class_that_a_replay_knows() -> None:
    for name in ("winter27", "summer25", "renamed"):
        assert {one.owner for one in committed(name).lookups} <= {*OWNERS, ""}


def test_the_name_of_the_file_is_checked_before_anything_is_done(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--to", "pages.zip"]) == 2
    assert "ends in .recording.zip" in capsys.readouterr().err
    assert not os.environ.get("SF_LOGIN_URL")
