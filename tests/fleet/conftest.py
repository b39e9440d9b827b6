"""Fixtures of the fleet's tests."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.fleet.fleet_double import FleetOnReplica

if TYPE_CHECKING:
    from automation.replica import Replica


@pytest.fixture
def fleet(replica: Replica, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[FleetOnReplica]:
    """An empty fleet with a company of its own; its sandboxes are gone afterwards."""
    made = FleetOnReplica(replica, tmp_path, f"f{zlib.crc32(request.node.nodeid.encode())}")
    yield made
    for org in made.orgs.values():
        replica.world.orgs.pop(org.my_domain, None)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Slow tests run only when they are asked for: ``-m slow``."""
    if "slow" in str(config.getoption("markexpr")):
        return
    for item in items:
        if item.get_closest_marker("slow") is not None:
            item.add_marker(pytest.mark.skip(reason="takes minutes; run with -m slow"))
