"""Tries every attack and counts them by area: ``python -m tests.attacks [options of pytest]``. Prints the table of the docs.

``-m "not browser"`` leaves out what needs a browser; ``-n 2`` uses two cores. The exit code is pytest's.
"""

from __future__ import annotations

import sys
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

AREAS: dict[str, list[str]] = tomllib.loads((Path(__file__).parent / "areas.toml").read_text(encoding="utf-8"))


class Count:
    """Attacks that were tried and held, by area."""

    def __init__(self) -> None:
        self.tried: Counter[str] = Counter()
        self.held: Counter[str] = Counter()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count a test once: where it ran, or where it did not come to run."""
        if report.skipped or (report.when != "call" and not report.failed):
            return
        area = next((name for name, nodes in AREAS.items() if report.nodeid.startswith(tuple(nodes))), None)
        if area is not None:
            numbers: list[Any] = [number for name, number in report.user_properties if name == "attacks"]
            for tried, held in numbers or [(1, int(report.passed))]:
                self.tried[area] += tried
                self.held[area] += held

    def table(self) -> str:
        """As Markdown."""
        rows = [f"| {name} | {self.tried[name]} | {self.held[name]} |" for name in AREAS if self.tried[name]]
        whole = f"| **all** | **{self.tried.total()}** | **{self.held.total()}** |"
        return "\n".join(["| Area | Tried | Held |", "|---|---|---|", *rows, whole])


if __name__ == "__main__":
    count = Count()
    nodes = [node for area in AREAS.values() for node in area]
    code = pytest.main(["-q", *sys.argv[1:], *nodes], plugins=[count])
    print(count.table())
    sys.exit(code)
