"""Documented steps: the decorator that registers them, what a step finds, and the engine that runs them in order."""

from automation.steps.step import (
    SECTIONS,
    Difference,
    Finding,
    Observer,
    Step,
    StepResult,
    entry_before,
    needed,
    registered,
    registered_steps,
    skipped,
    step,
    unchanged,
)

__all__ = [
    "SECTIONS",
    "Difference",
    "Finding",
    "Observer",
    "Step",
    "StepResult",
    "entry_before",
    "needed",
    "registered",
    "registered_steps",
    "skipped",
    "step",
    "unchanged",
]
