"""What people see while a run goes on: on stderr, live on a terminal, plain lines elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from automation.errors import RunbookError
from automation.report.display import Display, one_line
from automation.report.json_result import as_json, outcome_words
from automation.secrets import scrub

if TYPE_CHECKING:
    from automation.report.result import RunResult
    from automation.steps import Step, StepResult

MARKS: Final = {"changed": "+", "unchanged": "=", "skipped": "-", "failed": "x"}
COLOURS: Final = {"changed": "green", "unchanged": "cyan", "skipped": "dim", "failed": "bold red"}

NOT_REACHED: Final = "not reached"
"""The runner's note of a step behind a failed one; such steps are only counted."""


@dataclass
class Console(Display):
    """Shows a run to people; an `Observer`. ``verbosity``: -1 errors and the last line only, 0 steps, 1 more about each step."""

    _current: str = ""

    def note(self, text: str) -> None:
        """A sentence beside the steps, unless ``-q``."""
        if self.verbosity >= 0:
            self._line(text)

    def waiting(self, text: str) -> None:
        """What is waited for at the moment; on a terminal it is shown beside the running step."""
        if self._live is not None:
            self._live.update(_spinner(f"{self._current} ... {scrub(text)}"))
        elif self.verbosity > 0:
            self._line(f"      {text}")

    def step_started(self, step: Step) -> None:
        self._current = f"{step.id:>4}  {step.title}"
        if self.verbosity >= 0 and self.stream.isatty():
            self._start_live(renderable=_spinner(self._current), refresh_per_second=8)

    def step_ended(self, result: StepResult) -> None:
        self.close()
        if result.note == NOT_REACHED or (self.verbosity < 0 and result.result != "failed"):
            return
        seconds = f"{result.seconds:6.1f} s" if result.seconds >= 0.05 else " " * 8
        self._line(f"{MARKS[result.result]} {result.id:>4}  {result.title}  {seconds.strip()}".rstrip(), COLOURS[result.result])
        if result.note:
            self._line(f"        {one_line(result.note)}", "dim")
        for difference in map(str, result.differences):
            if difference not in result.note:
                self._line(f"        {one_line(difference)}", "yellow")

    def ended(self, result: RunResult) -> None:
        """The last lines: outcome, where the credentials went, cause and fix of a failure, the run folder."""
        self.close()
        if result.error is not None:
            left = sum(step.note == NOT_REACHED for step in result.steps)
            if left:
                self.note(f"{left} steps were not reached." if left > 1 else "1 step was not reached.")
            self.error(result.error)
        else:
            self._line(f"{outcome_words(as_json(result))[1]} ({result.seconds:.1f} s)", "bold green")
        for note in result.state.notes:
            self._line(f"Note: {note}", "yellow")
        for target in result.state.delivered_to:
            self.note(f"Valid credentials already at {target}" if result.outcome == "planned" else f"Delivered to {target}")
        if result.artifacts is not None:
            self.note(f"Report: {result.artifacts / 'report.html'}")

    def error(self, error: RunbookError) -> None:
        """A failure: what happened and where, what to do next, where it can be seen."""
        self.close()
        where = f" at step {error.step}" if error.step else ""
        self._line(f"Error{where}: {error.message}", "bold red")
        self._line(f"Next: {error.next}")
        if error.evidence:
            self._line(f"Evidence: {error.evidence}")


def _spinner(text: str) -> Any:
    from rich.spinner import Spinner
    from rich.text import Text

    return Spinner("dots", text=Text(one_line(text)))  # no markup: it may be the org's own text
