"""A session of ``requests`` for the client libraries that speak HTTP by it: Vault's, Azure's and Google's."""

from __future__ import annotations

from typing import Any

import requests
from requests.adapters import HTTPAdapter

from automation.delivery.limits import limit, redirected


class StoreAdapter(HTTPAdapter):
    """For client libraries on ``requests``: limits answers, and follows no redirect, which would carry token and pair along."""

    def init_poolmanager(self, *args: Any, **more: Any) -> None:
        super().init_poolmanager(*args, **more)
        limit(self.poolmanager)

    def proxy_manager_for(self, *args: Any, **more: Any) -> Any:
        manager = super().proxy_manager_for(*args, **more)
        limit(manager)
        return manager

    def send(self, request: requests.PreparedRequest, *args: Any, **more: Any) -> requests.Response:
        """As the library's. Raises DeliveryFailed for a redirect."""
        response = super().send(request, *args, **more)
        if response.is_redirect:
            response.close()
            raise redirected(response.headers["location"])
        return response


def limited_session(session: requests.Session, retries: Any = 0) -> requests.Session:
    """The session, with these limits."""
    for scheme in ("https://", "http://"):
        session.mount(scheme, StoreAdapter(max_retries=retries))
    return session
