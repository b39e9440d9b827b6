"""Does the Run As user have the rights that the vendor's Appendix C asks for? Asked as that user, with the proof token."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import partial
from importlib import resources
from typing import Any, Final

from automation.network.parallel import in_background, together
from automation.org_api.rest import NotReadable, Rest

DEFAULT_RECIPE: Final = "service_board"

_FLAGS: Final = {"R": "queryable", "C": "createable", "E": "updateable", "D": "deletable"}
_WORDS: Final = {"R": "read", "C": "create", "E": "edit", "D": "delete"}


@dataclass(frozen=True)
class ObjectRight:
    """Rights on one object: letters of ``RCED``. ``names``: API names of which any may be the right one."""

    label: str
    names: tuple[str, ...]
    rights: str

    @property
    def package(self) -> str | None:
        """The namespace of the managed package that brings the object, None for standard objects."""
        prefix, _, rest = self.names[0].partition("__")
        return prefix if "__" in rest else None


@dataclass(frozen=True)
class Ask:
    """A question that one query answers: at least one record means yes. ``{user_id}`` in ``soql`` is the Run As user."""

    label: str
    soql: str


@dataclass(frozen=True)
class Recipe:
    """What one integration needs; see ``automation/recipes``."""

    name: str
    objects: tuple[ObjectRight, ...]
    asks: tuple[Ask, ...]


@dataclass
class Rights:
    """What was found out. All three are lists of sentences; ``missing`` is what has to be fixed."""

    missing: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    checked: int = 0

    def __str__(self) -> str:
        if not self.missing:
            return f"all {self.checked} rights that could be read are there"
        return f"{len(self.missing)} missing: {'; '.join(self.missing)}"


def load_recipe(name: str = DEFAULT_RECIPE) -> Recipe:
    """The recipe ``automation/recipes/<name>.toml``. Raises FileNotFoundError when there is none of that name."""
    text = resources.files("automation").joinpath("recipes", f"{name}.toml").read_text(encoding="utf-8")
    tree: dict[str, Any] = tomllib.loads(text)
    objects = tuple(ObjectRight(one["label"], tuple(one["names"]), one["rights"]) for one in tree["objects"])
    return Recipe(tree["name"], objects, tuple(Ask(one["label"], one["soql"]) for one in tree["asks"]))


def check_rights(rest: Rest, recipe: Recipe, user_id: str) -> Rights:
    """Compare the recipe with what the token's user may do.

    Rights on objects come from Describe Global, which answers for all objects at once; where that is refused, from each
    object's own description. A package of which no object is visible is one sentence.
    """
    visible = in_background(partial(_visible, rest, recipe))  # no question waits for another
    answers = together([partial(rest.query, ask.soql.replace("{user_id}", user_id)) for ask in recipe.asks])
    seen = visible.result()
    found = Rights()
    packages = dict.fromkeys(one.package for one in recipe.objects if one.package is not None)
    absent = [package for package in packages if not any(name.startswith(f"{package}__") for name in seen)]
    for package in absent:
        found.missing.append(f"no object of package {package} is visible (not installed, no licence, or no rights)")
    for wanted in recipe.objects:
        if wanted.package not in absent:
            _check_object(wanted, seen, found)
    for ask, answer in zip(recipe.asks, answers, strict=True):
        _note_answer(ask, answer, found)
    return found


def _visible(rest: Rest, recipe: Recipe) -> dict[str, dict[str, Any]]:
    everything = rest.describe_all()
    if not isinstance(everything, NotReadable):
        return everything
    names = [name for wanted in recipe.objects for name in wanted.names]
    described = zip(names, together([partial(rest.describe, name) for name in names]), strict=True)
    return {name: one for name, one in described if not isinstance(one, NotReadable)}


def _check_object(wanted: ObjectRight, seen: dict[str, dict[str, Any]], found: Rights) -> None:
    found.checked += 1
    name = next((name for name in wanted.names if name in seen), None)
    if name is None:
        found.missing.append(f"{wanted.label} ({wanted.names[0]}): not visible")
        return
    lacking = [_WORDS[letter] for letter in wanted.rights if not seen[name].get(_FLAGS[letter])]
    if lacking:
        found.missing.append(f"{wanted.label} ({name}): {', '.join(lacking)}")


def _note_answer(ask: Ask, answer: list[dict[str, Any]] | NotReadable, found: Rights) -> None:
    if isinstance(answer, NotReadable):
        found.unreadable.append(ask.label)
        return
    found.checked += 1
    if not answer:
        found.missing.append(ask.label)
