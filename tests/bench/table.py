"""What was measured, as JSON and as the table of ``docs/speed.md``."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

RECORDED: Final = Path(__file__).with_name("recorded.json")
ROOT: Final = Path(__file__).resolve().parents[2]
PAGES: Final = (ROOT / "docs" / "speed.md",)
WORSE: Final = 1.5
"""By how much a ratio may be worse than the recorded one."""

_MARKED = re.compile(r"(<!-- measured: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def contest_table(measured: Mapping[str, Any]) -> str:
    """Markdown: a row per profile and way. Ratios are to ``literal`` of the same profile and run."""
    lines = [
        f"{measured['machine']}. Median of {_rounds(measured)} interleaved rounds.",
        "",
        "| org | way | x literal (time) | worst | x literal (CPU) | round trips |",
        "|---|---|---|---|---|---|",
    ]
    for profile, ways in measured["profiles"].items():
        literal = ways.get("literal")
        for way, row in ways.items():
            lines.append(f"| {profile} | `{way}` | {_cells(row, literal)} |")
    return "\n".join(lines) + "\n"


def _rounds(measured: Mapping[str, Any]) -> str:
    counts = sorted({int(row["rounds"]) for ways in measured["profiles"].values() for row in ways.values()})
    return " to ".join(str(count) for count in dict.fromkeys((counts[0], counts[-1])))


def _cells(row: Mapping[str, float], literal: Mapping[str, float] | None) -> str:
    trips = str(row["round_trips"] or "none")
    if literal is None:
        return f"- | - | - | {trips}"
    time, worst, cpu = row["median"] / literal["median"], row["worst"] / literal["median"], row["cpu"] / literal["cpu"]
    return f"{time:.2f} | {worst:.2f} | {cpu:.2f} | {trips}"


def scale_table(rows: list[Mapping[str, Any]]) -> str:
    """Markdown: a row per number of orgs at once."""
    lines = [
        "| orgs at once | x ideal throughput | orgs/minute | CPU busy | CPU s per org | peak memory (PSS) | of it pages, per org |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += (
        f"| {row['jobs']} | {row['of_ideal']:.2f} | {row['per_minute']:.1f} | {100 * row['busy']:.0f} % | {row['cpu']:.1f} "
        f"| {row['peak_mb']:.0f} MB | {row['pages_mb'] / row['jobs']:.0f} MB |"
        for row in rows
    )
    return "\n".join(lines) + "\n"


def into_page(tables: Mapping[str, str], page: Path) -> None:
    """Replace the marked tables of a page."""
    text = page.read_text(encoding="utf-8")
    page.write_text(_MARKED.sub(lambda found: found[1] + tables.get(found[2], _inner(found)) + found[3], text), encoding="utf-8")


def _inner(found: re.Match[str]) -> str:
    return found[0][len(found[1]) : -len(found[3])]


def recorded(file: Path = RECORDED) -> dict[str, Any]:
    """The last measurements that were kept; empty when there are none."""
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}


def keep(measured: Mapping[str, Any], file: Path = RECORDED) -> None:
    """Merge into the kept measurements: profiles that were not measured now stay."""
    old = recorded(file)
    profiles = {**old.get("profiles", {}), **measured.get("profiles", {})}
    merged = {**old, **measured, "profiles": profiles}
    file.write_text(json.dumps(merged, indent=1) + "\n", encoding="utf-8")


def worse(now: Mapping[str, Mapping[str, float]], before: Mapping[str, Mapping[str, float]]) -> list[str]:
    """Sentences about ratios to ``literal`` that are more than half worse than the recorded ones.

    Compared are round trips and CPU seconds: on a machine that does other things too, a single round's wall time says
    nothing.
    """
    found = []
    for way in now.keys() & before.keys() - {"literal"}:
        for what in ("round_trips", "cpu"):
            ratio, known = (table[way][what] / table["literal"][what] for table in (now, before))
            if ratio > WORSE * known:
                found.append(f"{way}: {what} is {ratio:.2f} x literal; recorded is {known:.2f}")
    return found
