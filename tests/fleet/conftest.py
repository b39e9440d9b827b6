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
