"""requirements.lock, which is what gets installed, holds what pyproject.toml asks for."""

from __future__ import annotations

import re
import tomllib
from itertools import chain
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
WANTED = [
    one
    for one in map(Requirement, chain(PROJECT["dependencies"], *PROJECT["optional-dependencies"].values()))
    if one.name != PROJECT["name"]  # the extra "test" takes the others along
]
ENTRIES = re.split(r"\n(?=[A-Za-z0-9])", (ROOT / "requirements.lock").read_text(encoding="utf-8"))
LOCKED = [(Requirement(entry.partition(" \\")[0]), entry) for entry in ENTRIES]


@pytest.mark.parametrize("wanted", WANTED, ids=str)
def test_each_dependency_is_locked_at_a_version_that_will_do(wanted: Requirement) -> None:
    """For every system and Python that the lock file distinguishes."""
    name = canonicalize_name(wanted.name)
    versions = [next(iter(pin.specifier)).version for pin, _ in LOCKED if canonicalize_name(pin.name) == name]
    assert versions, "run make lock"
    assert all(wanted.specifier.contains(version, prereleases=True) for version in versions), "run make lock"


def test_every_entry_is_one_version_with_a_hash() -> None:
    assert [entry for pin, entry in LOCKED if not str(pin.specifier).startswith("==") or "--hash=sha256:" not in entry] == []
