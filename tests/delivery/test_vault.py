"""``vault:`` against a server that speaks KV v2's HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from automation.credentials import Credentials
from automation.delivery import Held, Target, parse
from automation.errors import DeliveryFailed, SettingsError
from tests.delivery.http_double import Asked, Says, Service, serving

PATH = "/v1/secret/data/acme/service-board"


class Engine:
    """A KV v2 engine with one secret, with check-and-set as the real one has it."""

    def __init__(self) -> None:
        self.versions: list[dict[str, Any]] = []
        self.deleted = False

    def __call__(self, request: Asked) -> Says:
        if request.path != PATH:
            return Says(404, {"errors": []})
        if request.method == "GET":
            return self._read()
        wanted = request.json["options"]["cas"]
        if wanted != len(self.versions):
            return Says(400, {"errors": ["check-and-set parameter did not match the current version"]})
        self.versions.append(request.json["data"])
        self.deleted = False
        return Says(200, {"data": {"version": len(self.versions)}})

    def _read(self) -> Says:
        if not self.versions:
            return Says(404, {"errors": []})
        metadata = {"version": len(self.versions), "deletion_time": "2026-01-01T00:00:00Z" if self.deleted else ""}
        data = None if self.deleted else self.versions[-1]
        return Says(404 if self.deleted else 200, {"data": {"data": data, "metadata": metadata}})


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.fixture
def vault(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """The server, where hvac looks for it."""
    for name in ("VAULT_NAMESPACE", "BAO_ADDR", "BAO_TOKEN", "HTTP_PROXY", "http_proxy"):
        monkeypatch.delenv(name, raising=False)
    with serving(engine) as service:
        monkeypatch.setenv("VAULT_ADDR", service.url)
        monkeypatch.setenv("VAULT_TOKEN", "hvs.test-token")
        yield service


@pytest.fixture
def target() -> Target:
    return parse("vault:secret/acme/service-board")


def test_the_pair_is_one_version(vault: Service, engine: Engine, target: Target, pair: Credentials) -> None:
    """Read back as it was written."""
    assert target.read() is None
    target.write(pair)
    assert target.read() == pair
    assert len(engine.versions) == 1
    assert vault.asked[-1].headers["x-vault-token"] == "hvs.test-token"


def test_other_keys_stay(vault: Service, engine: Engine, target: Target, pair: Credentials) -> None:
    """The secret may hold more than ours."""
    engine.versions.append({"note": "mine"})
    target.write(pair)
    assert engine.versions[-1]["note"] == "mine"
    assert engine.versions[-1]["client_id"] == "3MVG9.the.consumer.key_1"


def test_a_deleted_secret_is_written_anew(vault: Service, engine: Engine, target: Target, pair: Credentials) -> None:
    """Its version still counts."""
    engine.versions.append({"note": "gone"})
    engine.deleted = True
    target.write(pair)
    assert target.read() == pair
    assert len(engine.versions) == 2


def test_a_change_in_between_is_not_lost(vault: Service, engine: Engine, target: Target, pair: Credentials) -> None:
    """The other one's version stays; ours waits for the next run."""
    engine.versions.append({"note": "theirs"})
    with pytest.raises(DeliveryFailed, match="check-and-set") as caught:
        target.put(pair, Held(version=0))  # what we read was older
    assert "Somebody else changed the entry" in caught.value.next
    assert engine.versions == [{"note": "theirs"}]


def test_a_refused_permission_is_told(vault: Service, target: Target, pair: Credentials) -> None:
    """With the store, the entry and the way out."""
    vault.first = [Says(404), Says(403, {"errors": ["permission denied"]})]
    with pytest.raises(DeliveryFailed, match=r"Vault secret secret/acme/service-board could not be read: Forbidden") as caught:
        target.write(pair)
    assert "Give this machine's identity the right" in caught.value.next


def test_throttling_is_waited_for(vault: Service, target: Target, pair: Credentials) -> None:
    """The server's Retry-After is heard, and the request made again."""
    vault.first = [Says(429, {"errors": ["slow"]}, {"Retry-After": "0"}), Says(503, {"errors": []})]
    target.write(pair)
    assert target.read() == pair


def test_throttling_without_end_is_told(vault: Service, target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a few tries."""
    monkeypatch.setattr("automation.delivery.vault.TRIES", 1)
    vault.first = [Says(429, {"errors": ["slow"]}, {"Retry-After": "0"})] * 9
    with pytest.raises(DeliveryFailed, match="RateLimitExceeded") as caught:
        target.read()
    assert "run again later" in caught.value.next


def test_a_mount_that_is_not_there_is_told(vault: Service, pair: Credentials) -> None:
    """Reading nothing is no error, writing nowhere is."""
    target = parse("vault:kv/acme/service-board")
    assert target.read() is None
    with pytest.raises(DeliveryFailed, match="could not be written"):
        target.write(pair)


def test_a_vault_out_of_reach_is_told(monkeypatch: pytest.MonkeyPatch, pair: Credentials) -> None:
    """Without the token or the pair in the message."""
    monkeypatch.setenv("VAULT_ADDR", "http://127.0.0.1:9")
    monkeypatch.setenv("VAULT_TOKEN", "hvs.test-token")
    monkeypatch.setattr("automation.delivery.vault.TRIES", 0)
    with pytest.raises(DeliveryFailed, match="ConnectionError") as caught:
        parse("vault:secret/acme").write(pair)
    assert "hvs.test-token" not in caught.value.message


@pytest.mark.parametrize("text", ["vault:secret", "vault:/", "vault:secret/"])
def test_mount_and_path_are_needed(text: str) -> None:
    """Told before anything is done."""
    with pytest.raises(SettingsError, match="give vault:MOUNT/PATH"):
        parse(text)
