"""``python -m tests.bench.chaos --runs N --seed S [--jobs J]``: random fault schedules, and one line of what came of them.

Each schedule has 0 to 4 faults and kills and one or two runs that meet them; then the faults cease, and at most two
further runs have to reach the wanted state. A seed gives the same schedule every time.
"""

from __future__ import annotations

import argparse
import logging
import multiprocessing
import sys
import time
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager

from automation.browser import open_browser
from automation.replica import start
from automation.settings import load_settings
from tests.bench.chaos_faults import schedule
from tests.bench.chaos_run import Chaos, Verdict

CHUNK = 5
"""Schedules per task: a worker keeps its replica and browser for so many."""


@contextmanager
def chaos(patience: float = 1.0) -> Iterator[Chaos]:
    """A replica and a browser for the time of the context."""
    with start() as replica:
        settings = load_settings(replica.new_org("acme--browser.sandbox").environment(), None)
        with open_browser(settings) as browser:
            yield Chaos(replica, browser, patience)


def work(seeds: list[int], patience: float) -> list[Verdict]:
    """Carry out some schedules; the task of a worker."""
    logging.disable(logging.ERROR)  # broken connections are meant
    with chaos(patience) as ready:
        return [ready.carry_out(schedule(seed)) for seed in seeds]


def verdicts(seeds: list[int], jobs: int, patience: float) -> Generator[Verdict, None, None]:
    """The verdicts of all schedules, as they come."""
    parts = [seeds[begin : begin + CHUNK] for begin in range(0, len(seeds), CHUNK)]
    pool = ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn"), max_tasks_per_child=1)
    try:
        for done in pool.map(work, parts, [patience] * len(parts)):
            yield from done
    finally:
        pool.shutdown(cancel_futures=True)


def summary(seed: int, found: Iterable[Verdict], seconds: float) -> str:
    """The one line."""
    all_of_them = list(found)
    first = [verdict.ends[0] for verdict in all_of_them]
    share = {name: sum(end == name for end in first) for name in ("wanted", "killed")}
    stopped = len(first) - sum(share.values())
    late = sum(verdict.further is None for verdict in all_of_them)
    further = [verdict.further for verdict in all_of_them if verdict.further is not None]
    percent = {name: f"{100 * part / max(1, len(first)):.1f} %" for name, part in {**share, "stopped": stopped}.items()}
    wrong, twice = sum(v.wrong_successes for v in all_of_them), sum(v.duplicates for v in all_of_them)
    leaked, unexplained = sum(len(v.leaks) for v in all_of_them), sum(len(v.unexplained) for v in all_of_them)
    return (
        f"{len(first)} schedules from seed {seed}: first run reached the wanted state {percent['wanted']}, "
        f"stopped {percent['stopped']}, was killed {percent['killed']}; "
        f"wrong successes {wrong}, duplicate apps {twice}, leaks {leaked}, unexplained stops {unexplained}; "
        f"wanted state after at most {max(further, default=0)} further runs, not reached {late} ({seconds:.0f} s)"
    )


def main(arguments: list[str] | None = None) -> int:
    """The command; 0 when nothing happened that must not."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.chaos", description=__doc__)
    parser.add_argument("--runs", type=int, default=50, help="number of schedules")
    parser.add_argument("--seed", type=int, default=1, help="seed of the first; the others follow")
    parser.add_argument("--jobs", type=int, default=1, help="worker processes")
    parser.add_argument("--patience", type=float, default=1.0, help="multiplies the time limits, for a busy machine")
    parser.add_argument("--minutes", type=float, default=0.0, help="stop after so long, and report what was done by then")
    parser.add_argument("-v", "--verbose", action="store_true", help="a line per schedule")
    given = parser.parse_args(arguments)
    started, found = time.monotonic(), []
    coming = verdicts(list(range(given.seed, given.seed + given.runs)), given.jobs, given.patience)
    for verdict in coming:
        found.append(verdict)
        if given.verbose or not verdict.good:
            print(verdict, file=sys.stderr, flush=True)
        part_done = len(found) % CHUNK == 0
        if given.minutes and part_done and time.monotonic() - started > given.minutes * 60:
            break
    print(summary(given.seed, found, time.monotonic() - started))
    coming.close()  # only now: it waits for what the workers are at
    return 0 if all(verdict.good for verdict in found) else 1


if __name__ == "__main__":
    sys.exit(main())
