"""Suggestions for a label file, made from what a run expected and what was there instead."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

from automation.artifacts.evidence import masked
from automation.errors import RunbookError
from automation.secrets import scrub
from automation.secrets.files import write_private
from flows.pages.labels import Labels

log = logging.getLogger(__name__)

NAME: Final = "labels.toml"

HEAD: Final = """\
# What the run expected and did not find, with what was there instead.
# 1. Find the line of the control that you see on the page (a screenshot and the accessibility tree are beside this file).
# 2. In its list keep the text that the page shows, and delete the others.
# 3. Delete the lines that you do not need, save the file elsewhere, and set LABELS_FILE to it. Then run again.
"""


def suggest_labels(error: RunbookError, labels: Labels, folder: Path, *, private: bool) -> None:
    """Leave a label file with suggestions in the evidence folder, and point to it, if a label may be the cause.

    ``private``: the failure came while secrets were typed or shown, so nothing that may be one is kept.
    """
    text = suggested_labels(error, labels, (lambda shown: masked(scrub(shown))) if private else scrub)
    if text is None:
        return
    try:
        path = write_private(folder / NAME, text)
    except OSError as trouble:
        log.warning("The suggestions for a label file could not be kept: %s.", trouble.strerror)
        return
    error.next = f"{path} shows what was there instead; if Salesforce renamed it, make your LABELS_FILE from it and run again."
    if not labels.known_language:
        error.next += f' Or run with a user whose language is English: the org\'s is "{labels.language}", which has no label file.'


def suggested_labels(error: RunbookError, labels: Labels, clean: Callable[[str], str] = scrub) -> str | None:
    """A TOML file in the form of a label file; None when the failure has nothing to do with labels.

    ``clean`` removes what is secret from each text, before it becomes TOML: afterwards it could cut an escape in two.
    """
    parts = [
        _lines(key, labels, f"{wanted.role} {_text(wanted.label)}", tuple(map(clean, wanted.there)))
        for wanted in error.sought
        for key in labels.keys_of(wanted.label)
    ]
    return HEAD + "".join(parts) if parts else None


def _lines(key: str, labels: Labels, looked_for: str, there: tuple[str, ...]) -> str:
    known = labels.label(key).texts if labels.knows(key) else ()
    texts = list(dict.fromkeys([*there, *known]))
    listed = ", ".join(_text(text) for text in texts)
    return f'\n# {key} ({labels.language}): looked for {looked_for}\n{key} = {{ text = [{listed}], source = "own" }}\n'


def _text(text: str) -> str:
    """As a TOML string. JSON's form is one, but for the control characters from DEL on, and halves of characters."""
    whole = text.encode("utf-8", "replace").decode()
    return re.sub(r"[\x7f-\x9f]", lambda found: f"\\u{ord(found.group()):04x}", json.dumps(whole, ensure_ascii=False))
