"""What people see of the job, on stderr: a live table on a terminal, plain lines elsewhere; and JSON lines on stdout."""

from __future__ import annotations

import sys
import textwrap
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TextIO

from automation.report.display import Display, one_line
from automation.secrets import scrub

if TYPE_CHECKING:
    from automation.fleet.check import CheckResult
    from automation.fleet.outcome import OrgOutcome

COLOURS: Final = {
    "created": "green", "changed": "green", "delivered": "green", "unchanged": "dim", "planned": "cyan",
    "waiting": "yellow", "failed": "bold red", "queued": "dim", "working": "cyan",
}  # fmt: skip
WORDS: Final = {
    "up_to_date": "up to date", "undelivered": "not delivered everywhere", "not_set_up": "not set up", "app_missing": "app missing",
    "refreshed": "refreshed", "secret_rejected": "secret rejected", "policy_rejected": "policy rejected", "drifted": "drifted",
    "refreshing": "refresh under way", "busy": "org busy", "failed": "check failed", "not_checked": "not checked",
}  # fmt: skip


@dataclass
class _Row:
    found: str
    state: str
    text: str
    since: float


@dataclass
class Progress(Display):
    """Shows the progress of the job. Its methods may be called from any thread.

    Args:
        verbosity: -1 failures and the summary only, 0 orgs with work, 1 every org and step.
        json: also print one JSON object per org on ``data``.
    """

    json: bool = False
    data: TextIO = field(default_factory=lambda: sys.stdout)
    _rows: dict[str, _Row] = field(default_factory=dict)
    _counts: Counter[str] = field(default_factory=Counter)
    _total: int = 0

    def began(self, orgs: int) -> None:
        self._total = orgs
        if self.stream.isatty() and self.verbosity >= 0:
            self._start_live(get_renderable=self._table, refresh_per_second=4)

    def queued(self, name: str, seen: CheckResult) -> None:
        with self._lock:
            self._rows[name] = _Row(WORDS[seen.found], "queued", scrub(seen.why), time.monotonic())
        if self._live is None and self.verbosity >= 0:
            self._line(f"{name}: {WORDS[seen.found]}: {seen.why}")

    def event(self, name: str, event: dict[str, Any]) -> None:
        """An event of an org's worker."""
        text = f"{event['id']} {event['title']}" if event["event"] == "step" else str(event.get("text", ""))
        if event["event"] not in ("step", "waiting"):
            return
        with self._lock:
            row = self._rows.setdefault(name, _Row("", "working", "", time.monotonic()))
            if row.state == "queued":
                row.since = time.monotonic()
            row.state, row.text = "working", scrub(text)
        if self._live is None and self.verbosity > 0:
            self._line(f"{name}: {text}")

    def ended(self, outcome: OrgOutcome) -> None:
        with self._lock:
            self._counts[outcome.word] += 1
            self._rows.pop(outcome.org, None)
        worth_showing = outcome.word != "unchanged" or self.verbosity > 0
        if worth_showing and (self.verbosity >= 0 or outcome.failed):
            self._outcome(outcome)
        if self.json:
            with self._lock:
                print(outcome.json(), file=self.data, flush=True)

    def note(self, text: str) -> None:
        """A sentence beside the orgs."""
        self._line(text)

    def detail(self, text: str) -> None:
        """A sentence that ``-q`` leaves out."""
        if self.verbosity >= 0:
            self._line(text)

    def summary(self, outcomes: list[OrgOutcome], seconds: float) -> None:
        self._line(summary_line(outcomes, self._total, seconds))

    def _outcome(self, outcome: OrgOutcome) -> None:
        seconds = f"  ({outcome.line['seconds']:.1f} s)" if outcome.browser else ""
        self._line(f"{outcome.org}: {outcome.word}: {_reason(outcome)}{seconds}", COLOURS[outcome.word])
        if outcome.error.get("next") and self.verbosity >= 0:
            self._line(f"    Next: {outcome.error['next']}")

    def _table(self) -> Any:
        from rich.box import SIMPLE_HEAD
        from rich.table import Table
        from rich.text import Text

        with self._lock:
            if not self._rows:
                return self._title()
            table = Table(title=self._title(), title_justify="left", box=SIMPLE_HEAD)
            for column in ("Org", "Found", "State", "Now", "Seconds"):
                table.add_column(column, no_wrap=column != "Now")
            for name, row in self._rows.items():
                seconds = f"{time.monotonic() - row.since:.0f}" if row.state == "working" else ""
                now = Text(one_line(textwrap.shorten(row.text, 80, placeholder=" ...")))  # no markup: it may be the org's own text
                table.add_row(name, row.found, Text(row.state, COLOURS[row.state]), now, seconds)
        return table

    def _title(self) -> str:
        done = sum(self._counts.values())
        return f"{done} of {self._total} orgs done" + "".join(f", {number} {word}" for word, number in sorted(self._counts.items()))


def _reason(outcome: OrgOutcome) -> str:
    if outcome.error:
        return str(outcome.error["message"])
    app = outcome.line["app"]["id"]
    reasons = {"created": f"app {app} created", "changed": "the app matches its configuration again", "delivered": outcome.why}
    return f"{WORDS[outcome.found]}; {reasons.get(outcome.word, outcome.why)}"


def summary_line(outcomes: list[OrgOutcome], total: int, seconds: float) -> str:
    """``24 orgs: 8 repaired, 16 up to date (31.2 s, 8 browsers)``."""
    counts = Counter(outcome.word for outcome in outcomes)
    parts = list(_parts(counts, total - len(outcomes)))
    browsers = sum(outcome.browser for outcome in outcomes)
    used = f", {browsers} browser{'s' if browsers != 1 else ''} started" if browsers else ", no browser started"
    return f"{total} org{'s' if total != 1 else ''}: {', '.join(parts) or 'none'} ({seconds:.1f} s{used})"


def _parts(counts: Counter[str], missing: int) -> Iterator[str]:
    words = {
        "created": "created", "changed": "repaired", "delivered": "delivered", "unchanged": "up to date",
        "planned": "need work", "waiting": "to retry later", "failed": "failed",
    }  # fmt: skip
    if counts["planned"] == 1:
        words["planned"] = "needs work"
    yield from (f"{counts[word]} {text}" for word, text in words.items() if counts[word])
    if missing:
        yield f"{missing} not reached"
