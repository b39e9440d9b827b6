"""``python -m automation.refresh_sandboxes``: the scheduled job over many sandboxes.

Checks which of them need work, repairs only those (proven and delivered credentials), and does nothing, fast, when all are
up to date. The parts are in `automation.fleet`; heavy imports are inside functions, as in `create_app`.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING

from automation.errors import Interrupted, UsageError
from automation.fleet.options import FleetOptions, parse_arguments
from automation.run.entry import run_command

if TYPE_CHECKING:
    from automation.fleet.orgs import Org
    from automation.fleet.orgs_file import OrgsFile
    from automation.fleet.outcome import OrgOutcome
    from automation.fleet.progress import Progress
    from automation.fleet.runner import Job


def main(arguments: Sequence[str] | None = None) -> int:
    """The command. Returns the exit code, unless work that was given up is still running: then the process ends here."""
    options = parse_arguments(sys.argv[1:] if arguments is None else arguments)
    from automation.fleet.pool import end_if_held

    code = run_command(lambda: _command(options), verbose=options.verbosity > 0)
    end_if_held(code)
    return code


def _command(options: FleetOptions) -> int:
    if options.command == "history":
        from automation.fleet.show_history import show

        return show(options)
    from automation.fleet.demo import demo_orgs_file
    from automation.fleet.orgs_file import OrgsFile

    with demo_orgs_file() if options.demo else nullcontext(options.orgs) as path:
        fleet = OrgsFile.read(path)
        return refresh(fleet, _chosen(fleet, options.only), options)


def refresh(fleet: OrgsFile, orgs: Sequence[Org], options: FleetOptions, progress: Progress | None = None) -> int:
    """Do the job on some orgs of a fleet and notify people; ``progress`` shows it. Answers the exit code."""
    from automation.fleet.history import History
    from automation.fleet.notify import wanted
    from automation.fleet.progress import Progress
    from automation.fleet.runner import Job, forget

    targets, began = wanted(fleet.notify, options.notify), time.monotonic()
    progress = progress or Progress(options.verbosity, json=options.json)
    with History(options.state) as history:
        job = Job(fleet, orgs, history, progress, options)
        job.run()
        seconds = time.monotonic() - began
        code = exit_code(job.outcomes, interrupted=job.interrupted, plan_exit_code=options.exit_code)
        history.end(job.number, code)
        progress.summary(job.outcomes, seconds)
        _notify(job, targets, seconds)
        if not job.interrupted:
            forget(history, fleet.limits.keep_days)
    if history.trouble is not None:
        progress.note(f"The state file {history.path} could not be written: {history.trouble}. The history lacks this run.")
    return code


def exit_code(outcomes: Sequence[OrgOutcome], *, interrupted: bool = False, plan_exit_code: bool = False) -> int:
    """130 interrupted; 1 some org failed; 75 some must be retried later; 3 a plan has changes; else 0."""
    from automation.errors import TryAgainLater
    from automation.report.result import PLAN_HAS_CHANGES

    if interrupted:
        return Interrupted.exit_code
    if any(outcome.failed for outcome in outcomes):
        return 1
    if any(outcome.waits for outcome in outcomes):
        return TryAgainLater.exit_code
    return PLAN_HAS_CHANGES if plan_exit_code and any(outcome.word == "planned" for outcome in outcomes) else 0


def _chosen(fleet: OrgsFile, only: Sequence[str]) -> list[Org]:
    known = [org.name for org in fleet.orgs]
    unknown = [name for name in only if name not in known]
    if unknown:
        raise UsageError(f"--only {unknown[0]}: there is no such org in {fleet.path}; there are {', '.join(known[:20])}.")
    return [org for org in fleet.orgs if not only or org.name in only]


def _notify(job: Job, wanted: list[tuple[str, str]], seconds: float) -> None:
    """Notify people; a notification that fails is noted, and changes nothing."""
    from automation.fleet.notify import LAST, TIMEOUT, due, message, send

    events = dict.fromkeys(event for event, _ in wanted)
    messages = {event: message(event, job.outcomes, job.number, seconds) for event in events if due(event, job.outcomes)}
    due_now = [(target, messages[event]) for event, target in wanted if event in messages]
    for trouble in send(due_now, job.fleet.orgs[0].settings_to_check, LAST if job.interrupted else TIMEOUT):
        job.progress.note(trouble)


if __name__ == "__main__":
    sys.exit(main())
