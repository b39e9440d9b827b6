"""What a run leaves on a recording: an observer of its steps and a listener to its page objects' looks."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page

from automation.artifacts import ArtifactsRecorder
from automation.errors import PageTrouble, RunbookError, UnexpectedPage
from automation.record.looks import SOUGHT, Kind, Look, plain
from automation.record.page_copy import PageCopy, copy_page
from automation.record.watching import Redo, page_of
from automation.salesforce import hosts
from automation.steps import Step
from automation.steps.runner import StepResult
from flows.pages.base import Region
from flows.pages.fields import Field
from flows.pages.identity import MARKS, Screen
from flows.pages.labels import Labels

TRIES: Final = 3
"""How often a page that changes while it is copied is copied again."""

_SEED: Final = re.compile(MARKS[Screen.ENROL_TOTP].path or "")


@dataclass
class Tape:
    """Collects looks and pages in memory; nothing of it is anonymous, so nothing is written here."""

    looks: list[Look] = field(default_factory=list)
    results: dict[str, StepResult] = field(default_factory=dict)
    pages: list[PageCopy] = field(default_factory=list)
    _known: dict[str, PageCopy] = field(default_factory=dict)
    _numbers: dict[int, int] = field(default_factory=dict)
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

    def looked(self, kind: Kind, name: str, on: Any, arguments: tuple[Any, ...], redo: Redo, value: Any, error: str | None) -> None:
        """See `watching.Listener`. A read is only kept when page and value belong together; trouble of the network is not kept."""
        if error == PageTrouble.kind:
            return None
        page = page_of(on)
        for _ in range(TRIES):
            number = self._copied(page)
            again = redo() if kind == "read" and error is None else value
            if plain(again) == plain(value):
                return self._keep(self._look(number, kind, name, on, arguments, value, error))
            value = again
        return None

    def failed(self, error: RunbookError, page: Page, labels: Labels) -> None:
        """The run ended with an error; what it sought in vain is kept, if no look of its step reports it already."""
        reported = any(look.failed and look.step == self._step for look in self.looks)
        if reported or not isinstance(error, UnexpectedPage):
            return
        with suppress(PlaywrightError):
            number = self._copied(page)
            for wanted in error.sought:
                for key in labels.keys_of(wanted.label)[:1]:
                    self._keep(Look(self._step, number, "find", "", SOUGHT, key, arguments=(wanted.role,), failed=error.kind))

    def _keep(self, look: Look) -> None:
        if look not in self.looks:
            self.looks.append(look)

    def _look(self, page: int, kind: Kind, name: str, on: Any, arguments: tuple[Any, ...], value: Any, error: str | None) -> Look:
        region: Region | None
        if isinstance(on, tuple):
            owner, (region, _, key) = "", on
        else:
            owner, region = type(on).__name__, getattr(on, "region", None)
            key = on.key if isinstance(on, Field) else None
            if not isinstance(on, Field) and hasattr(on, "tab_key"):
                region = None  # a tab's region is the page object's own business
        panel = region is not None and not isinstance(region, Page)
        texts = tuple(one for one in arguments if isinstance(one, str) and kind != "arrive")
        read = plain(value) if kind == "read" and error is None else None
        return Look(self._step, page, kind, owner, name, key, panel, texts, read, error)

    def _copied(self, page: Page) -> int:
        """The number of the page as it is now; numbers begin at 1. The page of a new authenticator seed is left out."""
        if not page.url.startswith("http") or _SEED.search(urlsplit(page.url).path):
            raise PlaywrightError("not copied")  # as for a page that went away: the look is not kept
        found = copy_page(page, self._known, private=self._is_private(page))
        if id(found) not in self._numbers:
            self.pages.append(found)
            self._numbers[id(found)] = len(self.pages)
        return self._numbers[id(found)]

    def _is_private(self, page: Page) -> bool:
        """Pages of the login, of verification, and of key and secret; and any page beside Setup."""
        host = urlsplit(page.url).hostname or ""
        recorded = self._recorder is not None and self._recorder.recording_allowed
        return not recorded or self._at_login or hosts.is_my_domain(host) or host in hosts.LOGIN_HOSTS
