"""Where the time of one command went, by parts of the procedure: so that ways can be compared part by part.

A script prints its parts, as JSON in its last line; a run of ours leaves them in its report.
"""

from __future__ import annotations

import json
import statistics
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

PARTS: Final = ("log in", "create", "policies", "reveal", "prove", "screenshots", "around")
"""``prove``: section 5, which no script does. ``around``: start and end of browser and Python, and the report."""

SECTIONS: Final = {"2": "policies", "3": "policies", "4": "reveal", "5": "prove"}


def of_script(stdout: str, wall: float) -> dict[str, float]:
    """Seconds by part, as a script printed them."""
    parts: dict[str, float] = json.loads(stdout.strip().splitlines()[-1])
    return {**parts, "around": wall - sum(parts.values())}


def of_report(folder: Path, wall: float) -> dict[str, float]:
    """Seconds by part of the only run under ``folder``; empty when there is none."""
    found = sorted(folder.glob("runs/*/report.json"))
    if not found:
        return {}
    report: dict[str, Any] = json.loads(found[-1].read_text(encoding="utf-8"))
    spent: dict[str, float] = defaultdict(float)
    for step in report["steps"]:
        part = "log in" if step["id"] == "1.1" else SECTIONS.get(step["id"][0], "create")
        spent[part] += step["seconds"]
    spent["screenshots"] = report["time"]["screenshots"]
    return {**spent, "around": wall - sum(spent.values())}


def medians(taken: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """The median of each part over several commands."""
    return {part: round(statistics.median(one.get(part, 0.0) for one in taken), 2) for part in PARTS if taken}


def parts_table(profiles: Mapping[str, Mapping[str, Mapping[str, Any]]], ways: Sequence[str]) -> str:
    """Markdown: a row per profile and part; each cell is a share of the whole time of ``literal`` in the same profile."""
    lines = [f"| org | part | {' | '.join(f'`{way}`' for way in ways)} |", f"|---|---|{'---|' * len(ways)}"]
    for profile, measured in profiles.items():
        literal = measured.get("literal")
        if literal is None or not literal.get("parts"):
            continue
        for part in PARTS:
            cells = [_cell(measured.get(way, {}).get("parts", {}).get(part), literal["median"]) for way in ways]
            lines.append(f"| {profile} | {part} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _cell(seconds: float | None, whole: float) -> str:
    return f"{seconds / whole:.2f}" if seconds else "-"
