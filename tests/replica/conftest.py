"""Fixtures of the replica's own tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from tests.replica.visitor import Visitor

if TYPE_CHECKING:
    from collections.abc import Callable

    from automation.replica import OrgHandle


class Visit(Protocol):
    """Makes a browser for an org, or for a fresh org with variants."""

    def __call__(self, org: OrgHandle | None = None, **variants: Any) -> Visitor:
        """A browser that has not logged in."""


@pytest.fixture
def visit(new_org: Callable[..., OrgHandle]) -> Iterator[Visit]:
    """Browsers, closed after the test."""
    with ExitStack() as stack:

        def make(org: OrgHandle | None = None, **variants: Any) -> Visitor:
            visitor = Visitor(org or new_org(**variants))
            stack.callback(visitor.http.close)
            return visitor

        yield make


@pytest.fixture
def visitor(visit: Visit, org: OrgHandle) -> Visitor:
    """A browser that has not logged in, at an org with the default variants."""
    return visit(org)


@pytest.fixture
def admin(visitor: Visitor) -> Visitor:
    """A browser that the administrator has logged in to Setup with."""
    visitor.log_in()
    return visitor


@pytest.fixture
def ready(admin: Visitor) -> Visitor:
    """The same, with the document's app made, set up and propagated."""
    admin.set_policies(admin.create_app())
    admin.org.replica.advance(2)
    return admin
