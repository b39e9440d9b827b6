"""What nobody outside an org knows, as questions; and which of them a recording answers.

The list is in ``questions.toml``, and a table in ``docs/new-org.md``: what to check is five minutes' work for a person with an
org. The numbers are those of the evidence (`setup-ui` 15), the letters those of `update-2026-11-28`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from automation.record.file import PageCopy, Recording
from flows.pages.labels import Labels

Answer = Callable[[Recording, Labels], str | None]


@dataclass(frozen=True)
class Question:
    """An open question.

    Attributes:
        id: number in the evidence.
        look_at: what to look at in an org, in a sentence.
        answer: what a recording says to it, None when it says nothing; without one, only a person can say.
    """

    id: str
    text: str
    look_at: str
    answer: Answer | None = None


def answers(recording: Recording) -> list[tuple[Question, str | None]]:
    """Every question with this recording's answer, or None."""
    labels = Labels(recording.language)
    return [(one, one.answer(recording, labels) if one.answer is not None else None) for one in QUESTIONS]


def pages_of(recording: Recording, *steps: str) -> Iterator[PageCopy]:
    """The pages that were looked at in steps whose number begins so, each once, in order."""
    numbers = {lookup.page: None for lookup in recording.lookups if lookup.step.startswith(steps)}
    return (recording.page(number) for number in numbers)


def _done(recording: Recording, step: str) -> bool:
    return any(one.id == step and one.result == "changed" for one in recording.steps)


def _found(pattern: str, pages: Iterator[PageCopy]) -> str | None:
    """What the pattern's group is in the first tree that has it, with the page's number."""
    for page in pages:
        match = re.search(pattern, page.tree, re.MULTILINE | re.IGNORECASE)
        if match:
            return f"{match.group(1).strip()} (page {page.number})"
    return None


def _asked(*steps: str, ticked_in: str) -> Answer:
    """The title of the confirmation; that there was none, where the box was ticked without one."""

    def answer(recording: Recording, labels: Labels) -> str | None:
        sentence = labels.containing("confirm.client_credentials").pattern
        asking = (page for page in pages_of(recording, *steps) if re.search(sentence, page.tree, re.IGNORECASE))
        titled = _found(r'^\s*- (?:alert)?dialog "([^"]+)"', asking)
        return titled or ("no confirmation in the page" if _done(recording, ticked_in) else None)

    return answer


def _toast(recording: Recording, _: Labels) -> str | None:
    return _found(r"^\s*- (?:alert|status): (\S.*)$", pages_of(recording, "1.7", "2.1", "2.2", "3.5"))


def _paths(recording: Recording, _: Labels) -> str | None:
    """The last parts of the paths of the form and of the new app's page, which hold no name."""
    form = [_end(page) for page in pages_of(recording, "1.4")][:1]
    made = [_end(page) for page in pages_of(recording, "2.1", "2.2", "2.3")][:1]
    return f"form: {form[0]}; app: {made[0]}" if form and made and _done(recording, "1.7") else None


def _end(page: PageCopy) -> str:
    return urlsplit(page.url).path.rpartition("/")[2] or "/"


def _saves(recording: Recording, labels: Labels) -> str | None:
    name = rf'^\s*- button "(?:{"|".join(map(re.escape, labels.label("detail.save").all_texts))})"'
    counts = [len(re.findall(name, page.tree, re.MULTILINE)) for page in pages_of(recording, "2.4", "2.5", "3.4")]
    most = max(counts, default=0)
    return str(most) if most else None


def _movers(recording: Recording, labels: Labels) -> str | None:
    """The names of the buttons between the two lists of scopes."""
    lists = [labels.label(key).all_texts for key in ("create.scopes_available", "create.scopes_selected")]
    first, second = ("|".join(map(re.escape, texts)) for texts in lists)
    for page in pages_of(recording, "1.4"):
        between = re.search(rf'listbox "(?:{first})"(.*?)listbox "(?:{second})"', page.tree, re.DOTALL)
        names = re.findall(r'- button "([^"]+)"', between.group(1)) if between else []
        if names:
            return f"{', '.join(names)} (page {page.number})"
    return None


def _pkce(recording: Recording, labels: Labels) -> str | None:
    text = "|".join(map(re.escape, labels.label("create.pkce").all_texts))
    found = _found(rf'^\s*- checkbox "\W*(?:{text})"(.*)$', pages_of(recording, "1.4", "1.5", "1.6"))
    return found and ("locked" if "[disabled]" in found else "can be changed") + found[found.rindex(" (") :]


def _options(recording: Recording, labels: Labels) -> str | None:
    """The options of the list that has ``Relax IP restrictions``, in their order."""
    for page in pages_of(recording, "3.4"):
        names = re.findall(r'^\s*- option "([^"]+)"', page.tree, re.MULTILINE)
        if any(labels.same("policies.ip_bypass", name) for name in names):
            return f"{' / '.join(names)} (page {page.number})"
    return None


def _method(recording: Recording, _: Labels) -> str | None:
    """The verification at the reveal, by the last part of its path."""
    asked = [page for page in pages_of(recording, "4.6") if "/_ui/identity/" in page.url]
    if asked:
        return urlsplit(asked[0].url).path.partition("/verification/method/")[2] or "a page of the identity family"
    return "not asked" if _done(recording, "4.6") else None


def _technology(recording: Recording, _: Labels) -> str | None:
    shown = list(pages_of(recording, "4.7"))
    if not shown:
        return None
    return "Lightning" if urlsplit(shown[-1].url).path.startswith("/lightning/") else "classic"


def _shadow(recording: Recording, _: Labels) -> str | None:
    html = "".join(page.html for page in pages_of(recording, "1.4"))
    if not html:
        return None
    return "native shadow roots" if "shadowrootmode" in html else "no shadow roots (synthetic, or none)"


ANSWERS: Final[Mapping[str, Answer]] = {
    "1a": _asked("1.5", ticked_in="1.5"),
    "1b": _asked("2.4", "2.5", ticked_in="2.4"),
    "2": _toast,
    "4": _paths,
    "7": _saves,
    "10": _movers,
    "14": _pkce,
    "15": _options,
    "16": _method,
    "17": _technology,
    "20": _shadow,
}
"""By the question's number; the others need a person."""

_FILE: Final = Path(__file__).with_name("questions.toml").read_text(encoding="utf-8")
QUESTIONS: Final = tuple(Question(**one, answer=ANSWERS.get(one["id"])) for one in tomllib.loads(_FILE)["question"])
