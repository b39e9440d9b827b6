"""Replay: the looks of a recorded run, taken again at the recorded pages, with the network closed.

Each look has to find exactly one control, each read to give the recorded value, each page to be recognised. A look that
failed in the run has to succeed too, as a recording of a failed run becomes green only once labels are fixed.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from playwright.sync_api import Browser, Page, Route

from automation.errors import FieldRefused, NotPermitted, OrgUnavailable, RunbookError, SessionLost, Sought, UnexpectedPage
from automation.record.file import RecordedPage, RecordedStep, Recording
from automation.record.looks import Again, Look, plain
from flows.pages.base import names_by_role
from flows.pages.labels import Labels

NEAREST: Final = 3
"""How many candidates a failure names."""
CLOSED_DOOR: Final = {"server": "http://127.0.0.1:9"}
"""A proxy that no one answers at: what is not fulfilled from the recording does not leave the browser."""

PROBLEMS: Final = frozenset({SessionLost.kind, NotPermitted.kind, OrgUnavailable.kind})
"""What a page may be recognised as instead of what was wanted. That has to stay so; other failures are to be fixed."""


@dataclass(frozen=True)
class Miss:
    """A look that did not come out as recorded.

    Attributes:
        text: what happened, with the nearest candidates and, where a label may be the cause, a line for the label file.
    """

    look: Look
    text: str


class Replay:
    """Takes the looks of one recording again.

    Args:
        browser: any; its pages are only served what was recorded.
        labels: those to look with; by default the built-in ones of the recording's language.
        seconds: for each wait. Recorded pages do not change, so only a busy machine needs them, and a look that fails.
    """

    def __init__(self, recording: Recording, browser: Browser, labels: Labels | None = None, seconds: float = 5.0) -> None:
        self.recording = recording
        self.browser = browser
        self.labels = labels or Labels(recording.language)
        self.seconds = seconds

    def misses(self, step: RecordedStep) -> list[Miss]:
        """What did not come out as recorded in a step; empty when all did."""
        found: list[Miss] = []
        looks = self.recording.looks_of(step.id)
        for number in dict.fromkeys(look.page for look in looks):
            with opened(self.browser, self.recording.page(number)) as page:
                again = Again(page, self.labels, self.seconds)
                found += [miss for look in looks if look.page == number for miss in self._taken(again, look)]
        return found

    def _taken(self, again: Again, look: Look) -> Iterator[Miss]:
        try:
            value = again.do(look)
        except RunbookError as error:
            if look.failed != error.kind or isinstance(error, UnexpectedPage | FieldRefused) or look.kind == "find":
                yield Miss(look, self._explained(again, look, error))
            return
        if look.kind == "arrive" and look.failed in PROBLEMS:
            yield Miss(look, f"{look} on page {look.page}: the page was recognised as {look.failed} in the run, and is not now.")
        if look.kind == "shown" and value.count() != 1:
            yield Miss(look, f"{look}: found {value.count()} on page {look.page} instead of one.")
        if look.kind == "read" and look.failed is None and plain(value) != look.value:
            yield Miss(look, self._read_otherwise(again, look, plain(value)))

    def _explained(self, again: Again, look: Look, error: RunbookError) -> str:
        wanted = error.sought if isinstance(error, UnexpectedPage) else ()
        lines = [error.message, *(line for one in wanted for line in self._suggested(look, one))]
        return "\n".join([f"{look} on page {look.page} ({self.recording.page(look.page).title}):", *lines])

    def _read_otherwise(self, again: Again, look: Look, value: Any) -> str:
        text = f"{look} on page {look.page}: read {value!r}, recorded was {look.value!r}."
        if look.key is None or value is not None:
            return text
        there = [name for role in ("textbox", "combobox", "checkbox") for name in names_by_role(again.page, role)]
        return "\n".join([text, *self._suggested(look, Sought("field", self.labels[look.key], tuple(there)))])

    def _suggested(self, look: Look, wanted: Sought) -> Iterator[str]:
        """The nearest names that are no other label's, and the line of the label file with the first of them."""
        key = look.key or next(iter(self.labels.keys_of(wanted.label)), None)
        near = candidates(wanted, self.labels)
        if key is None or not near:
            return
        table, _, name = key.partition(".")
        texts = ", ".join(f'"{text}"' for text in (*self.labels.label(key).texts, near[0]))
        yield f"Label {key}; nearest {wanted.role} that is no other known label: " + ", ".join(f'"{one}"' for one in near)
        yield f"If that is the control, put this line into flows/pages/labels/{self.labels.language}.toml or your LABELS_FILE:"
        yield f"[{table}]"
        yield f'{name} = {{ text = [{texts}], source = "{self.recording.name}" }}'


def candidates(wanted: Sought, labels: Labels) -> list[str]:
    """Names that were there and belong to no other label, nearest first."""
    known = labels.keys()
    foreign = [name for name in wanted.there if not any(labels.same(key, name) for key in known)]
    near = difflib.get_close_matches(wanted.label, foreign, NEAREST, 0.0)
    return [name.strip("* ") for name in near]


@contextmanager
def opened(browser: Browser, recorded: RecordedPage) -> Iterator[Page]:
    """A page at its recorded address. Scripts do not run, and no request leaves the browser."""
    context = browser.new_context(java_script_enabled=False, offline=False)
    try:
        page = context.new_page()

        def serve(route: Route) -> None:
            if route.request.is_navigation_request() and route.request.url == recorded.address:
                route.fulfill(body=recorded.html, content_type="text/html; charset=utf-8")
            else:
                route.abort()

        page.route("**/*", serve)
        page.goto(recorded.address, wait_until="domcontentloaded")
        yield page
    finally:
        context.close()
