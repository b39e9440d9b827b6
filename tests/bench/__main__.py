"""``python -m tests.bench``: how fast the runbook is, against other ways to do the same.

Figures are ratios within one run; see ``docs/speed.md``. ``--keep`` writes them to ``recorded.json`` and that page.
``--short`` is the form for CI: one round without latency, held against the recorded ratios.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from typing import Any

from automation.replica import start
from tests.bench.contest import ALL, Contest
from tests.bench.parts import parts_table
from tests.bench.profiles import PROFILES, machine
from tests.bench.scale import measure
from tests.bench.table import PAGES, contest_table, into_page, keep, recorded, scale_table, worse

COMPARED = ("literal", "floor", "full", "full, --tracing off", "unchanged")
"""Ways whose parts are laid side by side."""
SHORT = ("literal", "full", "unchanged", "help")


def main(arguments: Sequence[str] | None = None) -> int:
    """The command. Returns the exit code: 1 when ``--short`` found a ratio that got worse."""
    given = _parser().parse_args(arguments)
    if given.short:
        return _short()
    measured: dict[str, Any] = {"machine": machine(), "profiles": _contests(given.profile, given.way, given.rounds)}
    if given.scale:
        measured["scale"] = measure(given.scale, _log)
    print(contest_table(measured))
    print(parts_table(measured["profiles"], COMPARED))
    if given.scale:
        print(scale_table(measured["scale"]))
    if given.json:
        print(json.dumps(measured))
    if given.keep:
        keep(measured)
        known = recorded()
        tables = {
            "contest": contest_table(known),
            "parts": parts_table(known["profiles"], COMPARED),
            "scale": scale_table(known.get("scale", [])),
        }
        for page in PAGES:
            into_page(tables, page)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--profile", nargs="+", choices=list(PROFILES), default=list(PROFILES), help="how slow the org is")
    parser.add_argument("--way", nargs="+", choices=ALL, default=list(ALL), help="what is measured")
    parser.add_argument("--scale", nargs="*", type=int, default=[], metavar="N", help="also N sandboxes at once")
    parser.add_argument("--json", action="store_true", help="the figures on stdout, last line")
    parser.add_argument("--keep", action="store_true", help="write recorded.json and the tables of docs/speed.md")
    parser.add_argument("--short", action="store_true", help="the form for CI")
    return parser


def _contests(profiles: Sequence[str], ways: Sequence[str], rounds: int) -> dict[str, Any]:
    found = {}
    with start() as replica:
        for name in profiles:
            contest = Contest(replica, PROFILES[name], _log)
            contest.rounds([way for way in ALL if way in ways], rounds)
            found[name] = contest.summary()
    return found


def _short() -> int:
    measured = _contests(["none"], SHORT, 1)
    print(json.dumps(measured))
    trouble = worse(measured["none"], recorded().get("profiles", {}).get("none", {}))
    print("\n".join(trouble) or "no ratio is worse than recorded by half")
    return 1 if trouble else 0


def _log(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
