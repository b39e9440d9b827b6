"""A pair to deliver, and places for what waits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from automation.delivery import Pending
from automation.delivery.deliver import Receipts
from automation.secrets import Secret
from automation.secrets.credentials import Credentials

HOST = "acme--dev.sandbox.my.salesforce.com"
MakePair = Callable[..., Credentials]


@pytest.fixture
def make_pair() -> MakePair:
    """A pair, with changes."""

    def make(**changes: Any) -> Credentials:
        values: dict[str, Any] = {
            "client_id": Secret("3MVG9.the.consumer.key_1"),
            "client_secret": Secret("CONSUMERSECRET0123456789ABCDEF"),
            "token_url": f"https://{HOST}/services/oauth2/token",
            "instance_url": f"https://{HOST}",
            "org_id": "00DWs000000AbCdMAK",
            "host": HOST,
            "app": "Service_Board",
            "created_at": "2026-11-24T10:00:00+00:00",
        }
        return Credentials(**{**values, **changes})

    return make


@pytest.fixture
def pair(make_pair: MakePair) -> Credentials:
    """The pair of one app of one org."""
    return make_pair()


@pytest.fixture
def pending() -> Pending:
    """Where this test's pair would wait."""
    return Pending(HOST, "Service_Board")


@pytest.fixture
def receipts() -> Receipts:
    """This test's receipts."""
    return Receipts(HOST, "Service_Board")
