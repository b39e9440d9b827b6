"""Reports are tested without the secrets that other tests made known."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.forgetting import only_own


@pytest.fixture(autouse=True)
def _own_secrets() -> Iterator[None]:
    with only_own():
        yield
