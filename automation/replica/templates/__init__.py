"""The classic (not Lightning) pages, as jinja2 templates, with their texts in three languages."""

from __future__ import annotations

import functools
import tomllib
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup, escape

FOLDER = Path(__file__).parent
_ENVIRONMENT = jinja2.Environment(
    loader=jinja2.FileSystemLoader(FOLDER), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True
)


@functools.cache
def texts(language: str) -> dict[str, str]:
    """Texts of the classic pages in a language; what it lacks is English."""
    merged: dict[str, str] = {}
    for name in ("en", language):
        path = FOLDER / f"texts.{name}.toml"
        if path.exists():
            merged |= tomllib.loads(path.read_text(encoding="utf-8"))["text"]
    return merged


def bold(text: str) -> Markup:
    """``**words**`` as bold text, everything escaped."""
    parts = [escape(part) for part in text.split("**")]
    return Markup("").join(Markup("<b>{}</b>").format(part) if number % 2 else part for number, part in enumerate(parts))


_ENVIRONMENT.filters["bold"] = bold


def render(template: str, *, language: str = "en", **values: Any) -> str:
    """Render ``template`` with ``t`` as the language's texts."""
    return _ENVIRONMENT.get_template(template).render(t=texts(language), language=language, **values)
