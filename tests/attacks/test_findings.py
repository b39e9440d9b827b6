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
def test_a_finding_was_seen_and_is_held(finding: str) -> None:
    """By tests that are there, or it has a reason why it stays."""
    found = next(part[finding] for part in FINDINGS.values() if finding in part)
    assert set(found) in ({"before", "tests"}, {"before", "stays"})
    assert all(found.values())
    for node in found.get("tests", []):
        file, *names = node.split("::")
        scope: list[ast.stmt] = ast.parse((ROOT / file).read_text(encoding="utf-8")).body
        for name in names:
            scope = next((one.body for one in scope if isinstance(one, (ast.ClassDef, ast.FunctionDef)) and one.name == name), [])
        assert scope, node
