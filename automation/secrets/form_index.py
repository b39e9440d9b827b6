"""Finding any of very many texts in one: the time depends on the text, not on how many are searched for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

HEAD: Final = 4
"""Characters by which texts are looked up; shorter ones are not taken."""


class FormIndex:
    """Texts by their first characters, and among those by their length."""

    def __init__(self) -> None:
        self._by_head: dict[str, dict[int, set[str]]] = {}

    def add(self, forms: Iterable[str]) -> None:
        """Look for these too."""
        for form in forms:
            if len(form) < HEAD:
                continue
            by_length = self._by_head.get(form[:HEAD], {})
            if len(form) in by_length:
                by_length[len(form)].add(form)
            else:  # another dict, as a thread may be going through this one; longest first: a secret may begin as another does
                self._by_head[form[:HEAD]] = dict(sorted([*by_length.items(), (len(form), {form})], reverse=True))

    def finds(self, text: str) -> bool:
        """Whether any of them is in the text."""
        return next(self._found(text), None) is not None

    def replaced(self, text: str, mask: str) -> str:
        """The text with each of them replaced; the first and longest wins where two overlap."""
        parts, at = [], 0
        for begin, end in self._found(text):
            parts += [text[at:begin], mask]
            at = end
        return "".join([*parts, text[at:]]) if parts else text

    def _found(self, text: str) -> Iterator[tuple[int, int]]:
        heads, end = self._by_head, 0
        for at in [at for at in range(len(text) - HEAD + 1) if text[at : at + HEAD] in heads]:
            if at >= end and (length := self._length_at(text, at)):
                end = at + length
                yield at, end

    def _length_at(self, text: str, at: int) -> int:
        for length, forms in self._by_head[text[at : at + HEAD]].items():
            if text[at : at + length] in forms:
                return length
        return 0
