"""Limits for what stores answer. Every client library of theirs, boto3 to hvac, speaks HTTP by urllib3, so one place serves all."""

from __future__ import annotations

import http.client
import io
from typing import Any, Final

from automation.errors import DeliveryFailed
from automation.salesforce import hosts

LARGEST: Final = 2 << 20
"""Bytes of an answer as they come over the line. The largest secret of all stores is 1 MiB (Kubernetes), more as base64."""

LARGEST_PACKED: Final = 64 << 10
"""The same for a compressed answer, which grows a thousandfold at most."""


def limit(manager: Any) -> None:
    """Let every connection of a ``urllib3.PoolManager`` read answers up to `LARGEST` only; past it, DeliveryFailed."""
    manager.pool_classes_by_scheme = {scheme: _limited_pool(pool) for scheme, pool in manager.pool_classes_by_scheme.items()}


def _limited_pool(pool: Any) -> Any:
    connection = type(pool.ConnectionCls.__name__, (pool.ConnectionCls,), {"response_class": _Response})
    return type(pool.__name__, (pool,), {"ConnectionCls": connection})


class _Response(http.client.HTTPResponse):
    """An answer whose bytes are counted where they leave the socket, below every way of reading them."""

    def __init__(self, sock: Any, *args: Any, **more: Any) -> None:
        super().__init__(sock, *args, **more)
        self._counted = _Counted(self.fp.detach())
        self.fp = io.BufferedReader(self._counted)

    def begin(self) -> None:
        super().begin()
        if self.headers.get("content-encoding", "identity") != "identity":
            self._counted.largest = LARGEST_PACKED


class _Counted(io.RawIOBase):
    def __init__(self, raw: io.RawIOBase) -> None:
        self._raw, self._read, self.largest = raw, 0, LARGEST

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        count = self._raw.readinto(buffer)
        self._read += count or 0
        if self._read > self.largest:
            raise DeliveryFailed(f"The store's answer is larger than {self.largest} bytes.", next="Check what answers there.")
        return int(count) if count is not None else None

    def close(self) -> None:
        self._raw.close()
        super().close()


def redirected(location: str) -> DeliveryFailed:
    """The error for a store that sends us elsewhere; only the host of where is shown."""
    host = hosts.parse_url(location).host or "another place"
    return DeliveryFailed(
        f"The store redirects to {host}; neither token nor pair was sent there.",
        next="If that is right, name that host in the store's own setting (such as VAULT_ADDR); otherwise check what redirects.",
    )
