"""Reports are tested without the secrets that other tests made known."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from automation.secrets import secret as secrets


@pytest.fixture(autouse=True)
def _own_secrets() -> Iterator[None]:
    with secrets.only_own():
        yield
