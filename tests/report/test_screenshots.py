"""Screenshots of pages: masked where secrets are, and never of a private phase."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Page

from automation.artifacts import ArtifactsRecorder, evidence
from automation.report.screenshots import Screenshots, screenshot
from automation.steps import StepResult
from tests.step_results import step_result

pytestmark = pytest.mark.browser

PLACE = "position:absolute;left:20px;width:200px;height:40px;border:0"
FORM = f"""
<body style="margin:0;background:white">
<input value="READ ME" style="{PLACE};top:20px;background:lime">
<input type="password" value="hunter2" style="{PLACE};top:100px;background:red">
<input autocomplete="one-time-code" value="123456" style="{PLACE};top:180px;background:red">
"""
COVERED = FORM + "<runbook-banner style='position:fixed;inset:0;background:red'></runbook-banner>"


def address(text: str) -> str:
    return f"data:text/html,{quote(text)}"


COLOURS = """async source => {
  const image = new Image(); image.src = source; await image.decode();
  const canvas = document.createElement('canvas'); canvas.width = image.width; canvas.height = image.height;
  const paint = canvas.getContext('2d'); paint.drawImage(image, 0, 0);
  const seen = (top) => {
    const data = paint.getImageData(20, top, 200, 40).data; const found = {red: 0, green: 0, grey: 0, all: 200 * 40};
    for (let i = 0; i < data.length; i += 4) {
      const [r, g, b] = [data[i], data[i + 1], data[i + 2]];
      if (r > 180 && g < 80 && b < 80) found.red++;
      if (g > 180 && r < 80 && b < 80) found.green++;
      if (Math.abs(r - 122) < 20 && Math.abs(g - 122) < 20 && Math.abs(b - 122) < 20) found.grey++;
    }
    return found;
  };
  return [20, 100, 180].map(seen);
}"""


def fields(page: Page, data: bytes, kind: str = "jpeg") -> list[dict[str, int]]:
    """How many pixels of each colour the three fields of the form have in a screenshot: open, password, code."""
    page.set_content("")
    found: list[dict[str, int]] = page.evaluate(COLOURS, f"data:image/{kind};base64,{base64.b64encode(data).decode()}")
    return found


def test_fields_with_secrets_are_painted_over_and_others_are_not(page: Page) -> None:
    page.goto(address(FORM))
    data = screenshot(page)
    assert data is not None
    shown, password, code = fields(page, data)
    assert shown["green"] > 0.5 * shown["all"]
    for hidden in (password, code):
        assert hidden["red"] == 0
        assert hidden["grey"] > 0.95 * hidden["all"]


def test_the_screenshot_of_a_failure_paints_them_over_too(page: Page, tmp_path: Path) -> None:
    page.goto(address(FORM))
    evidence.collect([page], tmp_path / "evidence", private=False)
    shown, password, code = fields(page, (tmp_path / "evidence" / "page-1.png").read_bytes(), "png")
    assert shown["green"] > 0.5 * shown["all"]
    assert password["red"] == code["red"] == 0


@pytest.mark.parametrize("banner", [False, True])
def test_the_own_banner_is_only_left_out_where_there_may_be_one(banner: bool, page: Page) -> None:
    page.goto(address(COVERED))
    data = screenshot(page, banner=banner)
    assert data is not None
    assert (fields(page, data)[0]["red"] == 0) is banner


def ended(id: str, result: str = "changed") -> StepResult:
    return step_result(id, result, 0, "")


@pytest.fixture
def camera(page: Page, tmp_path: Path) -> Any:
    """Makes `Screenshots` of a page that is open."""
    page.goto("data:text/html,<h1>Policies</h1>")

    def make(mode: Any) -> Screenshots:
        made = Screenshots(tmp_path, mode)
        made.attach(ArtifactsRecorder(tmp_path, "off"), page)
        return made

    return make


STEPS = [
    ended("1.1", "unchanged"), ended("1.4"), ended("1.7"), ended("2.3", "failed"), ended("2.6", "unchanged"), ended("3.5"),
    ended("4.5", "failed"), ended("4.7"), ended("5.1"),
]  # fmt: skip


@pytest.mark.parametrize(("mode", "taken"), [("off", []), ("on", ["1.7", "2.3", "3.5"]), ("only-on-failure", ["2.3"])])
def test_screenshots_are_taken_after_saves_and_failures_and_never_of_a_private_step(
    mode: str, taken: list[str], camera: Any, tmp_path: Path
) -> None:
    made = camera(mode)
    for step in STEPS:
        made.step_ended(step)
    assert list(made.taken) == taken
    assert all((tmp_path / path).stat().st_mode & 0o777 == 0o600 for path in made.taken.values())


def test_a_private_phase_has_no_screenshot_and_neither_has_what_follows_its_failure(
    camera: Any, tmp_path: Path, page: Page
) -> None:
    made = camera("on")
    recorder = ArtifactsRecorder(tmp_path, "off")
    made.attach(recorder, page)
    with recorder.nothing_recorded():
        made.step_ended(ended("3.5"))
    with pytest.raises(ValueError, match="seen"), recorder.nothing_recorded():
        raise ValueError("seen")
    made.step_ended(ended("5.1", "failed"))
    assert made.taken == {}
    assert not (tmp_path / "screenshots").exists()


def test_a_page_that_is_gone_or_was_never_opened_has_no_screenshot(page: Page) -> None:
    assert screenshot(page) is None
    page.close()
    assert screenshot(page) is None
