"""``kubernetes:`` against a server that speaks the API's HTTP."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from automation.delivery import Held, Target, parse_target
from automation.errors import DeliveryFailed
from automation.secrets.credentials import Credentials
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
    return parse_target("kubernetes:integration/service-board")


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
    ("status", "reason", "advice"),
    [(403, "Forbidden", "identity"), (429, "Too Many Requests", "again later"), (500, "oops", "Fix")],
)
def test_refusals_are_reported(api: Service, target: Target, pair: Credentials, status: int, reason: str, advice: str) -> None:
    """With namespace, name and advice."""
    api.answer = lambda _: Says(status, {"kind": "Status", "code": status, "message": reason})
    with pytest.raises(DeliveryFailed, match=rf"integration/service-board could not be written: {status} {reason}") as caught:
        target.put(pair, Held())
    assert advice in caught.value.next


def test_half_way_is_reported(api: Service, target: Target, pair: Credentials) -> None:
    """There was no Secret to change and none may be made: nothing was delivered."""
    api.first = [Says(404, {"kind": "Status"}), Says(403, {"kind": "Status"})]
    with pytest.raises(DeliveryFailed, match="403"):
        target.write(pair)
    assert target.read() is None


def test_without_a_cluster_it_is_reported(api: Service, target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    """No pod, no kubeconfig."""
    monkeypatch.setattr("kubernetes.config.kube_config.KUBE_CONFIG_DEFAULT_LOCATION", "/nowhere")
    with pytest.raises(DeliveryFailed, match="ConfigException"):
        target.read()


@pytest.mark.parametrize("rest", ["integration", "a/b/c", "/x", "x/"])
def test_other_forms_are_refused(rest: str) -> None:
    """Reported before anything is done."""
    with pytest.raises(ValueError, match="kubernetes:NAMESPACE/NAME"):
        parse_target(f"kubernetes:{rest}")


@pytest.mark.parametrize("held", [{"client_id": "b3RoZXI=", "client_secret": "c2VjcmV0"}, {"host": "ZGI=", "username": "dQ=="}])
def test_a_secret_of_somebody_else_stays(
    api: Service, cluster: Cluster, target: Target, pair: Credentials, held: dict[str, str]
) -> None:
    """Another integration's pair, or a database's host: names of ours that are taken are not ours to replace."""
    cluster.secrets["service-board"] = dict(held)
    with pytest.raises(DeliveryFailed, match="that are no delivered pair and was left as it is"):
        target.write(pair)
    assert cluster.secrets["service-board"] == held
    parse_target("kubernetes:integration/service-board?replace=yes").write(pair)
    assert target.read() == pair


@pytest.mark.parametrize(
    ("status", "message", "fix"),
    [
        (422, 'Secret "x" is invalid: data: Forbidden: field is immutable when `immutable` is set', "Delete the immutable Secret"),
        (404, 'namespaces "integration" not found', "Create the namespace"),
        (409, "Operation cannot be fulfilled: the object has been modified", "Somebody else changed the entry"),
    ],
)
def test_the_clusters_own_reason_and_the_fix_are_shown(
    api: Service, target: Target, pair: Credentials, status: int, message: str, fix: str
) -> None:
    """They are in the body, not in the status."""
    api.answer = lambda _: Says(status, {"kind": "Status", "message": message})
    with pytest.raises(DeliveryFailed, match=re.escape(message)) as caught:
        target.put(pair, Held())
    assert fix in caught.value.next


def test_a_write_names_what_was_read(api: Service, cluster: Cluster, target: Target, pair: Credentials) -> None:
    """So the API refuses it when somebody else was faster."""
    api.first = [Says(200, {"kind": "Secret", "metadata": {"name": "x", "resourceVersion": "41"}, "data": {}})]
    cluster.secrets["service-board"] = {}
    target.write(pair)
    assert api.asked[-1].json["metadata"]["resourceVersion"] == "41"


@pytest.mark.parametrize("text", ["not: [yaml", "[]", "apiVersion: v1", "\x00"])
def test_a_broken_kubeconfig_is_named(api: Service, target: Target, tmp_path: Path, text: str) -> None:
    """By what is wrong and where it is looked for."""
    (tmp_path / "kubeconfig").write_text(text)
    with pytest.raises(DeliveryFailed, match="access to Kubernetes could not be set up") as caught:
        target.read()
    assert "Correct the kubeconfig" in caught.value.next
