"""The run folder, and the recorder: traces and evidence that hold no secret."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from playwright.sync_api import BrowserContext, Page
from playwright.sync_api import Error as PlaywrightError

from automation import evidence
from automation.errors import UsageError
from automation.files import private_folder
from automation.options import Tracing
from automation.run import StepResult
from automation.steps import Step
from automation.trace_scrubbing import scrub_trace

RUNS: Final = Path("runs")

RAW: Final = ".trace-{}.raw"
"""A part as the browser wrote it, for as long as it takes to scrub it. A kill in that moment leaves it behind."""
STALE: Final = 3_600.0
"""Seconds after which such a leftover is nobody's any more."""


def make_run_folder(host: str, output: Path | None = None, now: datetime | None = None) -> Path:
    """Make the folder of a run, mode 0700: ``output``, or ``runs/<UTC time>-<host>``, numbered when it is taken.

    Raises:
        UsageError: it can't be made.
    """
    stamp = f"{now or datetime.now(UTC):%Y%m%dT%H%M%SZ}-{host}"
    try:
        if output is not None:
            return private_folder(output)
        private_folder(RUNS)
        remove_leftovers(RUNS)
        return _fresh(RUNS / stamp)
    except OSError as error:
        raise UsageError(f"The run folder {output or RUNS / stamp} can't be made: {error.strerror}.") from None


def remove_leftovers(runs: Path) -> None:
    """Delete what killed runs left unscrubbed; see `RAW`."""
    for raw in runs.glob("*/" + RAW.format("*")):
        with suppress(OSError):  # another run was faster, or it is not ours
            if time.time() - raw.stat().st_mtime > STALE:
                raw.unlink()


def _fresh(wanted: Path) -> Path:
    number = 1
    while True:
        path = wanted if number == 1 else wanted.with_name(f"{wanted.name}-{number}")
        try:
            path.mkdir(mode=0o700)
        except FileExistsError:
            number += 1
        else:
            return path


class Recorder:
    """Follows a run as an `Observer`: one trace group per step, nothing in private phases, evidence on failure.

    A trace is written in parts, ``trace-1.zip`` and so on, because recording stops fully before each private phase:
    Playwright's network log goes on over mere chunks and would hold what was typed.

    Args:
        folder: the run folder.
        tracing: ``on``, ``off``, or ``retain-on-failure``.
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

    def again(self) -> Recorder:
        """A recorder for another attempt in a fresh context, which goes on numbering where this one stopped."""
        following = Recorder(self.folder, self.tracing)
        following.parts = self.parts
        return following

    def attach(self, context: BrowserContext) -> None:
        """Record this context from the first step on, or from the end of the first private phase."""
        self._context = context

    def step_started(self, step: Step) -> None:
        self._group = f"{step.id} {step.title}"
        if self._running:
            self._open_group()
        elif not step.login and self.recording_allowed:
            self._start()

    def step_ended(self, result: StepResult) -> None:
        self._close_group()
        self._group = None

    @contextmanager
    def nothing_recorded(self) -> Iterator[None]:
        """A private phase (login, verification, reveal): no trace, no picture. It may be nested.

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
        """Whether a picture may be taken now."""
        return self._private == 0 and not self._exposed

    def collect_evidence(self, pages: list[Page] | None = None) -> Path | None:
        """Keep what the open pages look like, in ``evidence/``; None when there is no page. Never raises for a page."""
        if pages is None:
            pages = self._context.pages if self._context is not None else []
        if not pages:
            return None
        return evidence.collect(pages, self.folder / "evidence", private=not self.recording_allowed)

    def detach(self) -> None:
        """End recording in the context, before it is closed."""
        self._stop()
        self._context = None

    def finish(self, *, failed: bool) -> list[Path]:
        """Keep or drop what was recorded, by how the run ended; answers the parts that were kept."""
        self.detach()
        if self.tracing == "retain-on-failure" and not failed:
            for part in self.parts:
                part.unlink(missing_ok=True)
            self.parts.clear()
        for part in self.parts:
            scrub_trace(part, part)  # again: secrets that became known later may stand in an earlier part
        return self.parts

    def _start(self) -> None:
        if self._context is None or self.tracing == "off":
            return
        film = self.tracing == "on"  # costs time all along; page snapshots alone tell enough of a failure
        self._context.tracing.start(screenshots=film, snapshots=True, sources=False, title=self.folder.name)
        self._running = True
        self._open_group()

    def _stop(self) -> None:
        if not self._running or self._context is None:
            return
        self._close_group()
        self._running = False
        number = len(self.parts) + 1
        raw, part = self.folder / RAW.format(number), self.folder / f"trace-{number}.zip"
        with suppress(PlaywrightError):  # the browser is gone, and with it what it recorded
            self._context.tracing.stop(path=raw)
        if raw.exists():
            try:
                scrub_trace(raw, part)
                self.parts.append(part)
            finally:
                raw.unlink()

    def _open_group(self) -> None:
        if self._running and self._context is not None and self._group is not None:
            with suppress(PlaywrightError):
                self._context.tracing.group(self._group)

    def _close_group(self) -> None:
        if self._running and self._context is not None and self._group is not None:
            with suppress(PlaywrightError):
                self._context.tracing.group_end()
