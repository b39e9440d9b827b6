"""``kubernetes:NAMESPACE/NAME``: the unit as the keys of one Kubernetes Secret (extra ``kubernetes``).

Access is the pod's service account where there is one, else the current context of kubectl.
"""

from __future__ import annotations

import base64
import importlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from automation.delivery import unit
from automation.delivery.extras import failed, said
from automation.delivery.limits import limit
from automation.delivery.target import Target
from automation.delivery.unit import Held
from automation.errors import DeliveryFailed
from automation.secrets.credentials import Credentials
from automation.secrets.text_files import json_object

TRIES: Final = 2
TIMEOUT: Final = (15.0, 30.0)
"""Seconds for the connection, and between two pieces of an answer."""


_LABEL: Final = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"


class KubernetesSecret(Target):
    """A Secret of type Opaque. All keys change in one request; other keys of the same Secret stay.

    Writing names the resource version that was read, so a change by somebody else in between is not lost.
    """

    def __init__(self, text: str) -> None:
        self.namespace, _, self.secret = text.partition("/")
        if not re.fullmatch(_LABEL, self.namespace) or len(self.namespace) > 63:
            raise ValueError(f"{self.namespace!r} is not a namespace (lower-case letters, digits, hyphens; at most 63)")
        if not re.fullmatch(rf"{_LABEL}(\.{_LABEL})*", self.secret) or len(self.secret) > 253:
            raise ValueError(f"{self.secret!r} is not a name for a Secret (lower-case letters, digits, hyphens, dots)")
        self.name = f"kubernetes:{self.namespace}/{self.secret}"

    def _held(self) -> Held:
        found = self._call("read", "read_namespaced_secret", self.secret, self.namespace, none_for=404)
        if found is None:
            return Held()
        metadata = found.get("metadata")
        version = metadata.get("resourceVersion", "") if isinstance(metadata, dict) else ""
        return unit.held_in_object(_decoded(found.get("data") or {}), version)

    def _put(self, credentials: Credentials, held: Held) -> None:
        texts = {key: value or "" for key, value in unit.to_object(credentials).items()}
        body: dict[str, Any] = {"stringData": texts}
        if held.version is not None:
            body |= {"metadata": {"resourceVersion": held.version}} if held.version else {}
            self._call("written", "patch_namespaced_secret", self.secret, self.namespace, body)
        else:
            body |= {"metadata": {"name": self.secret}, "type": "Opaque"}
            self._call("written", "create_namespaced_secret", self.namespace, body)

    def _call(self, what: str, method: str, *arguments: Any, none_for: int = 0) -> Any:
        """The answer's object; None when the answer has the status ``none_for``."""
        from kubernetes.client.exceptions import ApiException
        from urllib3.exceptions import HTTPError

        try:
            with _api() as api:
                data = getattr(api, method)(*arguments, _preload_content=False, _request_timeout=TIMEOUT).read()
            if (answer := json_object(data)) is not None:
                return answer
            trouble, status = "the API answered something that is no JSON object, as a login portal does", 0
        except ApiException as error:
            if error.status == none_for:
                return None
            trouble, status = f"{error.status} {_said(error)}", int(error.status or 0)
        except HTTPError as error:
            trouble, status = said(error), 0
        raise failed(f"Kubernetes Secret {self.namespace}/{self.secret}", what, trouble, status)


def _said(error: Any) -> str:
    """The reason, which is in the body's Status; else the HTTP phrase."""
    return str((json_object(error.body or "") or {}).get("message") or error.reason or "")


@contextmanager
def _api() -> Iterator[Any]:
    from kubernetes import client
    from urllib3.util import Retry

    config: Any = importlib.import_module("kubernetes.config")  # it has no annotations
    made = client.Configuration()
    try:
        try:
            config.load_incluster_config(made)
        except config.ConfigException:
            config.load_kube_config(client_configuration=made)
    except Exception as error:  # noqa: BLE001 - a kubeconfig is YAML by hand: the library lets every kind of mistake through
        raise DeliveryFailed(
            f"The access to Kubernetes could not be set up: {said(error)}.",
            next="Correct the kubeconfig (KUBECONFIG or ~/.kube/config; try kubectl), or give the pod a service account.",
        ) from None
    made.retries = Retry(TRIES, redirect=False, status_forcelist=(429, 503), allowed_methods=None, raise_on_status=False)
    api = client.ApiClient(made)
    limit(api.rest_client.pool_manager)
    try:
        yield client.CoreV1Api(api)
    finally:
        api.rest_client.pool_manager.clear()


def _decoded(data: Any) -> dict[str, Any]:
    """The Secret's values as texts. One that is no text, such as a key store, stays as it is."""
    return {str(key): _text(value) for key, value in data.items()} if isinstance(data, dict) else {}


def _text(value: Any) -> Any:
    try:
        return base64.b64decode(value, validate=True).decode()
    except (ValueError, TypeError):
        return value
