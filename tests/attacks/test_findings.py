"""Every finding of the reviews has a test that holds it, or a reason why it stays."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FINDINGS = tomllib.loads((Path(__file__).parent / "findings.toml").read_text(encoding="utf-8"))


def test_no_finding_is_left_out() -> None:
    reviewed = [*(f"H{number}" for number in range(1, 5)), *(f"M{number}" for number in range(1, 14))]
    assert list(FINDINGS["reviewed"]) == [*reviewed, *(f"L{number}" for number in range(1, 23))]
    assert list(FINDINGS["in_the_field"]) == [f"F{number}" for number in range(1, 33)]


@pytest.mark.parametrize("finding", [name for part in FINDINGS.values() for name in part])
def test_a_finding_is_held(finding: str) -> None:
    """By tests that are there."""
    held = next(part[finding] for part in FINDINGS.values() if finding in part)
    if isinstance(held, str):
        assert held.startswith("stays: ")
        return
    for node in held:
        file, _, name = node.partition("::")
        tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
        assert name in {one.name for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)}, node
