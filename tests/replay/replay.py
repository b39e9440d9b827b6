"""Replay: the lookups of a recorded run, made again on the recorded pages, with the network closed.

Each has to find exactly one control, each read to give the recorded value, each page to be recognised. A lookup that
failed in the run has to succeed too, as a recording of a failed run becomes green only once labels are fixed.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from playwright.sync_api import Browser, Page, Route

from automation.errors import FieldRefused, NotPermitted, OrgUnavailable, RunbookError, SessionLost, Sought, UnexpectedPage
from automation.record.file import PageCopy, RecordedStep, Recording
from automation.record.lookups import SECTION, SOUGHT, Lookup, plain
from flows.pages.app_manager import AppManager
from flows.pages.app_page import AppPage, AppTab
from flows.pages.base import PageObject, Timeouts, by_role, names_by_role, the_only
from flows.pages.checkbox import Checkbox
from flows.pages.choice import Choice
from flows.pages.confirmation import Confirmation
from flows.pages.consumer_details import ConsumerDetails
from flows.pages.create_form import CreateForm
from flows.pages.dual_list import DualList
from flows.pages.fields import TextField
from flows.pages.identity import IdentityPage
from flows.pages.labels import Labels
from flows.pages.login import LoginPage
from flows.pages.policies_tab import PoliciesTab, RunAsField
from flows.pages.settings_tab import SettingsTab

NEAREST: Final = 3
"""How many candidates a failure names."""
NOBODY: Final = "http://127.0.0.1:9"
"""A proxy that no one answers at: what is not fulfilled from the recording does not leave the browser."""

PROBLEMS: Final = frozenset({SessionLost.kind, NotPermitted.kind, OrgUnavailable.kind})
"""What a page may be recognised as instead of what was wanted. That has to stay so; other failures are to be fixed."""


OWNERS: Final = {
    owner.__name__: owner
    for owner in (
        *(TextField, RunAsField, Choice, Checkbox, DualList, AppManager, AppPage, ConsumerDetails, IdentityPage, CreateForm),
        *(SettingsTab, PoliciesTab, LoginPage, Confirmation),
    )
}
"""The classes that a lookup may name."""


@dataclass(frozen=True)
class Miss:
    """A lookup that did not come out as recorded.

    Attributes:
        text: what happened, with the nearest candidates and, where a label may be the cause, a line for the label file.
    """

    lookup: Lookup
    text: str


@dataclass
class Again:
    """Does lookups again on a page.

    Attributes:
        seconds: for each wait.
    """

    page: Page
    labels: Labels
    seconds: float
    timeouts: Timeouts = field(init=False)

    def __post_init__(self) -> None:
        self.timeouts = Timeouts(self.seconds, self.seconds, self.seconds)

    def do(self, lookup: Lookup) -> Any:
        """The value, or None. Raises what the page object raises when it does not find or recognise something."""
        if lookup.name == SECTION:
            pattern, text = self.labels.pattern(lookup.key or ""), self.labels[lookup.key or ""]
            return the_only(by_role(self._region(lookup), "button", pattern), "button", text, self._region(lookup), self.seconds)
        if lookup.name == SOUGHT:
            role, pattern = lookup.arguments[0], self.labels.pattern(lookup.key or "")
            return the_only(by_role(self.page, role, pattern), role, self.labels[lookup.key or ""], self.page, self.seconds)
        target = self._target(lookup)
        if isinstance(target, AppManager) and lookup.name == "open":
            return target.open(self.page.url.split("/lightning/")[0], fresh=False)
        found = getattr(target, lookup.name)
        return found(*lookup.arguments) if callable(found) else found

    def _target(self, lookup: Lookup) -> Any:
        owner: Any = OWNERS[lookup.owner]
        if issubclass(owner, PageObject):
            return owner(self.page, self.labels, self.timeouts)
        if issubclass(owner, DualList):
            return owner(self._region(lookup), self.labels, self.seconds)
        return owner(self._region(lookup), self.labels, lookup.key, self.seconds)

    def _region(self, lookup: Lookup) -> Any:
        return AppTab(self.page, self.labels, self.timeouts).region if lookup.panel else self.page


class Replay:
    """Makes the lookups of one recording again.

    Args:
        browser: any; its pages are only served what was recorded.
        labels: those to look with; by default the built-in ones of the recording's language.
        seconds: for each wait. Recorded pages do not change, so only a busy machine needs them, and a lookup that fails.
    """

    def __init__(self, recording: Recording, browser: Browser, labels: Labels | None = None, seconds: float = 5.0) -> None:
        self.recording = recording
        self.browser = browser
        self.labels = labels or Labels(recording.language)
        self.seconds = seconds

    def misses(self, step: RecordedStep) -> list[Miss]:
        """What did not come out as recorded in a step; empty when all did."""
        found: list[Miss] = []
        lookups = self.recording.lookups_of(step.id)
        for number in dict.fromkeys(lookup.page for lookup in lookups):
            with opened(self.browser, self.recording.page(number)) as page:
                again = Again(page, self.labels, self.seconds)
                found += [miss for lookup in lookups if lookup.page == number for miss in self._taken(again, lookup)]
        return found

    def _taken(self, again: Again, lookup: Lookup) -> Iterator[Miss]:
        try:
            value = again.do(lookup)
        except RunbookError as error:
            if lookup.failed != error.kind or isinstance(error, UnexpectedPage | FieldRefused) or lookup.kind == "find":
                yield Miss(lookup, self._explained(again, lookup, error))
            return
        if lookup.kind == "arrive" and lookup.failed in PROBLEMS:
            yield Miss(
                lookup, f"{lookup} on page {lookup.page}: the page was recognised as {lookup.failed} in the run, and is not now."
            )
        if lookup.kind == "shown" and value.count() != 1:
            yield Miss(lookup, f"{lookup}: found {value.count()} on page {lookup.page} instead of one.")
        if lookup.kind == "read" and lookup.failed is None and plain(value) != lookup.value:
            yield Miss(lookup, self._read_otherwise(again, lookup, plain(value)))

    def _explained(self, again: Again, lookup: Lookup, error: RunbookError) -> str:
        lines = [error.message, *(line for one in error.sought for line in self._suggested(lookup, one))]
        return "\n".join([f"{lookup} on page {lookup.page} ({self.recording.page(lookup.page).title}):", *lines])

    def _read_otherwise(self, again: Again, lookup: Lookup, value: Any) -> str:
        text = f"{lookup} on page {lookup.page}: read {value!r}, recorded was {lookup.value!r}."
        if lookup.key is None or value is not None:
            return text
        there = [name for role in ("textbox", "combobox", "checkbox") for name in names_by_role(again.page, role)]
        return "\n".join([text, *self._suggested(lookup, Sought("field", self.labels[lookup.key], tuple(there)))])

    def _suggested(self, lookup: Lookup, wanted: Sought) -> Iterator[str]:
        """The nearest names that are no other label's, and the line of the label file with the first of them."""
        key = lookup.key or next(iter(self.labels.keys_of(wanted.label)), None)
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
def opened(browser: Browser, recorded: PageCopy) -> Iterator[Page]:
    """A page at its recorded address. Its scripts do not run, and no request leaves the browser.

    They are refused by a policy: with JavaScript off, time would stand still in the page, and waits in it would never end.
    """
    context = browser.new_context(offline=False)
    try:
        page = context.new_page()

        def serve(route: Route) -> None:
            if route.request.is_navigation_request() and route.request.url == recorded.url:
                headers = {"content-type": "text/html; charset=utf-8", "content-security-policy": "script-src 'none'"}
                route.fulfill(body=recorded.html, headers=headers)
            else:
                route.abort()

        page.route("**/*", serve)
        page.goto(recorded.url, wait_until="domcontentloaded")
        yield page
    finally:
        context.close()
