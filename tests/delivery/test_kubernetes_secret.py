"""``kubernetes:`` against a server that speaks the API's HTTP."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from automation.credentials import Credentials
from automation.delivery import Held, Target, parse
from automation.errors import DeliveryFailed, SettingsError
from tests.delivery.http_double import Asked, Says, Service, serving

SECRETS = "/api/v1/namespaces/integration/secrets"


class Cluster:
    """One namespace's Secrets: stringData becomes data, a patch merges."""

    def __init__(self) -> None:
        self.secrets: dict[str, dict[str, str]] = {}

    def __call__(self, request: Asked) -> Says:
        name = request.path.partition("?")[0].removeprefix(SECRETS).strip("/")
        if request.method == "POST":
            name = request.json["metadata"]["name"]
        elif name not in self.secrets:
            return Says(404, {"kind": "Status", "reason": "NotFound", "code": 404})
        if request.method != "GET":
            texts = request.json["stringData"]
            encoded = {key: base64.b64encode(text.encode()).decode() for key, text in texts.items()}
            self.secrets.setdefault(name, {}).update(encoded)
        return Says(200, {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "data": self.secrets[name]})


@pytest.fixture
def cluster() -> Cluster:
    return Cluster()


@pytest.fixture
def api(cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """The server, as the current context of a kubeconfig."""
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    with serving(cluster) as service:
        config: dict[str, Any] = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "test",
            "contexts": [{"name": "test", "context": {"cluster": "c", "user": "u"}}],
            "clusters": [{"name": "c", "cluster": {"server": service.url}}],
            "users": [{"name": "u", "user": {"token": "kube-test-token"}}],
        }
        (tmp_path / "kubeconfig").write_text(json.dumps(config))
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setattr("kubernetes.config.kube_config.KUBE_CONFIG_DEFAULT_LOCATION", str(tmp_path / "kubeconfig"))
        yield service


@pytest.fixture
def target() -> Target:
    return parse("kubernetes:integration/service-board")


def test_a_secret_is_made_and_read_back(api: Service, target: Target, pair: Credentials) -> None:
    """All keys in one request."""
    assert target.read() is None
    target.write(pair)
    assert target.read() == pair
    assert [one.method for one in api.asked] == ["GET", "GET", "POST", "GET"]
    assert api.asked[0].headers["authorization"] == "Bearer kube-test-token"


def test_other_keys_stay(api: Service, cluster: Cluster, target: Target, pair: Credentials) -> None:
    """The Secret may hold more than ours."""
    cluster.secrets["service-board"] = {"mine": "bWluZQ=="}
    target.write(pair)
    assert cluster.secrets["service-board"]["mine"] == "bWluZQ=="
    assert target.read() == pair


def test_what_is_no_unit_is_no_pair(api: Service, cluster: Cluster, target: Target) -> None:
    """Another program's Secret, or one that is not even text."""
    cluster.secrets["service-board"] = {"mine": "bWluZQ=="}
    assert target.read() is None
    cluster.secrets["service-board"] = {"mine": "/w=="}
    assert target.read() is None


@pytest.mark.parametrize(
    ("status", "reason", "advice"), [(403, "Forbidden", "identity"), (429, "Too Many Requests", "again later"), (500, "oops", "Mend")]
)
def test_refusals_are_told(api: Service, target: Target, pair: Credentials, status: int, reason: str, advice: str) -> None:
    """With namespace, name and advice."""
    api.answer = lambda _: Says(status, {"kind": "Status", "code": status, "message": reason})
    with pytest.raises(DeliveryFailed, match=rf"integration/service-board could not be written: {status} {reason}") as caught:
        target.put(pair, Held())
    assert advice in caught.value.next


def test_half_way_is_told(api: Service, target: Target, pair: Credentials) -> None:
    """There was no Secret to change and none may be made: nothing was delivered."""
    api.first = [Says(404, {"kind": "Status"}), Says(403, {"kind": "Status"})]
    with pytest.raises(DeliveryFailed, match="403"):
        target.write(pair)
    assert target.read() is None


def test_without_a_cluster_it_is_told(api: Service, target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    """No pod, no kubeconfig."""
    monkeypatch.setattr("kubernetes.config.kube_config.KUBE_CONFIG_DEFAULT_LOCATION", "/nowhere")
    with pytest.raises(DeliveryFailed, match="ConfigException"):
        target.read()


@pytest.mark.parametrize("rest", ["integration", "a/b/c", "/x", "x/"])
def test_other_forms_are_refused(rest: str) -> None:
    """Told before anything is done."""
    with pytest.raises(SettingsError, match="kubernetes:NAMESPACE/NAME"):
        parse(f"kubernetes:{rest}")
