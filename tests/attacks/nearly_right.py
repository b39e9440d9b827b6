"""JSON that is right but for one place: what an older or newer version, or somebody's hand, makes of a file or an answer."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any, Final

WRONG: Final[tuple[Any, ...]] = (
    *(None, True, -1, 10**30, float("inf"), "", "\ud800", "\x1b[2J", "../../x", "https://evil.example/", "a" * 5000),
    *([], [[]], [None], {}, {"a": None}),
)


def nearly_right(tree: Any) -> Iterator[Any]:
    """The tree with a wrong value, or none, in each place."""
    for place in _places(tree):
        for wrong in WRONG:
            yield _changed(tree, place, wrong)
        if place:
            yield _changed(tree, place, None, drop=True)


def _places(tree: Any) -> Iterator[tuple[Any, ...]]:
    yield ()
    inside = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in inside:
        yield from ((key, *place) for place in _places(value))


def _changed(tree: Any, place: tuple[Any, ...], value: Any, *, drop: bool = False) -> Any:
    if not place:
        return value
    changed = copy.deepcopy(tree)
    around = changed
    for key in place[:-1]:
        around = around[key]
    if drop:
        del around[place[-1]]
    else:
        around[place[-1]] = value
    return changed
