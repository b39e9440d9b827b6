"""A small SOQL: ``SELECT fields FROM object [WHERE conditions] [ORDER BY field [DESC]] [LIMIT n]``.

Conditions are joined by AND / OR with parentheses; ``= != < > <= >= LIKE IN NOT IN``; text, numbers, booleans, null and
date-times. Names are compared without regard to case, text too, as in SOQL.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Row = Mapping[str, Any]
Test = Callable[[Row], bool]


class BadQuery(ValueError):
    """Malformed SOQL; the message is Salesforce-like."""


class BadField(BadQuery):
    """A column that the object does not have."""


@dataclass(frozen=True)
class Query:
    """A parsed query. ``fields`` of ``["COUNT()"]`` counts."""

    fields: list[str]
    kind: str
    test: Test
    order: str
    descending: bool
    limit: int


_TOKEN = re.compile(r"\s*(?:('(?:[^'\\]|\\.)*')|([A-Za-z_][\w.]*(?:\(\))?)|([0-9][0-9T:.Z+-]*)|(<=|>=|!=|<>|[=<>(),]))")
_WORDS = {"null": None, "true": True, "false": False}


def parse(text: str, select: Callable[[Query], list[Any]]) -> Query:
    """Parse a query. ``select`` runs a sub-query of IN and returns its first column. Raises BadQuery."""
    parser = _Parser(_tokens(text), select)
    query = parser.query()
    parser.end()
    return query


def _tokens(text: str) -> list[str]:
    tokens, at = [], 0
    text = text.strip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise BadQuery(f"unexpected token: '{text[at : at + 10]}'")
        tokens.append(found.group().strip())
        at = found.end()
    return tokens


class _Parser:
    def __init__(self, tokens: list[str], select: Callable[[Query], list[Any]]) -> None:
        self._tokens = tokens
        self._select = select
        self._at = 0

    def query(self) -> Query:
        self._word("select")
        fields = [self._next()]
        while self._maybe(","):
            fields.append(self._next())
        self._word("from")
        kind = self._next()
        test = self._either() if self._maybe("where") else _always
        order, descending = self._order()
        limit = int(self._next()) if self._maybe("limit") else 2000
        return Query(fields, kind, test, order, descending, limit)

    def end(self) -> None:
        """Nothing may follow."""
        if self._at < len(self._tokens):
            raise BadQuery(f"unexpected token: '{self._tokens[self._at]}'")

    def _order(self) -> tuple[str, bool]:
        if not self._maybe("order"):
            return "", False
        self._word("by")
        name = self._next()
        descending = self._maybe("desc")
        if not descending:
            self._maybe("asc")
        if self._maybe("nulls"):
            self._next()
        return name, descending

    def _either(self) -> Test:
        tests = [self._both()]
        while self._maybe("or"):
            tests.append(self._both())
        return lambda row: any(test(row) for test in tests)

    def _both(self) -> Test:
        tests = [self._one()]
        while self._maybe("and"):
            tests.append(self._one())
        return lambda row: all(test(row) for test in tests)

    def _one(self) -> Test:
        if self._maybe("("):
            inner = self._either()
            self._word(")")
            return inner
        if self._maybe("not"):
            negated = self._one()
            return lambda row: not negated(row)
        name, sign = self._next(), self._next().lower()
        if sign == "not":
            self._word("in")
            return _in(name, self._values(), wanted=False)
        if sign == "in":
            return _in(name, self._values(), wanted=True)
        return _compare(name, sign, _value(self._next()))

    def _values(self) -> list[Any]:
        self._word("(")
        if self._at < len(self._tokens) and self._tokens[self._at].lower() == "select":
            values = self._select(self.query())
            self._word(")")
            return values
        values = [_value(self._next())]
        while self._maybe(","):
            values.append(_value(self._next()))
        self._word(")")
        return values

    def _next(self) -> str:
        if self._at >= len(self._tokens):
            raise BadQuery("unexpected end of query")
        self._at += 1
        return self._tokens[self._at - 1]

    def _maybe(self, word: str) -> bool:
        if self._at < len(self._tokens) and self._tokens[self._at].lower() == word:
            self._at += 1
            return True
        return False

    def _word(self, word: str) -> None:
        if not self._maybe(word):
            found = self._tokens[self._at] if self._at < len(self._tokens) else "<EOF>"
            raise BadQuery(f"expecting '{word}', found '{found}'")


def _always(_: Row) -> bool:
    return True


def _value(token: str) -> Any:
    if token.startswith("'"):
        return re.sub(r"\\(.)", r"\1", token[1:-1])
    if token.lower() in _WORDS:
        return _WORDS[token.lower()]
    if token.isdigit():
        return int(token)
    return token


def field(row: Row, name: str) -> Any:
    """A row's value by field name (any case; ``Profile.Name`` reaches into a related row). Raises BadField."""
    head, _, rest = name.partition(".")
    for key, value in row.items():
        if key.lower() == head.lower():
            return field(value, rest) if rest and isinstance(value, Mapping) else value
    raise BadField(f"No such column '{name}' on entity")


def _plain(value: Any) -> Any:
    """Text without case; ids without their checksum letters, so that 15 and 18 characters are equal."""
    if isinstance(value, str):
        is_id = len(value) == 18 and value.isalnum() and value[5:9] == "0000"
        return value[:15] if is_id else value.lower()
    return value


def _same(left: Any, right: Any) -> bool:
    if isinstance(left, str) and isinstance(right, str) and len(right) == 15 and len(left) == 18:
        return left[:15] == right
    return bool(_plain(left) == _plain(right))


def _in(name: str, values: list[Any], *, wanted: bool) -> Test:
    return lambda row: any(_same(field(row, name), value) for value in values) is wanted


def _compare(name: str, sign: str, value: Any) -> Test:
    if sign == "=":
        return lambda row: _same(field(row, name), value)
    if sign in {"!=", "<>"}:
        return lambda row: not _same(field(row, name), value)
    if sign == "like":
        pattern = re.compile(re.escape(str(value)).replace("%", ".*").replace("_", "."), re.IGNORECASE)
        return lambda row: pattern.fullmatch(str(field(row, name))) is not None
    if sign in {"<", ">", "<=", ">="}:
        return lambda row: _ordered(sign, field(row, name), value)
    raise BadQuery(f"unexpected token: '{sign}'")


def _ordered(sign: str, left: Any, right: Any) -> bool:
    if left is None or right is None:
        return False
    low, same = left < right, left == right
    return bool({"<": low, "<=": low or same, ">": not low and not same, ">=": not low}[sign])
