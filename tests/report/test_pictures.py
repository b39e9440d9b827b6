"""Pictures of pages: masked where secrets are, never of a private phase, and cheap."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Page

from automation.artifacts import Recorder, evidence
from automation.report import pictures
from automation.report.pictures import Pictures, photograph
from automation.steps.runner import StepResult
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
    """How many pixels of each colour the three fields of the form have in a picture: open, password, code."""
    page.set_content("")
    found: list[dict[str, int]] = page.evaluate(COLOURS, f"data:image/{kind};base64,{base64.b64encode(data).decode()}")
    return found


def test_fields_with_secrets_are_painted_over_and_others_are_not(page: Page) -> None:
    page.goto(address(FORM))
    data = photograph(page)
    assert data is not None
    shown, password, code = fields(page, data)
    assert shown["green"] > 0.5 * shown["all"]
    for hidden in (password, code):
        assert hidden["red"] == 0
        assert hidden["grey"] > 0.95 * hidden["all"]


def test_the_picture_of_a_failure_paints_them_over_too(page: Page, tmp_path: Path) -> None:
    page.goto(address(FORM))
    evidence.collect([page], tmp_path / "evidence", private=False)
    shown, password, code = fields(page, (tmp_path / "evidence" / "page-1.png").read_bytes(), "png")
    assert shown["green"] > 0.5 * shown["all"]
    assert password["red"] == code["red"] == 0


@pytest.mark.parametrize("banner", [False, True])
def test_the_own_banner_is_only_left_out_where_there_may_be_one(banner: bool, page: Page) -> None:
    page.goto(address(COVERED))
    data = photograph(page, banner=banner)
    assert data is not None
    assert (fields(page, data)[0]["red"] == 0) is banner


def ended(id: str, result: str = "changed") -> StepResult:
    return step_result(id, result, 0, "")


@pytest.fixture
def camera(page: Page, tmp_path: Path) -> Any:
    """Makes `Pictures` of a page that is open."""
    page.goto("data:text/html,<h1>Policies</h1>")

    def make(wanted: Any = "changed", **options: Any) -> Pictures:
        made = Pictures(tmp_path, wanted, **options)
        made.attach(Recorder(tmp_path, "off"), page)
        return made

    return make


STEPS = [
    ended("1.1", "unchanged"), ended("1.7"), ended("2.1", "skipped"), ended("2.3", "unchanged"), ended("3.5"),
    ended("4.3", "unchanged"), ended("4.7"), ended("5.1"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("wanted", "taken"), [("off", []), ("changed", ["1.7", "3.5"]), ("all", ["1.1", "1.7", "2.3", "3.5", "4.3", "4.7"])]
)
def test_pictures_are_taken_of_the_steps_that_were_asked_for(wanted: str, taken: list[str], camera: Any, tmp_path: Path) -> None:
    made = camera(wanted)
    for step in STEPS:
        made.step_ended(step)
    assert list(made.taken) == taken
    assert all((tmp_path / path).stat().st_mode & 0o777 == 0o600 for path in made.taken.values())


def test_a_private_phase_has_no_picture_and_neither_has_what_follows_its_failure(camera: Any, tmp_path: Path, page: Page) -> None:
    made = camera("all")
    recorder = Recorder(tmp_path, "off")
    made.attach(recorder, page)
    with recorder.nothing_recorded():
        made.step_ended(ended("4.5"))
    with pytest.raises(ValueError, match="seen"), recorder.nothing_recorded():
        raise ValueError("seen")
    made.step_ended(ended("4.6", "failed"))
    assert made.taken == {}
    assert not (tmp_path / "pictures").exists()


def test_pictures_cost_at_most_a_twentieth_of_a_run_but_for_saves_and_failures(
    camera: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]

    def slow(_page: Page, *, banner: bool = False) -> bytes:
        now[0] += 1.0
        return b"jpeg"

    monkeypatch.setattr(pictures, "photograph", slow)
    made = camera(clock=lambda: now[0])
    for number in ("1.3", "1.4", "1.5", "1.7", "2.4"):
        now[0] += 19.0 if number == "1.3" else 0.0
        now[0] += 1.0
        made.step_ended(ended(number))
    now[0] += 60.0
    made.step_ended(ended("2.5"))
    made.step_ended(ended("3.4", "failed"))
    assert list(made.taken) == ["1.4", "1.7", "2.5", "3.4"]
    assert made.seconds == 4.0


def test_a_page_that_is_gone_or_was_never_opened_has_no_picture(page: Page) -> None:
    assert photograph(page) is None
    page.close()
    assert photograph(page) is None
