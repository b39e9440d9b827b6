"""A browser whose network is closed, and the recordings to replay: the committed ones, or those of ``--recording``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from automation.record import SUFFIX, file
from automation.record.file import PageCopy, Recording
from flows.pages.labels import Labels
from tests.replay.replay import NOBODY, opened

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Playwright

COMMITTED = Path(__file__).parents[1] / "recordings"
GREEN = ("winter27", "summer25")
"""The committed recordings of runs that went well; ``renamed`` has a test of its own."""


@pytest.fixture(scope="session")
def closed_browser(playwright: Playwright) -> Iterator[Browser]:
    """A browser of its own, as the shared one has a way to the replica."""
    from automation.browser.find import find_browser
    from automation.browser.launch import FLAGS
    from automation.settings import load_settings

    least = {
        "SF_LOGIN_URL": "https://org1--box1.sandbox.my.salesforce.com",
        "SF_FRONTDOOR_URL": "https://org1--box1.sandbox.my.salesforce.com/x",
    }
    least |= {"ECA_CONTACT_EMAIL": "a@b.example", "ECA_CALLBACK_URL": "https://b.example/", "ECA_RUN_AS": "a@b.example"}
    found = find_browser(load_settings(least, None), Path(playwright.chromium.executable_path), headed=False)
    browser = playwright.chromium.launch(
        executable_path=found.executable, channel=found.channel, args=list(FLAGS), proxy={"server": NOBODY}
    )
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def _open_pages(closed_browser: Browser) -> Iterator[tuple[ExitStack, dict[int, Page]]]:
    with ExitStack() as stack:
        yield stack, {}


@pytest.fixture
def each_page_once(_open_pages: tuple[ExitStack, dict[int, Page]], monkeypatch: pytest.MonkeyPatch) -> None:
    """Recorded pages stay open for the lookups of later steps: without scripts, none changes one."""
    stack, pages = _open_pages

    @contextmanager
    def opened_once(browser: Browser, recorded: PageCopy) -> Iterator[Page]:
        if id(recorded) not in pages:
            pages[id(recorded)] = stack.enter_context(opened(browser, recorded))
        yield pages[id(recorded)]

    monkeypatch.setattr("tests.replay.replay.opened", opened_once)


@pytest.fixture
def labels_file(pytestconfig: pytest.Config) -> Path | None:
    """A label file of the user's own, to see whether it fixes a failed replay."""
    given = pytestconfig.getoption("--labels-file")
    return Path(given) if given else None


def recordings(config: pytest.Config) -> list[Recording]:
    """Those of ``--recording``, else the committed green ones."""
    given = [Path(path) for path in config.getoption("--recording")]
    return [file.read(path) for path in given or [COMMITTED / (name + SUFFIX) for name in GREEN]]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test per recording and step."""
    if {"recording", "recorded_step"} <= set(metafunc.fixturenames):
        cases = [(recording, step) for recording in recordings(metafunc.config) for step in recording.recorded_steps]
        metafunc.parametrize(
            ("recording", "recorded_step"), cases, ids=[f"{recording.name}-{step.id}" for recording, step in cases]
        )


@pytest.fixture
def replay_labels(recording: Recording, labels_file: Path | None) -> Labels:
    """The labels of the recording's language, with those of ``--labels-file`` over them."""
    return Labels(recording.language, labels_file)
