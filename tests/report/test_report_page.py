"""The report page as its readers meet it: complete, safe, accessible, on any screen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from automation.errors import OrgUnavailable
from automation.report.files import write_index, write_reports
from automation.report.html import duration
from automation.report.json_result import as_json
from automation.report.result import RunResult

from .samples import failed, good

pytestmark = pytest.mark.browser

SLOW = pytest.mark.slow
SCREENS = [("light", 1200), ("dark", 360), pytest.param("dark", 1200, marks=SLOW), pytest.param("light", 360, marks=SLOW)]


def written(result: RunResult, folder: Path, page: Page) -> Path:
    """The report with a screenshot and evidence, as a run leaves it."""
    page.set_content("<h1>Policies saved</h1>")
    (folder / "screenshots").mkdir(parents=True)
    (folder / "screenshots" / "3.5.jpg").write_bytes(page.screenshot(type="jpeg"))
    if result.error is not None:
        (folder / "evidence").mkdir()
        (folder / "evidence" / "page-1.txt").write_text("address: https://acme/\ntitle: Oops\n- heading <script>alert(1)</script>")
        (folder / "evidence" / "page-1.png").write_bytes(page.screenshot())
    return write_reports(result, folder)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> dict[str, Path]:
    """One page of each kind, to look at."""
    folder = tmp_path_factory.mktemp("reports")
    with browser.new_page() as page:
        made = {"good": written(good(folder / "good"), folder / "good", page)}
        made["failed"] = written(failed(folder / "failed"), folder / "failed", page)
    made["index"] = write_index(folder, [as_json(good(folder / "good")), as_json(failed(folder / "failed"))])
    return made


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Any]:
    """Opens a file on a screen; the page has no network."""
    contexts = []

    def opened(path: Path, scheme: Any = "light", width: int = 1200, **options: Any) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True, **options)
        contexts.append(context)
        page = context.new_page()
        page.goto(path.as_uri())
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.mark.parametrize(("scheme", "width"), SCREENS)
def test_axe_finds_nothing(scheme: str, width: int, pages: dict[str, Path], open_page: Any) -> None:
    for path in pages.values():
        page = open_page(path, scheme, width, bypass_csp=True)  # for axe, which the page's own policy would refuse
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        found = Axe().run(page).response["violations"]
        assert not found, [(one["id"], [node["html"] for node in one["nodes"]]) for one in found]


@pytest.mark.parametrize("width", [320, 390, 1200])
def test_nothing_has_to_be_scrolled_sideways(width: int, pages: dict[str, Path], open_page: Any) -> None:
    for path in pages.values():
        page = open_page(path, width=width)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_the_page_needs_no_other_file_no_script_and_no_network(pages: dict[str, Path], open_page: Any) -> None:
    for path in pages.values():
        text = path.read_text()
        assert not re.search(
            r"<script|<link rel=.stylesheet|@import|url\(|\bon\w+=\"|srcset|https?://(?!www\.w3\.org/2000/svg)", _markup(text)
        )
        assert "default-src 'none'" in text
        page = open_page(path)
        page.reload()
        assert not page.console_messages()
        assert page.evaluate("getComputedStyle(document.querySelector('.card')).borderTopStyle") == "solid", "the style is refused"


def _markup(text: str) -> str:
    """The page without the texts that readers see."""
    return re.sub(r">[^<]*<", "><", re.sub(r"<style>.*?</style>", "", text, flags=re.DOTALL))


def test_what_a_page_of_the_org_says_is_shown_and_never_run(pages: dict[str, Path], open_page: Any) -> None:
    page = open_page(pages["failed"])
    page.get_by_text("accessibility tree").click()
    assert page.get_by_text("<script>alert(1)</script>").is_visible()
    assert open_page(pages["good"]).get_by_role("heading", name="Service <Board> Sync", level=1).is_visible()


def test_a_failure_is_explained_at_the_top(pages: dict[str, Path], open_page: Any) -> None:
    page = open_page(pages["failed"])
    why = page.get_by_role("region", name="Why it failed")
    result = failed(Path("x"))
    assert result.error is not None
    why.get_by_text("accessibility tree").click()
    for text in (result.error.message, result.error.next, "step 3.4", "title: Oops"):
        assert why.get_by_text(text).first.is_visible(), text
    assert why.bounding_box()["y"] < 400
    why.get_by_role("link", name="step 3.4").click()
    assert page.url.endswith("#step-3.4")
    assert page.locator("#step-3\\.5").get_by_text("not reached").is_visible()


def test_evidence_shows_the_page_at_the_failure(pages: dict[str, Path], open_page: Any) -> None:
    screenshot = open_page(pages["failed"]).get_by_role("img", name="The page at the moment of the failure")
    assert screenshot.evaluate("image => image.complete && image.naturalWidth > 0")


def test_a_screenshot_opens_large_by_mouse_and_by_keyboard(pages: dict[str, Path], open_page: Any) -> None:
    page = open_page(pages["good"])
    screenshot = page.get_by_role("img", name="The page after step 3.5")
    small = screenshot.bounding_box()["width"]
    screenshot.click()
    large = screenshot.bounding_box()["width"]
    assert large > 2 * small
    page.keyboard.press("Enter")
    assert screenshot.bounding_box()["width"] == small


def test_every_fact_of_a_run_is_on_its_page(pages: dict[str, Path], open_page: Any) -> None:
    text = open_page(pages["good"]).locator("body").inner_text()
    for fact in (
        "acme--dev.sandbox.my.salesforce.com", "00DWV0000XAwTdY", "Sandbox", "Service_Board_Sync", "0xIWV0000ilGHwY",
        "sync@acme.com", "dotenv:credentials/acme.env", "PKCE is locked by Salesforce <b>here</b>", "Enforce IP restrictions",
        "Waiting for the org", "2026-11-24 12:00:00 UTC", "6.3 s", "what happened at 3.4",
    ):  # fmt: skip
        assert fact in text, fact


def test_success_is_not_claimed_without_a_proof(tmp_path: Path, open_page: Any) -> None:
    result = good(tmp_path)
    result.state.proof.token = False
    text = open_page(write_reports(result, tmp_path)).locator("header").inner_text()
    assert "proven" not in text
    assert "the credentials were not tested" in text


def test_a_run_that_failed_before_an_org_was_known_has_a_page_too(tmp_path: Path, open_page: Any) -> None:
    result = replace(failed(tmp_path, OrgUnavailable("no answer")), spec=None, steps=(), details=None)
    assert open_page(write_reports(result, tmp_path)).get_by_text("No step was begun.").is_visible()


def test_the_page_of_many_orgs_has_a_row_each_with_those_first_that_need_somebody(pages: dict[str, Path], open_page: Any) -> None:
    page = open_page(pages["index"])
    rows = page.get_by_role("row").all_inner_texts()[1:]
    assert ["Failed" in row for row in rows] == [True, False]
    assert "No combobox labelled" in rows[0]
    page.get_by_role("link").nth(1).click()
    assert page.get_by_role("heading", name="Service <Board> Sync").is_visible()


def test_the_page_of_many_orgs_takes_the_lines_of_json_and_links_only_what_is_there(tmp_path: Path, open_page: Any) -> None:
    waiting = {**as_json(failed(tmp_path / "gone")), "outcome": "waiting", "name": "acme-dev", "why": "mid-refresh"}
    page = open_page(write_index(tmp_path, [waiting]))
    assert page.get_by_role("row").nth(1).get_by_text("Try again later").is_visible()
    assert page.get_by_role("link").count() == 0


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.01, ""), (0.44, "0.4 s"), (59.9, "59.9 s"), (125, "2 min 5 s"), (7300, "2 h 1 min")]
)
def test_durations_are_short(seconds: float, text: str) -> None:
    assert duration(seconds) == text
