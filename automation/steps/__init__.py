"""Documented steps: the decorator that registers them, and what a step answers.

A step is a plain function. It reads first and answers with a `Finding`: nothing to do (`unchanged`), not applicable
here (`skipped`), or `needed(...)` with the differences and the act that would remove them. The engine (`runner`)
performs the act, or, when planning, only shows it. So planning can't change anything: acting code is reachable
only through ``Finding.act``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True)
class Difference:
    """One value that differs from the configuration: ``IP Relaxation: Enforce IP restrictions -> Relax IP restrictions``."""

    what: str
    before: str | None
    after: str

    def __str__(self) -> str:
        before, after = (", ".join(value.splitlines()) for value in (self.before or "(empty)", self.after))
        return f"{self.what}: {before} -> {after}"


@dataclass(frozen=True)
class Finding:
    """What the reading half of a step found.

    ``result`` is what the report shows when ``act`` was performed or when there is none.
    ``blocks_reading``: after a planned act of this kind the later steps have nothing to read (the app is not there).
    """

    result: str
    note: str
    differences: tuple[Difference, ...] = ()
    act: Callable[[], str | None] | None = None
    blocks_reading: bool = False


def unchanged(note: str) -> Finding:
    """Nothing in the org had to change; the sentence says what is already so, or where the step went."""
    return Finding("unchanged", note)


def skipped(note: str) -> Finding:
    """The step does not apply in this run; the sentence says why."""
    return Finding("skipped", note)


def needed(note: str, *differences: Difference, act: Callable[[], str | None], blocks_reading: bool = False) -> Finding:
    """Something has to change. ``act`` does it and may answer a better sentence than ``note``."""
    return Finding("changed", note, differences, act, blocks_reading)


@dataclass(frozen=True)
class Step:
    """A documented step: its number and sentence, the document's section, and the function that does it.

    What the engine has to know of a step is said here, beside the step, so that no step number is written anywhere else.

    Attributes:
        login: it leads into the org; nothing is recorded from its beginning, and the org's host is known at its end.
        always: it is done even when ``--from`` begins later, as it leads to the app.
        entry: a run can begin here: the step finds its own way, while those after it go on with what is on screen.
        fills: it fills in what the next step that ``commits`` saves.
        commits: it clicks Create or Save, which changes the org.
        private: it shows verification, key or secret, so its section is done again from its entry.
    """

    id: str
    title: str
    section: str
    run: Callable[..., Finding] = field(repr=False)
    login: bool = False
    always: bool = False
    entry: bool = False
    fills: bool = False
    commits: bool = False
    private: bool = False


@dataclass(frozen=True)
class StepResult:
    """One line of the report. ``result``: changed, unchanged, skipped or failed; ``seconds``: wall time."""

    step: Step
    result: str
    seconds: float
    note: str
    differences: tuple[Difference, ...] = ()

    @property
    def id(self) -> str:
        return self.step.id

    @property
    def title(self) -> str:
        return self.step.title

    @property
    def section(self) -> str:
        return self.step.section


class Observer(Protocol):
    """Whoever follows a run: console, trace groups, journal, banner."""

    def step_started(self, step: Step) -> None: ...

    def step_ended(self, result: StepResult) -> None: ...


SECTIONS = {
    "1": "Create the External Client App",
    "2": "Configure the OAuth policies",
    "3": "Generate client credentials",
    "4": "Retrieve the client credentials",
    "5": "Prove and deliver (ours)",
}

_registry: dict[str, Step] = {}


def step(id: str, title: str, **facts: bool) -> Callable[[Callable[..., Finding]], Callable[..., Finding]]:
    """Register a function as documented step ``id`` with the sentence ``title``; ``facts`` are attributes of `Step`.

    It is called with what its `runner.Runner` was given.
    """

    def register(function: Callable[..., Finding]) -> Callable[..., Finding]:
        if id in _registry and _registry[id].run.__module__ != function.__module__:
            raise ValueError(f"step {id} is defined twice")
        _registry[id] = Step(id, title, SECTIONS[id.split(".", maxsplit=1)[0]], function, **facts)
        return function

    return register


def entry_before(id: str) -> Step:
    """The step at which a run that is to do step ``id`` begins: itself, or the nearest entry before it."""
    return [step for step in registered_steps() if step.entry and sort_key(step.id) <= sort_key(id)][-1]


def registered(id: str | None) -> Step | None:
    """The step of this number; None when there is none."""
    return _registry.get(id or "")


def sort_key(id: str) -> tuple[int, ...]:
    """By which step numbers are in the document's order."""
    return tuple(int(part) for part in id.split("."))


def registered_steps() -> list[Step]:
    """All steps in the document's order. Importing ``flows`` registers them."""
    return sorted(_registry.values(), key=lambda step: sort_key(step.id))
