"""``kubernetes:NAMESPACE/NAME``: the unit as the keys of one Kubernetes Secret (extra ``kubernetes``).

Access is the pod's service account where there is one, else the current context of kubectl.
"""

from __future__ import annotations

import base64
import binascii
import importlib
from collections.abc import Callable
from typing import Any, ClassVar

from automation.credentials import Credentials
from automation.delivery import unit
from automation.delivery.extras import failed, require


class KubernetesSecret:
    """A Secret of type Opaque. All keys change in one request; other keys of the same Secret stay."""

    can_read: ClassVar[bool] = True

    def __init__(self, text: str) -> None:
        require("kubernetes", "kubernetes")
        self.namespace, _, self.secret = text.partition("/")
        if not self.namespace or not self.secret or "/" in self.secret:
            raise ValueError(f"{text!r} is not a namespace and a name")

    @property
    def name(self) -> str:
        return f"kubernetes:{self.namespace}/{self.secret}"

    def read(self) -> Credentials | None:
        found = self._call("read", lambda api: api.read_namespaced_secret(self.secret, self.namespace))
        return None if found is None else unit.from_object(_decoded(found.data or {}))

    def write(self, credentials: Credentials) -> None:
        texts = {key: value or "" for key, value in unit.to_object(credentials).items()}
        body: dict[str, Any] = {"stringData": texts}
        patched = self._call("written", lambda api: api.patch_namespaced_secret(self.secret, self.namespace, body))
        if patched is None:
            body |= {"metadata": {"name": self.secret}, "type": "Opaque"}
            self._call("written", lambda api: api.create_namespaced_secret(self.namespace, body), none_for=0)

    def _call(self, what: str, request: Callable[[Any], Any], none_for: int = 404) -> Any:
        """One request; None when the answer has the status ``none_for``."""
        from kubernetes.client.exceptions import ApiException
        from kubernetes.config.config_exception import ConfigException
        from urllib3.exceptions import HTTPError

        try:
            return request(_api())
        except ApiException as error:
            if error.status == none_for:
                return None
            trouble, status = f"{error.status} {error.reason}", error.status
        except (ConfigException, HTTPError) as error:
            trouble, status = type(error).__name__, None
        raise failed(f"Kubernetes Secret {self.namespace}/{self.secret}", what, trouble, status)


def _api() -> Any:
    from kubernetes import client

    config: Any = importlib.import_module("kubernetes.config")  # it has no annotations
    try:
        config.load_incluster_config()
    except config.ConfigException:
        config.load_kube_config()
    return client.CoreV1Api()


def _decoded(data: dict[str, str]) -> dict[str, str]:
    try:
        return {key: base64.b64decode(value, validate=True).decode() for key, value in data.items()}
    except (binascii.Error, UnicodeDecodeError):
        return {}
