"""What a run leaves on a recording: an observer of its steps and a listener to what its page objects look for and read."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page

from automation.artifacts import ArtifactsRecorder
from automation.artifacts.evidence import outline
from automation.errors import PageTrouble, RunbookError
from automation.record.file import PageCopy
from automation.record.lookups import SECTION, SOUGHT, Lookup, plain
from automation.record.watching import Call
from automation.salesforce import hosts
from automation.steps import Step, StepResult
from flows.pages.base import PageObject
from flows.pages.fields import Field
from flows.pages.labels import Labels
from flows.pages.screens import MARKS, Screen

LOOK_TIMEOUT: Final = 5_000
"""Milliseconds for the accessibility tree."""
TRIES: Final = 3
"""How often a page that changes while it is copied is copied again."""

_SEED: Final = re.compile(MARKS[Screen.ENROL_TOTP].path or "")


@dataclass
class Tape:
    """Collects lookups and pages in memory; nothing of it is anonymous, so nothing is written here."""

    lookups: list[Lookup] = field(default_factory=list)
    results: dict[str, StepResult] = field(default_factory=dict)
    copies: dict[str, PageCopy] = field(default_factory=dict)
    _recorder: ArtifactsRecorder | None = None
    _step: str = ""
    _at_login: bool = True

    def attach(self, recorder: ArtifactsRecorder) -> None:
        """Follow an attempt, whose recorder knows when secrets are on screen."""
        self._recorder = recorder

    def step_started(self, step: Step) -> None:
        self._step, self._at_login = step.id, step.login

    def step_ended(self, result: StepResult) -> None:
        self.results[result.id] = result

    def looked(self, call: Call, value: Any, error: str | None) -> None:
        """See `watching.Listener`. A read is only kept when page and value belong together; trouble of the network is not kept."""
        if error == PageTrouble.kind:
            return
        for _ in range(TRIES):
            number = self._copied(call.page)
            again = call.redo() if call.kind == "read" and error is None else value
            if plain(again) == plain(value):
                self._keep(self._lookup(number, call, value, error))
                return
            value = again

    def failed(self, error: RunbookError, page: Page, labels: Labels) -> None:
        """The run ended with an error; what it sought in vain is kept, if no lookup of its step reports it already."""
        reported = any(lookup.failed and lookup.step == self._step for lookup in self.lookups)
        if reported or not error.sought:
            return
        with suppress(PlaywrightError):
            number = self._copied(page)
            for wanted in error.sought:
                for key in labels.keys_of(wanted.label)[:1]:
                    self._keep(Lookup(self._step, number, "find", "", SOUGHT, key, arguments=(wanted.role,), failed=error.kind))

    def _keep(self, lookup: Lookup) -> None:
        if lookup not in self.lookups:
            self.lookups.append(lookup)

    def _lookup(self, page: int, call: Call, value: Any, error: str | None) -> Lookup:
        on = call.on
        owner = "" if call.name == SECTION else type(on).__name__
        region = None if isinstance(on, PageObject) else on.region  # a tab's region is the page object's own business
        texts = tuple(one for one in call.arguments if isinstance(one, str) and call.kind != "arrive")
        return Lookup(
            self._step,
            page,
            call.kind,
            owner,
            call.name,
            key=on.key if isinstance(on, Field) else None,
            panel=region is not None and not isinstance(region, Page),
            arguments=texts,
            value=plain(value) if call.kind == "read" and error is None else None,
            failed=error,
        )

    def _copied(self, page: Page) -> int:
        """The number of the page as it is now. The page of a new authenticator seed is left out."""
        if not page.url.startswith("http") or _SEED.search(urlsplit(page.url).path):
            raise PlaywrightError("not copied")  # as for a page that went away: the lookup is not kept
        return copy_page(page, self.copies, private=self._is_private(page)).number

    def _is_private(self, page: Page) -> bool:
        """Pages of the login, of verification, and of key and secret; and any page beside Setup."""
        host = urlsplit(page.url).hostname or ""
        recorded = self._recorder is not None and self._recorder.recording_allowed
        return not recorded or self._at_login or hosts.is_my_domain(host) or host in hosts.LOGIN_HOSTS


def copy_page(page: Page, known: dict[str, PageCopy], *, private: bool) -> PageCopy:
    """Copy a page.

    Args:
        known: copies made before, by URL and HTML; the same page is not copied twice.
        private: empty all fields, as this is a page on which secrets are typed or shown.

    Raises:
        PlaywrightError: the page is on its way elsewhere, or closed.
    """
    url = page.url.split("?")[0].split("#")[0]
    found = page.evaluate(_script(), {"blank": private})
    html = str(found["html"])
    key = f"{url}\n{html}"
    if key not in known:
        tree = page.locator("body").aria_snapshot(timeout=LOOK_TIMEOUT)
        words = tuple(str(word) for word in found["words"])
        known[key] = PageCopy(len(known) + 1, url, str(found["title"]), html, outline(tree) if private else tree, private, words)
    return known[key]


@cache
def _script() -> str:
    return (Path(__file__).parent / "page_copy.js").read_text(encoding="utf-8")
