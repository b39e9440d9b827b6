"""The page that lists what a recording holds, for a person to review before it is shared."""

from __future__ import annotations

from pathlib import Path

from automation.record.file import Recording
from automation.record.questions import answers


def review_page(recording: Recording) -> str:
    """One HTML page without scripts and without anything from outside."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(autoescape=True, undefined=StrictUndefined)
    template = (Path(__file__).parent / "review.html.j2").read_text(encoding="utf-8")
    return environment.from_string(template).render(recording=recording, answers=answers(recording))
