"""The banner of a headed run: which documented step is running, in a corner of the page, and what is about to be used.

It is never in the way: no pointer reaches it, it is no part of the accessibility tree and of no locator's reach (a closed
shadow root beside the page's body), and the report's screenshots leave it out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from playwright.sync_api import Error as PlaywrightError

from automation.secrets import scrub
from automation.steps import Step, StepResult

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Locator

RUNNING, FAILED, DONE = "running", "failed", "done"

COLOURS: Final = {RUNNING: "#4da3ff", FAILED: "#ff5c5c", DONE: "#4cc38a"}
"""Of the banner's edge."""

POINT_TIMEOUT: Final = 500
"""Milliseconds for an outline; it is only a help for the eye."""

_SHOW: Final = "state => window.runbookBanner && window.runbookBanner.show(state)"
_POINT: Final = "element => window.runbookBanner && window.runbookBanner.point(element)"


def script() -> str:
    """The script that every page of a headed run gets."""
    return (Path(__file__).parent / "banner.js").read_text(encoding="utf-8")


@dataclass
class Banner:
    """Shows the step; an `Observer`.

    Attributes:
        steps: ids of all steps in order, for "3 of 28".
        acted: called when a person types or clicks in the window (or the tool itself does).
    """

    steps: list[str]
    acted: Callable[[], None] = lambda: None
    _state: dict[str, str] = field(default_factory=dict)
    _context: BrowserContext | None = None

    def attach(self, context: BrowserContext) -> None:
        """Put the banner into every page of the context, also after each navigation."""
        self._context = context
        context.expose_function("runbookState", lambda: self._state)
        context.expose_function("runbookPersonActed", lambda: self.acted())  # noqa: PLW0108  it is replaced later
        context.add_init_script(script())

    def step_started(self, step: Step) -> None:
        number = self.steps.index(step.id) + 1 if step.id in self.steps else 0
        self.say(f"{step.id}  {step.title}\nstep {number} of {len(self.steps)}", RUNNING)

    def step_ended(self, result: StepResult) -> None:
        if result.result == "failed":
            self.say(f"{result.id}  {result.title}\nfailed: {result.note}", FAILED)
        elif self.steps and result.id == self.steps[-1]:
            self.say("All steps are done.", DONE)

    def say(self, text: str, kind: str = RUNNING) -> None:
        """Show a text in all open pages and in those that come."""
        self._state = {"text": scrub(text), "kind": kind, "colour": COLOURS[kind]}
        for page in self._context.pages if self._context is not None else []:
            with suppress(PlaywrightError):  # the page is on its way elsewhere and will ask for the text
                page.evaluate(_SHOW, self._state)

    def point(self, locator: Locator) -> None:
        """Outline a control for a moment."""
        with suppress(PlaywrightError):  # the control or its page is going; whoever uses it will say so
            locator.evaluate(_POINT, timeout=POINT_TIMEOUT)


@contextmanager
def pointing(banner: Banner) -> Iterator[None]:
    """Have the pages report to the banner which control they are about to use."""
    from flows.pages import base

    before = base.about_to_use
    base.about_to_use = banner.point
    try:
        yield
    finally:
        base.about_to_use = before
