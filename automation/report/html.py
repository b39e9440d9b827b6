"""The report for people: one page that needs no other file, no script, and nothing from outside."""

from __future__ import annotations

import base64
import functools
import hashlib
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from automation.report.json_result import outcome_words
from automation.secrets import scrub
from automation.secrets.text_files import is_file

if TYPE_CHECKING:
    from jinja2 import Environment

KINDS_OF_TIME: Final = (
    ("org", "Waiting for the org", "a request to the org was under way, or a code or the spreading of a new key was waited for"),
    ("browser", "Browser", "rendering, scripts of the page, round trips to the browser, and what else kept the machine busy"),
    ("own", "This tool", "processor time of the tool itself"),
    ("screenshots", "Screenshots", "taking the screenshots in this report"),
    ("around", "Start and end", "starting and closing the browser, locks, files"),
)

OPTIONAL: Final[dict[str, Any]] = {"started": None, "notes": [], "differences": [], "tool": None}
"""What the object of ``--json`` does not have."""

EVIDENCE: Final = "evidence"
LARGEST_SCREENSHOT: Final = 3_000_000
"""Bytes; a larger file is only linked."""


def report_page(report: dict[str, Any], folder: Path) -> str:
    """The HTML of a report (the object of ``report.json``). Screenshots and evidence are read from the run folder."""
    word, sentence = outcome_words(report)
    return render(
        "report.html.j2",
        report={**OPTIONAL, **report},
        word=word,
        sentence=sentence,
        sections=_sections(report["steps"], folder),
        times=_times(report),
        longest=max([step["seconds"] for step in report["steps"]], default=0.0),
        error=report["error"],
        evidence=_evidence(folder) if report["error"] else [],
        files=[name for name in ("report.json", "report.junit.xml", "journal.jsonl") if (folder / name).is_file()],
        traces=[name for name in report.get("traces", []) if (folder / name).is_file()],
    )


def duration(seconds: float) -> str:
    """``0.4 s``, ``12.3 s``, ``2 min 5 s``; nothing for less than can be measured."""
    if seconds < 0.05:
        return ""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def render(template: str, **values: Any) -> str:
    """The HTML of a page, scrubbed, with the style of all of them."""
    style = _style()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    page = _environment().get_template(template).render(**values, style=style, style_hash=digest)
    return scrub(page)


@functools.cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("automation.report"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    made.filters["duration"] = duration
    return made


@functools.cache
def _style() -> str:
    return (Path(__file__).parent / "templates" / "style.css").read_text(encoding="utf-8")


def _sections(steps: list[dict[str, Any]], folder: Path) -> list[dict[str, Any]]:
    """Steps by the document's section, in its order, each step with its screenshot."""
    made = []
    for (number, title), group in groupby(steps, key=lambda step: (step["id"].partition(".")[0], step.get("section", ""))):
        members = [{**step, "image": _image(folder, step.get("screenshot")), "bar": _bar(step)} for step in group]
        results = [step["result"] for step in members]
        counts = [(results.count(one), one) for one in ("failed", "changed", "unchanged", "skipped") if one in results]
        seconds = sum(step["seconds"] for step in members)
        made.append({"number": number, "title": title, "steps": members, "counts": counts, "seconds": seconds})
    return made


def _bar(step: dict[str, Any]) -> list[tuple[str, float]]:
    """Kinds of time with their seconds, for the small bar of a step."""
    spent = step.get("time") or {"browser": step["seconds"]}
    return [(kind, spent[kind]) for kind, _, _ in KINDS_OF_TIME if spent.get(kind)]


def _times(report: dict[str, Any]) -> list[dict[str, Any]]:
    """Where the time of the whole run went: name, seconds, share, and the place in a bar that is 1000 wide."""
    spent = report.get("time")
    whole = sum(spent.values()) if spent else 0
    if not spent or not whole:
        return []
    made, at = [], 0.0
    for kind, title, meaning in KINDS_OF_TIME:
        seconds = spent.get(kind, 0.0)
        width = 1000 * seconds / whole
        share = f"{100 * seconds / whole:.0f} %"
        one = {"kind": kind, "title": title, "meaning": meaning, "seconds": seconds, "share": share, "x": at, "width": width}
        made.append(one)
        at += width
    return made


def _evidence(folder: Path) -> list[dict[str, Any]]:
    """The pages that were open at the failure: name, text, and screenshot where there is one."""
    made = []
    for path in sorted((folder / EVIDENCE).glob("page-*.txt")):
        screenshot = path.with_suffix(".png").name
        text = scrub(path.read_text(encoding="utf-8", errors="replace"))
        made.append({"name": f"{EVIDENCE}/{path.name}", "text": text, "image": _image(folder, f"{EVIDENCE}/{screenshot}")})
    return made


def _image(folder: Path, name: str | None) -> str | None:
    """A screenshot of the run folder as a ``data:`` URL; None when it is not there."""
    path = folder / name if name else None
    if path is None or not is_file(path) or not path.resolve().is_relative_to(folder.resolve()):
        return None
    if path.stat().st_size > LARGEST_SCREENSHOT:
        return None
    kind = "jpeg" if path.suffix == ".jpg" else "png"
    return f"data:image/{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"
