"""A run of the whole procedure with a tape running, and the page on which a person reviews the recording."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from automation.errors import RunbookError
from automation.record import SUFFIX, file
from automation.record.anonymous import anonymous, fakes_for, require_clean
from automation.record.file import Recording
from automation.record.questions import answers
from automation.record.tape import Tape
from automation.record.watching import watching
from automation.report.result import RunResult
from automation.run.banner import Banner
from automation.run.guards import HostGuard
from automation.run.one_run import OneRun, RunFiles
from automation.secrets.files import write_private
from automation.steps import Observer
from flows.attempt import Attempt


@dataclass
class RecordedRun(OneRun):
    """As `OneRun`, recorded. A run that fails is recorded up to its failure, which is what a recording is needed most for."""

    tape: Tape = field(default_factory=Tape)

    def perform(self) -> RunResult:
        """Do it all; foreseen failures are in the result."""
        with watching(self.tape.looked):
            return super().perform()

    def _observers(self, attempt: Attempt, files: RunFiles, guard: HostGuard, banner: Banner | None) -> list[Observer]:
        self.tape.attach(attempt.recorder)
        return [self.tape, *super()._observers(attempt, files, guard, banner)]

    def _keep_evidence(self, error: RunbookError, attempt: Attempt) -> None:
        self.tape.failed(error, attempt.page, attempt.labels)
        super()._keep_evidence(error, attempt)

    def write(self, result: RunResult, path: Path, also: Iterable[str] = ()) -> Path:
        """Replace what names the org (``also`` further names), check, and write the recording and, beside it, its page to review.

        Raises:
            SecretLeft: something that has to be replaced was still inside; nothing was written.
        """
        also = tuple(also)
        fakes = fakes_for(self.settings, self.spec, self.state, self.tape, also)
        name = path.name.removesuffix(SUFFIX)
        recording = anonymous(self.tape, fakes, name=name, language=self.state.language, outcome=result.outcome)
        files = file.members(recording, review_page(recording))
        require_clean(files, [*self._names(), *also])
        written = file.write(files, path)
        write_private(review_of(written), files[file.REVIEW])
        return written

    def _names(self) -> Iterator[str]:
        """What names the org and its people, as far as the run knows it."""
        settings, spec, state = self.settings, self.spec, self.state
        yield from (settings.host, state.host, spec.run_as, spec.contact_email)
        yield from filter(None, (settings.sf_username, state.app_id, state.org_id))


def review_of(path: Path) -> Path:
    """The page to review a recording: beside it."""
    return path.with_name(path.name.removesuffix(SUFFIX) + ".review.html")


def review_page(recording: Recording) -> str:
    """One HTML page without scripts and without anything from outside."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(autoescape=True, undefined=StrictUndefined)
    template = (Path(__file__).parent / "review.html.j2").read_text(encoding="utf-8")
    return environment.from_string(template).render(recording=recording, answers=answers(recording))
