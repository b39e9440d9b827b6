"""What people read uses the words of the field: those on the left are not in messages, help texts, reports and docs."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

INSTEAD = {
    r"tell|tells|telling|told": "show, report, say",
    r"mend(s|ed|ing)?": "fix",
    r"cur(e|es|ed|ing)": "fix",
    r"anew": "again",
    r"as wanted": "as configured",
    r"(all|orgs?|brought|bring\w*|ends?|ended) in order": "up to date, repaired, cleanly",
    r"ways? in(?! which)|ways? into (the|an) org|doors?": "login method, login",
    r"page's address|address of (a|the) page|(its|whose) address": "URL",
    r"mails?|mailed|e-mails?": "email",
    r"pictures?": "screenshot",
    r"user names?": "username",
    r"vouch(es)?|(?<!certificate-)authorit(y|ies)": "trust, CA",
    r"(a|the) ring": "redirect loop",
    r"(lies|stands?) (in|at|on|over|there|beside|below)": "is, is stored, covers",
    r"remarks?": "note",
    r"hand(s|ed)? (it )?round": "share",
    r"looks? (it |this page )?through|looked through": "review",
    r"accessible trees?": "accessibility tree",
    r"(configured|another|a|no|which) means": "method",
    r"second time": "confirm",
}
"""Regular expression to the word to use."""

OTHERS_WORDS = ("automation/replica/",)
"""The replica speaks as Salesforce's pages do."""

LEFT = re.compile("|".join(rf"(?:\b(?:{words})\b)" for words in INSTEAD), re.IGNORECASE)

NOT_PROSE = re.compile(
    r"```.*?```|`[^`\n]*`|\]\([^)]*\)|https?://\S+|<!--.*?-->|<style.*?</style>|\{[{%].*?[%}]\}|<[^>]+>", re.DOTALL
)
"""In Markdown and templates: code, link targets, comments, tags."""


def sentences(path: Path) -> Iterator[str]:
    """The texts of a file that people may read."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        yield from literals(ast.parse(text))
    else:
        yield NOT_PROSE.sub(" ", text)


def literals(tree: ast.AST) -> Iterator[str]:
    """Literals with a blank: sentences, not names.

    Docstrings and other bare strings are comments, but for the first line of an error's, which the table of errors shows.
    """
    comments = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and any(isinstance(one, ast.Assign) and "recovery" in ast.dump(one) for one in node.body):
            yield (ast.get_docstring(node) or "").partition("\n")[0]
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in comments and " " in node.value:
            yield node.value


def shown() -> list[Path]:
    """Files that hold texts for people, but for `OTHERS_WORDS`."""
    found = [ROOT / "README.md", *(ROOT / "docs").glob("*.md"), ROOT / ".env.example", ROOT / "orgs.example.toml"]
    for folder in ("automation", "flows"):
        found += [path for ending in ("py", "j2") for path in (ROOT / folder).rglob(f"*.{ending}")]
    skipped = OTHERS_WORDS
    return sorted(path for path in found if not path.relative_to(ROOT).as_posix().startswith(skipped))


def test_what_people_read_uses_the_words_of_the_field() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {match.group()!r} in {text[max(0, match.start() - 40) : match.end() + 40]!r}"
        for path in shown()
        for text in sentences(path)
        for match in LEFT.finditer(text)
    ]
    assert not found, "\n".join(["see INSTEAD for the words to use", *found])


@pytest.mark.parametrize(
    "code",
    [
        'raise E("Mend the label file")',
        'note(f"Stopped: {x} told us")',
        'class E(Base):\n    """A way into an org was shut."""\n    recovery = "x"',
    ],
)
def test_a_message_with_another_word_is_found(code: str) -> None:
    """Plain texts, parts of f-strings, and the first line of an error's docstring, which the table of errors shows."""
    assert any(LEFT.search(text) for text in literals(ast.parse(code)))


def test_comments_and_names_are_left_alone() -> None:
    assert list(literals(ast.parse('"""Told in a docstring."""\nx = {"told": 1}\n"""A picture of x."""'))) == []
