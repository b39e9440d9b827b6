"""The recorder: traces and evidence that hold no secret."""

from __future__ import annotations

import logging
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from playwright.sync_api import BrowserContext, Page
from playwright.sync_api import Error as PlaywrightError

from automation.artifacts import evidence
from automation.artifacts.trace import scrub_trace
from automation.errors import SettingsError
from automation.secrets import scrub
from automation.secrets.scratch import scratch_folder
from automation.settings.options import Tracing
from automation.steps import Step, StepResult

log = logging.getLogger(__name__)


class ArtifactsRecorder:
    """Follows a run as an `Observer`: one trace group per step, nothing in private phases, evidence on failure.

    A trace is written in parts, ``trace-1.zip`` and so on, because recording stops fully before each private phase:
    Playwright's network log goes on over mere chunks and would hold what was typed.

    With ``retain-on-failure`` it holds what was done, with the browser's log of each call; and from a failure on the pages and
    requests too, of the page that failed and of another attempt. All along they take a tenth of a run's processor time (measured).
    """

    def __init__(self, folder: Path, tracing: Tracing = "retain-on-failure") -> None:
        self.folder = folder
        self.tracing = tracing
        self.parts: list[Path] = []
        self._context: BrowserContext | None = None
        self._running = False
        self._group: str | None = None
        self._private = 0
        self._exposed = False
        self._whole = tracing == "on"

    def again(self) -> ArtifactsRecorder:
        """A recorder for another attempt in a fresh context, which goes on numbering where this one stopped."""
        following = ArtifactsRecorder(self.folder, self.tracing)
        following.parts = self.parts
        following._whole = self._whole
        return following

    def attach(self, context: BrowserContext) -> None:
        """Record this context from the first step on, or from the end of the first private phase."""
        self._context = context
        if not self._whole and self.tracing != "off":
            self._prepare(context)

    def step_started(self, step: Step) -> None:
        self._group = f"{step.id} {step.title}"
        if self._running:
            self._open_group()
        elif not step.login and self.recording_allowed:
            self._start()

    def step_ended(self, result: StepResult) -> None:
        if result.result == "failed" and not self._whole:
            self._whole = True
            if self._running:
                self._stop()
                self._start()  # of what is read of the page now, as evidence
        self._close_group()
        self._group = None

    @contextmanager
    def nothing_recorded(self) -> Iterator[None]:
        """A private phase (login, verification, reveal): no trace, no screenshot. It may be nested.

        When it fails, nothing is recorded until a later one has passed, as the page may still show a secret.
        """
        if self._private == 0:
            self._stop()
        self._private += 1
        try:
            yield
        except BaseException:
            self._exposed = True
            raise
        finally:
            self._private -= 1
        if self._private == 0:
            self._exposed = False
            self._start()

    @property
    def recording_allowed(self) -> bool:
        """Whether a screenshot may be taken now."""
        return self._private == 0 and not self._exposed

    def collect_evidence(self, pages: list[Page] | None = None) -> Path | None:
        """Keep what the open pages look like, in ``evidence/``; None when there is no page, or no room. Never raises for either."""
        if pages is None:
            pages = self._context.pages if self._context is not None else []
        if not pages:
            return None
        try:
            return evidence.collect(pages, self.folder / "evidence", private=not self.recording_allowed)
        except OSError as error:
            log.warning("The evidence could not be kept: %s.", error.strerror)
            return None

    def detach(self) -> None:
        """End recording in the context, before it is closed."""
        self._stop()
        self._context = None

    def finish(self, *, failed: bool) -> list[Path]:
        """Keep or drop what was recorded, by how the run ended; answers the parts that were kept."""
        self.detach()
        if self.tracing == "retain-on-failure" and not failed:
            for part in self.parts:
                with suppress(OSError):
                    part.unlink(missing_ok=True)
            self.parts.clear()
        for part in list(self.parts):
            self._scrub(part, part)  # again: secrets that became known later may be in an earlier part
        return self.parts

    def _start(self) -> None:
        if self._context is None or self.tracing == "off":
            return
        film = self.tracing == "on"
        try:
            self._context.tracing.start(screenshots=film, snapshots=self._whole, sources=False, title=self.folder.name)
        except PlaywrightError as error:  # no room for its temporary files; a closed browser is noticed by the step
            log.warning("The trace could not be begun: %s", scrub(error.message.partition("\n")[0]))
            return
        self._running = True
        self._open_group()

    def _prepare(self, context: BrowserContext) -> None:
        """Have Playwright put its script for copies of pages into those to come; it copies nothing until it is asked.

        Put into a page of Lightning later, it would find nothing in its components, whose scripts change what such a script sees.
        """
        with suppress(PlaywrightError):  # then a copy shows less
            context.tracing.start(snapshots=True)
            context.tracing.stop()

    def _stop(self) -> None:
        if not self._running or self._context is None:
            return
        self._close_group()
        self._running = False
        try:
            with scratch_folder() as scratch:  # as the browser writes it, for as long as it takes to scrub it
                raw = scratch / "trace.zip"
                with suppress(PlaywrightError):  # the browser is closed, and its recording is lost
                    self._context.tracing.stop(path=raw)
                if raw.exists():
                    self.parts.append(self.folder / f"trace-{len(self.parts) + 1}.zip")
                    self._scrub(raw, self.parts[-1])
        except SettingsError as error:
            log.warning("A part of the trace could not be kept: %s", error.message)

    def _scrub(self, source: Path, part: Path) -> None:
        """Write a part without secrets; where that fails nothing is kept of it, and the run goes on."""
        try:
            scrub_trace(source, part)
        except (OSError, zipfile.BadZipFile) as error:  # the disk is full, now or when the browser wrote it
            why = getattr(error, "strerror", None) or "the browser wrote no whole file"
            log.warning("A part of the trace could not be kept: %s.", why)
            with suppress(OSError):
                part.unlink(missing_ok=True)
            self.parts.remove(part)

    def _open_group(self) -> None:
        if self._running and self._context is not None and self._group is not None:
            with suppress(PlaywrightError):
                self._context.tracing.group(self._group)

    def _close_group(self) -> None:
        if self._running and self._context is not None and self._group is not None:
            with suppress(PlaywrightError):
                self._context.tracing.group_end()
